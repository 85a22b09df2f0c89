// SPDX-License-Identifier: AGPL-3.0-or-later
#include "completion.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "async_hooks.hpp"
#include "hook_context.hpp"
#include "rapt/base/log.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/extractions.hpp"

namespace rapt::chat {

namespace {

using hooks::Point;
using nlohmann::json;
using Outcome = jobs::Done::Kind;

constexpr int kSessionsAtOnce = 100;
constexpr int kSummaryAttempts = 6;
constexpr std::chrono::minutes kEvery{15};

/// One whose answer is on its way is not silent; its message is stored with the answer.
constexpr store::Statement kIdle{"chat_idle_sessions", R"(
  SELECT s.id, s.user_id FROM chat_sessions s
   WHERE s.state <> 'completed' AND coalesce(s.last_message_at, s.started_at) < $1 AND ($2::uuid IS NULL OR s.id > $2)
     AND NOT EXISTS (SELECT FROM chat_turns t WHERE t.session_id = s.id)
   ORDER BY s.id LIMIT $3)"};

constexpr store::Statement kComplete{"chat_complete_session", R"(
  UPDATE chat_sessions SET state = 'completed', ended_at = $2
   WHERE id = $1 AND state <> 'completed'
     AND ($3::timestamptz IS NULL OR (coalesce(last_message_at, started_at) < $3
          AND NOT EXISTS (SELECT FROM chat_turns WHERE session_id = $1)))
)"};

constexpr store::Statement kChange{"chat_change_session", R"(
  UPDATE chat_sessions SET state = $2::session_state WHERE id = $1 AND state <> 'completed')"};

Error ended() {
  return Error::conflict("This conversation has ended and stays closed.");
}

std::string id_json(const SessionId& id) {
  return json{{"session_id", id.str()}}.dump();
}

Task<Result<void>> complete_idle(CompletionParts parts, UserId owner, SessionId id, TimePoint silent_since) {
  auto actor = co_await identity::load_actor(parts.database, owner);
  if (!actor) co_return actor.error();
  auto open = co_await load_open_session(parts.database, owner, id);
  if (!open) co_return open.error();
  auto tool = co_await parts.tools.definition(open->version);
  if (!tool) co_return tool.error();
  co_return co_await complete_session(parts, *actor, *open, **tool, parts.clock.now(), silent_since);
}

/// Each by itself: one that cannot be completed holds up no other, and is tried again with the next job.
Task<jobs::Done> do_idle_job(CompletionParts parts, std::chrono::hours idle) {
  const auto silent_since = parts.clock.now() - idle;
  std::optional<std::string> after;
  for (;;) {
    const auto rows = co_await parts.database.query(kIdle, store::params(silent_since, after, kSessionsAtOnce));
    if (!rows) co_return jobs::Done{Outcome::kAgain, rows.error().message};
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto row = (*rows)[i];
      after = row.text("id");
      const auto done = co_await complete_idle(parts, row.id<UserId>("user_id"), row.id<SessionId>("id"), silent_since);
      const bool failed =
          !done && done.error().kind != ErrorKind::kConflict && done.error().kind != ErrorKind::kNotFound;
      if (failed) log::warn("chat.idle_not_completed", {{"session", *after}, {"detail", done.error().log_detail}});
    }
    if (rows->size() < static_cast<std::size_t>(kSessionsAtOnce)) co_return jobs::Done{};
  }
}

}  // namespace

Task<Result<void>> complete_session(CompletionParts parts, const identity::Actor& owner, const OpenSession& open,
                                    const tools::ToolDefinition& tool, TimePoint now,
                                    std::optional<TimePoint> silent_since) {
  const auto id = open.session.id;
  auto context = context_of(owner, open, tool);
  auto found = (co_await parts.dispatcher.dispatch(Point::kSessionEnd, context, tool.modules)).extractions;
  auto later = hook_jobs(parts.dispatcher, Point::kSessionEnd, id, 0, tool.modules);
  if (tool.summary && open.next_seq > 1) later.push_back({kSummaryJob, id.str(), id_json(id), kSummaryAttempts});
  auto writing = [id, now, silent_since, found = std::move(found),
                  later = std::move(later)](store::Transaction& tx) -> Result<void> {
    const auto updated = tx.exec(kComplete, store::params(id, now, silent_since));
    if (!updated) return updated.error();
    if (updated->affected() != 1) return ended();
    RAPT_TRY(jobs::enqueue(tx, later));
    RAPT_TRY(usage::store_extractions(tx, id, {}, found));
    return jobs::append_event(tx, {"chat.session_ended", id.str(), id_json(id)});
  };
  co_return co_await parts.database.transaction(std::move(writing));
}

Task<Result<void>> change_session(store::Database& database, SessionId id, SessionState state) {
  auto writing = [id, state](store::Transaction& tx) -> Result<void> {
    const auto updated = tx.exec(kChange, store::params(id, name(state)));
    if (!updated) return updated.error();
    if (updated->affected() != 1) return ended();
    return jobs::append_event(tx, {"chat.session_changed", id.str(), id_json(id)});
  };
  co_return co_await database.transaction(std::move(writing));
}

jobs::Handler idle_job_handler(CompletionParts parts, std::chrono::hours idle) {
  return [parts, idle](jobs::Job) { return do_idle_job(parts, idle); };
}

Task<Result<void>> order_idle_job(store::Database& database, TimePoint now) {
  const auto slot = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch() / kEvery;
  const jobs::NewJob job{kIdleJob, std::to_string(slot), "{}", 3};
  auto writing = [job](store::Transaction& tx) { return jobs::enqueue(tx, job); };
  co_return co_await database.transaction(std::move(writing));
}

}  // namespace rapt::chat
