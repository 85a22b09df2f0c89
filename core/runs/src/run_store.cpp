// SPDX-License-Identifier: AGPL-3.0-or-later
#include "run_store.hpp"

#include <algorithm>
#include <utility>

#include "rapt/identity/reach.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::runs {

namespace {

constexpr store::Statement kInsert{"run_insert", R"(
  INSERT INTO runs (id, tool_id, tool_version_id, user_id, assignment_id, state, input, created_at, group_id)
  VALUES ($1, $2, $3, $4, $5, 'processing', $6, $7, paying_group($4, $5)) RETURNING group_id)"};

constexpr store::Statement kEnd{"run_end", R"(
  UPDATE runs SET state = CASE WHEN $2::jsonb IS NULL THEN 'failed' ELSE 'complete' END::run_state,
         output = $2::jsonb, error = $3::jsonb, meta = $4::jsonb, completed_at = $5
   WHERE id = $1 AND state IN ('pending', 'processing'))"};

constexpr store::Statement kFailUnfinished{"run_fail_unfinished", R"(
  UPDATE runs SET state = 'failed', error = $3::jsonb, completed_at = $2
   WHERE state IN ('pending', 'processing') AND created_at < $1)"};

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

}  // namespace

Task<Result<GroupId>> insert_run(store::Database& database, NewRun run) {
  auto inserted = co_await database.query(
      kInsert, store::params(run.id, run.tool, run.version, run.user, run.assignment, run.input_json, run.created_at));
  if (!inserted) co_return inserted.error();
  co_return (*inserted)[0].id<GroupId>("group_id");
}

Result<void> end_run(store::Transaction& tx, const RunEnd& end) {
  auto ended = tx.exec(kEnd, store::params(end.id, end.output_json, end.error_json, end.meta_json, end.completed_at));
  if (!ended) return ended.error();
  if (ended->affected() == 1) return {};
  return Error::conflict("This run has ended already.");
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

Task<Result<std::size_t>> fail_unfinished(store::Database& database, TimePoint created_before, TimePoint now,
                                          std::string error_json) {
  auto failed = co_await database.query(kFailUnfinished, store::params(created_before, now, error_json));
  if (!failed) co_return failed.error();
  co_return failed->affected();
}

}  // namespace rapt::runs
