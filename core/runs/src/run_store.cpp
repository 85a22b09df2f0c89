// SPDX-License-Identifier: AGPL-3.0-or-later
#include "run_store.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rapt::runs {

namespace {

constexpr store::Statement kInsert{"run_insert", R"(
  INSERT INTO runs (id, tool_id, tool_version_id, user_id, assignment_id, state, input, created_at)
  VALUES ($1, $2, $3, $4, $5, 'processing', $6, $7))"};

constexpr store::Statement kEnd{"run_end", R"(
  UPDATE runs SET state = CASE WHEN $2::jsonb IS NULL THEN 'failed' ELSE 'complete' END::run_state,
         output = $2::jsonb, error = $3::jsonb, meta = $4::jsonb, completed_at = $5
   WHERE id = $1 AND state IN ('pending', 'processing'))"};

constexpr store::Statement kFailUnfinished{"run_fail_unfinished", R"(
  UPDATE runs SET state = 'failed', error = $3::jsonb, completed_at = $2
   WHERE state IN ('pending', 'processing') AND created_at < $1)"};

#define RAPT_RUN_HEAD                                                                                             \
  "SELECT r.id, r.tool_id, t.name AS tool_name, t.type AS tool_type, v.version AS tool_version, r.user_id,"       \
  " r.assignment_id, r.state, r.input, r.output, r.error, r.created_at, r.completed_at,"                          \
  " used.model, used.input_tokens, used.output_tokens, used.estimated"                                            \
  " FROM runs r JOIN tools t ON t.id = r.tool_id JOIN tool_versions v ON v.id = r.tool_version_id"                \
  " LEFT JOIN LATERAL (SELECT max(model) AS model, sum(input_tokens)::bigint AS input_tokens,"                    \
  "   sum(output_tokens)::bigint AS output_tokens, bool_or(estimated) AS estimated FROM ai_usage WHERE run_id = " \
  "r.id) used ON true"                                                                                            \
  " LEFT JOIN assignments a ON a.id = r.assignment_id "

// The same readers as a conversation has: the owner, system administrators, teachers of the assignment's class or of
// any class of the student when there is no assignment, administrators of a group that the student belongs to.
constexpr store::Statement kReadable{"run_readable", RAPT_RUN_HEAD R"(
   WHERE r.id = $2 AND (r.user_id = $1 OR $3::boolean OR a.class_id = ANY ($4::uuid[])
      OR (r.assignment_id IS NULL AND EXISTS (SELECT FROM class_members m
           WHERE m.user_id = r.user_id AND m.role = 'student' AND m.class_id = ANY ($4::uuid[])))
      OR EXISTS (SELECT FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id
           WHERE m.user_id = r.user_id AND m.role = 'student' AND g.path <@ ANY ($5::ltree[]))
      OR EXISTS (SELECT FROM group_members m JOIN groups g ON g.id = m.group_id
           WHERE m.user_id = r.user_id AND m.role = 'student' AND g.path <@ ANY ($5::ltree[]))))"};

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

/// Where a page ends: "<microseconds since 1970>_<run id>".
struct Cursor {
  TimePoint created_at{};
  RunId id;
};

Result<std::optional<Cursor>> parse_cursor(std::string_view text) {
  if (text.empty()) return std::optional<Cursor>{};
  const auto line = text.find('_');
  std::int64_t micros = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + std::min(line, text.size()), micros);
  const auto id = line == std::string_view::npos ? std::nullopt : RunId::parse(text.substr(line + 1));
  constexpr std::int64_t kYear9999 = 253'402'300'800'000'000;
  if (fault != std::errc{} || end != text.data() + line || !id || micros < 0 || micros > kYear9999) {
    return Error::invalid("cursor",
                          "is not a cursor of this list: take next_cursor of the page before, or leave it out");
  }
  return std::optional<Cursor>{Cursor{TimePoint(std::chrono::microseconds(micros)), *id}};
}

store::Params readable_params(const identity::Actor& actor, const RunId& id) {
  bool everybody = false;
  std::vector<std::string> classes, paths;
  for (const auto& membership : actor.groups) {
    if (membership.role == identity::GroupRole::kSystemAdmin) everybody = true;
    if (membership.role == identity::GroupRole::kGroupAdmin) paths.push_back(membership.path);
  }
  for (const auto& membership : actor.classes) {
    if (membership.teaches) classes.push_back(membership.id.str());
  }
  auto params = store::params(actor.id, id, everybody);
  return params.add_array(classes).add_array(paths);
}

}  // namespace

Task<Result<void>> insert_run(store::Database& database, NewRun run) {
  auto inserted = co_await database.query(
      kInsert, store::params(run.id, run.tool, run.version, run.user, run.assignment, run.input_json, run.created_at));
  if (!inserted) co_return inserted.error();
  co_return Result<void>{};
}

Result<void> end_run(store::Transaction& tx, const RunEnd& end) {
  auto ended = tx.exec(kEnd, store::params(end.id, end.output_json, end.error_json, end.meta_json, end.completed_at));
  if (!ended) return ended.error();
  if (ended->affected() == 1) return {};
  return Error::conflict("This run has ended already.");
}

Task<Result<Run>> load_readable_run(store::Database& database, identity::Actor actor, RunId id) {
  auto rows = co_await database.query(kReadable, readable_params(actor, id));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("run");
  co_return from_row(*row);
}

Task<Result<RunPage>> list_runs(store::Database& database, UserId owner, int limit, std::string cursor_text) {
  const auto cursor = parse_cursor(cursor_text);
  if (!cursor) co_return cursor.error();
  auto params = store::params(owner);
  if (*cursor) {
    params.add((*cursor)->created_at).add((*cursor)->id);
  } else {
    params.add_null().add_null();
  }
  limit = std::clamp(limit, 1, 100);
  params.add(limit + 1);
  auto rows = co_await database.query(kList, std::move(params));
  if (!rows) co_return rows.error();
  RunPage page;
  const auto shown = std::min(rows->size(), static_cast<std::size_t>(limit));
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(from_row((*rows)[i]));
  if (rows->size() > shown) {
    const auto& last = page.items.back();
    page.next_cursor = std::to_string(last.created_at.time_since_epoch().count()) + "_" + last.id.str();
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
