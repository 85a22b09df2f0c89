// SPDX-License-Identifier: AGPL-3.0-or-later
#include "async_hooks.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "hook_context.hpp"
#include "rapt/chat/async_hooks.hpp"
#include "rapt/hooks/async_hook.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/extractions.hpp"
#include "session_store.hpp"

namespace rapt::chat {

namespace {

using hooks::Point;
using nlohmann::json;
using Outcome = jobs::Done::Kind;

/// With the back-off of the queue, a quarter of an hour: longer than a module's restarts take.
constexpr int kMaxAttempts = 12;

struct Asked {
  Point point{};
  SessionId session;
  std::int64_t message_seq = 0;
  std::string module;
};

std::optional<Asked> parse(const std::string& payload) {
  const auto body = json::parse(payload, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  try {
    const auto point = hooks::parse_point(body.at("point").get<std::string>());
    const auto session = SessionId::parse(body.at("session_id").get<std::string>());
    if (!point || !session) return std::nullopt;
    return Asked{*point, *session, body.at("message_seq").get<std::int64_t>(), body.at("module").get<std::string>()};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

/// How much of the conversation the hook has seen: all before the message, nothing at the start, everything at the end.
std::int64_t history_before(const Asked& asked) {
  if (asked.point == Point::kSessionEnd) return std::numeric_limits<std::int32_t>::max();
  return std::max<std::int64_t>(asked.message_seq, 1);
}

/// Gone is gone: there is nothing to ask about any more. Other failures pass.
jobs::Done after_failure(const Error& error) {
  if (error.kind == ErrorKind::kNotFound) return {};
  return {Outcome::kAgain, error.message};
}

/// What the module is told; kNotFound when that has been deleted.
Task<Result<hooks::Context>> load_context(HookJobParts parts, Asked asked, OpenSession open,
                                          tools::DefinitionPtr tool) {
  auto actor = co_await identity::load_actor(parts.database, open.session.user);
  if (!actor) co_return actor.error();
  if (asked.point != Point::kSessionEnd) open.session.state = SessionState::kActive;
  auto context = context_of(*actor, open, *tool);
  if (asked.message_seq > 0) {
    auto message = co_await load_message(parts.database, asked.session, asked.message_seq);
    if (!message) co_return message.error();
    context.current = std::move(*message);
  }
  co_return context;
}

Task<jobs::Done> store_findings(HookJobParts parts, jobs::Job job, SessionId session,
                                std::vector<hooks::Extraction> found) {
  auto writing = [job, session, found = std::move(found)](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(jobs::complete(tx, job));
    return usage::store_extractions(tx, session, {}, found);
  };
  const auto stored = co_await parts.database.transaction(std::move(writing));
  co_return stored ? jobs::Done{} : jobs::Done{Outcome::kAgain, stored.error().message};
}

Task<jobs::Done> do_hook_job(HookJobParts parts, jobs::Job job) {
  auto asked = parse(job.payload_json);
  if (!asked) co_return jobs::Done{Outcome::kFailed, "Its payload is not that of a hook."};
  auto open = co_await load_session_before(parts.database, asked->session, history_before(*asked));
  if (!open) co_return after_failure(open.error());
  auto tool = co_await parts.tools.definition(open->version);
  if (!tool) co_return jobs::Done{Outcome::kAgain, tool.error().message};
  const auto& attached = (*tool)->modules;
  const auto attachment =
      std::find_if(attached.begin(), attached.end(), [&](const auto& a) { return a.module == asked->module; });
  if (attachment == attached.end()) {
    co_return jobs::Done{Outcome::kFailed, "The tool's version has no such module attached."};
  }
  auto context = co_await load_context(parts, *asked, std::move(*open), *tool);
  if (!context) co_return after_failure(context.error());
  auto answer = co_await hooks::ask_asynchronously(parts.dispatcher.caller(), asked->point, *context, *attachment);
  if (answer.kind == hooks::AsyncAnswer::Kind::kAgain) co_return jobs::Done{Outcome::kAgain, answer.reason};
  if (answer.kind == hooks::AsyncAnswer::Kind::kFailed) co_return jobs::Done{Outcome::kFailed, answer.reason};
  co_return co_await store_findings(parts, std::move(job), asked->session, std::move(answer.extractions));
}

}  // namespace

std::vector<jobs::NewJob> hook_jobs(const hooks::Dispatcher& dispatcher, Point point, const SessionId& session,
                                    std::int64_t message_seq, const std::vector<hooks::Attachment>& attachments) {
  std::vector<jobs::NewJob> jobs;
  for (const auto& attachment : dispatcher.asynchronous(point, attachments)) {
    const auto at = std::string(hooks::name(point));
    const json payload = {
        {"point", at}, {"session_id", session.str()}, {"message_seq", message_seq}, {"module", attachment.module}};
    jobs.push_back({kHookJob, at + ":" + session.str() + ":" + std::to_string(message_seq) + ":" + attachment.module,
                    payload.dump(), kMaxAttempts});
  }
  return jobs;
}

jobs::Handler hook_job_handler(HookJobParts parts) {
  return [parts](jobs::Job job) { return do_hook_job(parts, std::move(job)); };
}

}  // namespace rapt::chat
