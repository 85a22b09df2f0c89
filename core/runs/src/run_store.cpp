// SPDX-License-Identifier: AGPL-3.0-or-later
#include "run_store.hpp"

#include <algorithm>
#include <utility>

#include "rapt/identity/reach.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::runs {

namespace {

constexpr store::Statement kInsert{"run_insert", R"(
  INSERT INTO runs (id, tool_id, tool_version_id, user_id, assignment_id, state, input, created_at, group_id, host,
                    leased_until, attempts)
  VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, paying_group($4, $5), $8, $9, CASE WHEN $8::text IS NULL THEN 0 ELSE 1 END)
  RETURNING group_id, (SELECT class_id FROM assignments WHERE id = assignment_id) AS class_id,
            (SELECT version FROM ai_policy_version) AS policy_version)"};

constexpr store::Statement kNoteCall{"run_note_call", R"(
  UPDATE runs SET state = 'processing', call_id = $3
   WHERE id = $1 AND attempts = $2 AND state IN ('pending', 'processing'))"};

constexpr store::Statement kEnd{"run_end", R"(
  UPDATE runs SET state = CASE WHEN $2::json IS NULL THEN 'failed' ELSE 'complete' END::run_state,
         output = $2::json, error = $3::jsonb, meta = $4::jsonb, completed_at = $5, leased_until = NULL
   WHERE id = $1 AND attempts = $6 AND state IN ('pending', 'processing'))"};

constexpr store::Statement kDropLeases{"run_drop_leases", R"(
  UPDATE runs SET leased_until = NULL WHERE host = $1 AND state IN ('pending', 'processing'))"};

constexpr store::Statement kProlong{"run_prolong", R"(
  UPDATE runs SET leased_until = $3 WHERE id = ANY($1::uuid[]) AND host = $2 AND state IN ('pending', 'processing'))"};

constexpr store::Statement kTake{"run_take", R"(
  UPDATE runs r SET host = $2, leased_until = $3, attempts = r.attempts + 1
   WHERE r.id IN (SELECT id FROM runs WHERE state IN ('pending', 'processing')
                     AND (leased_until IS NULL OR leased_until < $1)
                   ORDER BY created_at LIMIT $4 FOR UPDATE SKIP LOCKED)
  RETURNING r.id, r.tool_id, r.tool_version_id, r.user_id, r.assignment_id, r.input, r.created_at, r.group_id, r.attempts,
            r.call_id, (SELECT class_id FROM assignments a WHERE a.id = r.assignment_id) AS class_id,
            (SELECT version FROM ai_policy_version) AS policy_version)"};

constexpr store::Statement kEnded{"run_ended", R"(
  SELECT id, tool_id, tool_version_id, user_id, input, output FROM runs
   WHERE id = $1 AND state IN ('complete', 'failed'))"};

#define RAPT_RUN_HEAD                                                                                             \
  "SELECT r.id, r.tool_id, t.name AS tool_name, t.type AS tool_type, v.version AS tool_version, r.user_id,"       \
  " r.assignment_id, r.state, r.input, r.output, r.error, r.created_at, r.completed_at,"                          \
  " used.model, used.input_tokens, used.output_tokens, used.estimated"                                            \
  " FROM runs r JOIN tools t ON t.id = r.tool_id JOIN tool_versions v ON v.id = r.tool_version_id"                \
  " LEFT JOIN LATERAL (SELECT max(model) AS model, sum(input_tokens)::bigint AS input_tokens,"                    \
  "   sum(output_tokens)::bigint AS output_tokens, bool_or(estimated) AS estimated FROM ai_usage WHERE run_id = " \
  "r.id) used ON true"                                                                                            \
  " LEFT JOIN assignments a ON a.id = r.assignment_id "

// The same readers as a conversation has.
constexpr store::Statement kReadable{
    "run_readable", RAPT_RUN_HEAD "WHERE r.id = $2 AND (r.user_id = $1 OR " RAPT_IN_REACH("r", "$3", "$4", "$5") ")"};

constexpr store::Statement kList{"run_list", RAPT_RUN_HEAD R"(
   WHERE r.user_id = $1 AND ($2::timestamptz IS NULL OR (r.created_at, r.id) < ($2, $3::uuid))
   ORDER BY r.created_at DESC, r.id DESC LIMIT $4)"};

#undef RAPT_RUN_HEAD

RunState parse_state(std::string_view text) {
  for (auto state : {RunState::kPending, RunState::kProcessing, RunState::kComplete}) {
    if (name(state) == text) return state;
  }
  return RunState::kFailed;
}

Run from_row(const store::Row& row) {
  Run run;
  run.id = row.id<RunId>("id");
  run.tool = row.id<ToolId>("tool_id");
  run.tool_name = row.text("tool_name");
  run.tool_type = row.text("tool_type");
  run.tool_version = row.text("tool_version");
  run.user = row.id<UserId>("user_id");
  run.assignment = row.id<AssignmentId>("assignment_id");
  run.state = parse_state(row.text("state"));
  run.input_json = row.text("input");
  run.output_json = row.optional_text("output");
  run.error_json = row.optional_text("error");
  if (!row.is_null("model")) {
    run.usage =
        Usage{row.integer("input_tokens"), row.integer("output_tokens"), row.text("model"), row.boolean("estimated")};
  }
  run.created_at = row.time("created_at");
  run.completed_at = row.optional_time("completed_at");
  return run;
}

Payer payer_from(const store::Row& row) {
  return {row.id<GroupId>("group_id"), row.id<ClassId>("class_id"), row.integer("policy_version")};
}

}  // namespace

Task<Result<Payer>> insert_run(store::Database& database, NewRun run, std::optional<Lease> lease) {
  auto params = store::params(run.id, run.tool, run.version, run.user, run.assignment, run.input_json, run.created_at);
  if (lease) {
    params.add(lease->host).add(lease->until);
  } else {
    params.add_null().add_null();
  }
  auto inserted = co_await database.query(kInsert, std::move(params));
  if (!inserted) co_return inserted.error();
  const auto row = (*inserted)[0];
  co_return payer_from(row);
}

static Error taken_over() {
  return Error::conflict("This run has ended already, or another host has taken it over.");
}

Task<Result<void>> note_call(store::Database& database, RunId id, int attempt, std::string call_id) {
  auto noted = co_await database.query(kNoteCall, store::params(id, attempt, call_id));
  if (!noted) co_return noted.error();
  if (noted->affected() == 0) co_return taken_over();
  co_return Result<void>{};
}

Result<void> end_run(store::Transaction& tx, const RunEnd& end) {
  auto ended = tx.exec(
      kEnd, store::params(end.id, end.output_json, end.error_json, end.meta_json, end.completed_at, end.attempt));
  if (!ended) return ended.error();
  if (ended->affected() == 1) return {};
  return taken_over();
}

Task<Result<void>> drop_leases(store::Database& database, std::string host) {
  RAPT_CO_TRY(co_await database.query(kDropLeases, store::params(host)));
  co_return Result<void>{};
}

Task<Result<void>> prolong_leases(store::Database& database, std::vector<std::string> ids, Lease lease) {
  if (ids.empty()) co_return Result<void>{};
  store::Params params;
  params.add_array(ids).add(lease.host).add(lease.until);
  RAPT_CO_TRY(co_await database.query(kProlong, std::move(params)));
  co_return Result<void>{};
}

Task<Result<std::vector<LeasedRun>>> take_runs(store::Database& database, TimePoint now, Lease lease, int limit) {
  auto rows = co_await database.query(kTake, store::params(now, lease.host, lease.until, limit));
  if (!rows) co_return rows.error();
  std::vector<LeasedRun> taken;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    NewRun run{row.id<RunId>("id"),
               row.id<ToolId>("tool_id"),
               row.id<ToolVersionId>("tool_version_id"),
               row.id<UserId>("user_id"),
               row.id<AssignmentId>("assignment_id"),
               row.text("input"),
               row.time("created_at")};
    taken.push_back({std::move(run), payer_from(row), static_cast<int>(row.integer("attempts")), row.text("call_id")});
  }
  co_return taken;
}

Task<Result<EndedRun>> load_ended_run(store::Database& database, RunId id) {
  const auto rows = co_await database.query(kEnded, store::params(id));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("run");
  co_return EndedRun{row->id<RunId>("id"),       row->id<ToolId>("tool_id"), row->id<ToolVersionId>("tool_version_id"),
                     row->id<UserId>("user_id"), row->text("input"),         row->optional_text("output")};
}

Task<Result<Run>> load_readable_run(store::Database& database, identity::Actor actor, RunId id) {
  auto params = store::params(actor.id, id);
  auto rows = co_await database.query(kReadable, identity::add_reach(params, actor, identity::Subject::kRun));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("run");
  co_return from_row(*row);
}

Task<Result<RunPage>> list_runs(store::Database& database, UserId owner, int limit, std::string cursor_text) {
  const auto cursor = store::PageCursor::parse(cursor_text);
  if (!cursor) co_return cursor.error();
  auto params = store::params(owner);
  limit = std::clamp(limit, 1, 100);
  store::add_page(params, *cursor).add(limit + 1);
  auto rows = co_await database.query(kList, std::move(params));
  if (!rows) co_return rows.error();
  RunPage page;
  const auto shown = std::min(rows->size(), static_cast<std::size_t>(limit));
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(from_row((*rows)[i]));
  if (rows->size() > shown) {
    const auto& last = page.items.back();
    page.next_cursor = store::PageCursor{last.created_at, last.id.str()}.text();
  }
  co_return page;
}

}  // namespace rapt::runs
