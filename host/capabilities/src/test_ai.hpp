// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include <nlohmann/json.hpp>

#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/host/ai.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/store/test_redis.hpp"
#include "scripted_gateway.hpp"
#include "test_scope.hpp"

namespace rapt::host {

using gateway::testing::Asked;
using gateway::testing::Peer;
using gateway::testing::ScriptedGateway;

/// A district, a school below it, a class; a tool that wants v/tool; Anna's conversation with it for an assignment of
/// the class, paid by the school. Ids are new in each test, because Redis remembers. The model is a scripted server.
class AiWorld : public ::testing::Test {
 protected:
  AiWorld() {
    sql("INSERT INTO groups (id, parent_id, name, type) VALUES ('" + district + "', NULL, 'District', 'district'), ('" +
        school + "', '" + district + "', 'School', 'school'); INSERT INTO classes (id, group_id, name) VALUES ('" +
        klass + "', '" + school + "', 'Algebra'); INSERT INTO users (id, email, name) VALUES ('" + user +
        "', 'a@example.org', 'Anna'); INSERT INTO tools (id, type, name, current_version_id) VALUES ('" + tool +
        "', 'chat', 'Tutor', '" + version +
        "'); INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed)" + " VALUES ('" + version +
        "', '" + tool + "', '1.0.0', 'x', '{\"model\": \"v/tool\"}')");
    sql("INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) VALUES ('" + assignment + "', '" +
        klass + "', '" + tool + "', '" + version +
        "', 'Fractions'); INSERT INTO chat_sessions (id, tool_id, tool_version_id," +
        " user_id, assignment_id, group_id) VALUES ('" + session + "', '" + tool + "', '" + version + "', '" + user +
        "', '" + assignment + "', '" + school + "')");
    sql("INSERT INTO ai_models (id, name, active, input_cost_per_1k, output_cost_per_1k) VALUES ('v/tool', 'Tool', "
        "true,"
        " 1, 2), ('v/group', 'Group', true, 0.1, 0.2), ('v/idle', 'Idle', false, 1, 1), ('v/embed', 'E', true, 0.5, "
        "0)");
    sql("INSERT INTO ai_settings (group_id, default_model) VALUES ('" + school + "', 'v/group')");
  }

  void sql(const std::string& text) { scratch->script(text); }
  std::string value(const std::string& text) {
    static std::deque<std::string> texts;
    const auto& statement = texts.emplace_back("SELECT (" + text + ")::text AS value");
    const auto& name = texts.emplace_back("test.ai_" + std::to_string(texts.size()));
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), statement.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  std::string booked() {
    return value(
        "SELECT string_agg(concat_ws(' ', u.request_type, u.outcome, u.model, u.input_tokens, u.output_tokens,"
        " trim_scale(u.cost), CASE WHEN u.estimated THEN 'estimated' END), '; ' ORDER BY u.created_at)"
        " FROM ai_usage u");
  }
  /// What is left of calls that are over: nothing is reserved, and every note belongs to a row of the books.
  void expect_settled() {
    EXPECT_EQ(value("SELECT count(*) FROM ai_reservations WHERE cost > 0 OR tokens > 0"), "0");
    EXPECT_EQ(value("SELECT count(*) FROM ai_module_calls WHERE id NOT IN (SELECT id FROM ai_usage)"), "0");
  }

  ServiceAnswer call(sandbox::AiMethod method, const std::string& json) {
    auto request = service_request(sandbox::Service::kAi, method, {json}, {});
    request.scope = about;
    request.module = module;
    request.deadline = std::chrono::steady_clock::now() + patience;
    const auto gateway = [this](AiBounds bounds) {
      gateway::OpenAiGateway::Options options;
      options.base_url = server.url();
      options.retry_pause = options.books_pause = std::chrono::milliseconds(1);
      options.request_timeout = bounds.time_limit;
      options.temperature = bounds.temperature;
      return std::make_unique<gateway::OpenAiGateway>(client, options);
    };
    AiCapability ai(
        {.database = **scratch, .admission = quota, .gateway = gateway, .embedding_model = embedding_model});
    return runtime::run_blocking(ai.call(std::move(request)));
  }
  ServiceAnswer chat(const std::string& more = "") {
    return call(sandbox::AiMethod::kChat, R"({"messages":[{"role":"user","content":"What is 3x?"}])" + more + "}");
  }
  ServiceAnswer embed(const std::string& json = R"({"texts":["one","two"],"model":"v/embed"})") {
    return call(sandbox::AiMethod::kEmbed, json);
  }
  nlohmann::json last_body() { return nlohmann::json::parse(server.asked().back().body); }

  const std::string district = new_uuid(), school = new_uuid(), klass = new_uuid(), user = new_uuid(),
                    tool = new_uuid(), version = new_uuid(), assignment = new_uuid(), session = new_uuid();
  ServiceScope about{.tool_id = tool, .user_id = user, .group_id = district, .session_id = session};
  std::string module = "sample", embedding_model;
  std::chrono::milliseconds patience = std::chrono::minutes(1);
  ScriptedGateway::Script script = [](const Asked&, const Peer& peer) {
    peer.begin_events(gateway::testing::chunk("Three times x.") + gateway::testing::ending(5));
  };
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  store::Redis redis{store::test_redis_url(), 4, std::chrono::minutes(1)};
  SystemClock clock;
  quota::QuotaService quota{{**scratch, redis, clock, "", "v/of-host"}};
  http::Client client;
  ScriptedGateway server{[this](const Asked& asked, const Peer& peer) { script(asked, peer); }};
};

}  // namespace rapt::host
