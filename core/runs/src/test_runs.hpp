// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <utility>

#include "rapt/base/clock.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_schema.hpp"
#include "rapt/store/test_redis.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::runs {

using hooks::Answer;
using hooks::Point;
using runtime::run_blocking;

inline constexpr const char* kTool = R"(
name: Planner
type: product
version: 1.0.0
behavior: Plan a lesson.
input_schema:
  type: object
  properties: {topic: {type: string}, grade: {type: integer}}
  required: [topic]
output_schema:
  type: object
  properties: {title: {type: string}}
  required: [title]
modules:
  - guard
)";
inline constexpr const char* kGood = R"({"title":"Fractions"})";

/// A model that answers from a list; the last one again and again.
class ListGateway final : public gateway::Gateway {
 public:
  std::deque<Result<gateway::Completion>> answers{gateway::Completion{kGood, "stop"}};
  std::vector<gateway::ChatRequest> requests;
  Task<gateway::Exchange> complete(gateway::ChatRequest request, gateway::DeltaSink*) override {
    requests.push_back(std::move(request));
    auto answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    co_return gateway::Exchange{std::move(answer),
                                gateway::Spent{"test-model", 10, 5, false, std::chrono::milliseconds(1)}};
  }
  std::map<std::string, gateway::Spent> books;
  Task<Result<std::optional<gateway::Spent>>> find_spent(std::string call_id) override {
    const auto found = books.find(call_id);
    if (found == books.end()) co_return std::optional<gateway::Spent>{};
    co_return std::optional<gateway::Spent>{found->second};
  }
  Task<Result<void>> check() override { co_return Result<void>{}; }
};

class Runs : public ::testing::Test {
 protected:
  Runs() {
    execute("INSERT INTO users (id, email, name) VALUES ('" + user + "', 't@x.org', 'Teacher'), ('" + other +
            "', 'o@x.org', 'Other')");
    caller.on("guard", Point::kSessionStart, [](const hooks::Context&) { return Answer{}; });
    tool = run_blocking(tools.create(actor(), kTool, GroupId{}))->tool.id;
  }
  identity::Actor actor() const {
    identity::Actor made;
    made.id = UserId::trusted(user);
    made.groups = {{GroupId{}, "", "", "", identity::GroupRole::kSystemAdmin}};
    return made;
  }
  identity::Actor stranger() const {
    identity::Actor made;
    made.id = UserId::trusted(other);
    return made;
  }
  Result<runs::Run> create(const std::string& input = R"({"topic":"Fractions"})") {
    return run_blocking(service.create(actor(), tool, input, {}));
  }
  std::vector<runs::Run> all() { return run_blocking(service.list(actor(), 50, ""))->items; }
  void guard(Point point, Answer answer, hooks::FailPolicy policy = hooks::FailPolicy::kClosed) {
    caller.on("guard", {.point = point, .on_failure = policy}, [answer](const hooks::Context&) { return answer; });
  }
  std::string value(const std::string& sql) {
    const std::string name = "test.value_" + std::to_string(++asked);
    const auto rows = run_blocking(database.query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + rows.error().log_detail);
    return rows->first()->text("value");
  }
  void execute(const std::string& sql) {
    const auto done = database.transaction_blocking([&](store::Transaction& tx) { return tx.exec_script(sql); });
    if (!done) throw std::runtime_error(done.error().message + done.error().log_detail);
  }

  const std::string user = "00000000-0000-4000-8000-000000000001", other = "00000000-0000-4000-8000-000000000002";
  store::ScratchSchema schema{RAPT_MIGRATIONS_DIR};
  store::Database database{{.url = schema.url(), .connections = 2}};
  SystemClock clock;
  hooks::ScriptedCaller caller;
  hooks::Dispatcher dispatcher{caller};
  ListGateway gateway;
  tools::ToolService tools{database, clock, {}};
  store::Redis redis{store::test_redis_url(), 4, std::chrono::minutes(1)};
  quota::QuotaService admission{{database, redis, clock, "test-model"}};
  RunService service{{database, tools, dispatcher, gateway, admission, clock}};
  ToolId tool;
  int asked = 0;
};

}  // namespace rapt::runs
