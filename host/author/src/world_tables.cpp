// SPDX-License-Identifier: AGPL-3.0-or-later
#include "world_tables.hpp"

#include <nlohmann/json.hpp>

namespace rapt::author {
namespace {

using store::Statement;

// $1 is the world, as JSON; $2, where there is one, the module under trial.
constexpr Statement kPlain[] = {{"world.users", R"(
  INSERT INTO users (id, email, name, given_name, family_name, status, email_verified_at)
  SELECT u.id, u.email, u.name, u.given_name, u.family_name, coalesce(u.status, 'active'),
         CASE WHEN coalesce(u.email_verified, true) THEN now() END
    FROM jsonb_to_recordset($1::jsonb -> 'users') AS u (id uuid, email text, name text, given_name text,
         family_name text, status user_status, email_verified boolean))"},
                                {"world.groups", R"(
  INSERT INTO groups (id, parent_id, name, type)
  SELECT g.id, g.parent, g.name, coalesce(g.type, 'custom')
    FROM jsonb_to_recordset($1::jsonb -> 'groups') AS g (id uuid, parent uuid, name text, type group_type))"},
                                {"world.members", R"(
  INSERT INTO group_members (group_id, user_id, role) SELECT g.id, m."user", m.role
    FROM jsonb_to_recordset($1::jsonb -> 'groups') AS g (id uuid, members jsonb),
         jsonb_to_recordset(g.members) AS m ("user" uuid, role member_role))"},
                                {"world.classes", R"(
  INSERT INTO classes (id, group_id, name) SELECT c.id, c."group", c.name
    FROM jsonb_to_recordset($1::jsonb -> 'classes') AS c (id uuid, "group" uuid, name text))"},
                                {"world.enrollments", R"(
  INSERT INTO class_members (class_id, user_id, role) SELECT c.id, m."user", m.role
    FROM jsonb_to_recordset($1::jsonb -> 'classes') AS c (id uuid, enrollments jsonb),
         jsonb_to_recordset(c.enrollments) AS m ("user" uuid, role class_role))"}};
constexpr Statement kOfModule[] = {{"world.external_ids", R"(
  INSERT INTO module_external_ids (module, source, external_id, user_id, group_id, class_id, made, created_at)
  SELECT $2::text, x.key, x.value, CASE kind WHEN 'users' THEN t.id END, CASE kind WHEN 'groups' THEN t.id END,
         CASE kind WHEN 'classes' THEN t.id END, true, now()
    FROM unnest(ARRAY['users', 'groups', 'classes']) AS kind,
         jsonb_to_recordset($1::jsonb -> kind) AS t (id uuid, external_ids jsonb), jsonb_each_text(t.external_ids) AS x)"},
                                   {"world.tools", R"(
  WITH listed AS (
    SELECT t.*, gen_random_uuid() AS version FROM jsonb_to_recordset($1::jsonb -> 'tools')
        AS t (id uuid, name text, type tool_type, "group" uuid, attached boolean)
  ), made AS (
    INSERT INTO tools (id, type, name, group_id, current_version_id)
    SELECT id, coalesce(type, 'chat'), name, "group", version FROM listed)
  INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed)
  SELECT version, id, '1.0.0', '', jsonb_build_object('modules', CASE WHEN coalesce(attached, true)
         THEN jsonb_build_array(jsonb_build_object('name', $2::text)) ELSE '[]' END) FROM listed)"}};
constexpr Statement kWork[] = {{"world.assignments", R"(
  INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name, instructions)
  SELECT a.id, a.class, a.tool, t.current_version_id, a.name, coalesce(a.instructions, '')
    FROM jsonb_to_recordset($1::jsonb -> 'assignments')
      AS a (id uuid, class uuid, tool uuid, name text, instructions text) JOIN tools t ON t.id = a.tool)"},
                               {"world.sessions", R"(
  INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id, group_id, state, next_seq,
                             started_at, ended_at, last_message_at)
  SELECT s.id, s.tool, t.current_version_id, s."user", s.assignment, s."group", coalesce(s.state, 'active'),
         1 + coalesce(jsonb_array_length(s.messages), 0), s.started_at, s.ended_at,
         (s.messages -> -1 ->> 'at')::timestamptz
    FROM jsonb_to_recordset($1::jsonb -> 'sessions') AS s (id uuid, tool uuid, "user" uuid, assignment uuid,
         "group" uuid, state session_state, messages jsonb, started_at timestamptz, ended_at timestamptz)
    JOIN tools t ON t.id = s.tool)"},
                               {"world.messages", R"(
  INSERT INTO messages (session_id, seq, role, content, created_at)
  SELECT s.id, m.seq, (m.said ->> 'role')::message_role, m.said ->> 'content', (m.said ->> 'at')::timestamptz
    FROM jsonb_to_recordset($1::jsonb -> 'sessions') AS s (id uuid, messages jsonb),
         jsonb_array_elements(s.messages) WITH ORDINALITY AS m (said, seq))"},
                               {"world.runs", R"(
  INSERT INTO runs (id, tool_id, tool_version_id, user_id, assignment_id, group_id, state, input, output, error,
                    created_at, completed_at)
  SELECT r.id, r.tool, t.current_version_id, r."user", r.assignment, r."group", r.state, r.input, r.output,
         CASE r.state WHEN 'failed' THEN '{}'::jsonb END, r.started_at, r.ended_at
    FROM jsonb_to_recordset($1::jsonb -> 'runs') AS r (id uuid, tool uuid, "user" uuid, assignment uuid, "group" uuid,
         state run_state, input json, output json, started_at timestamptz, ended_at timestamptz)
    JOIN tools t ON t.id = r.tool)"},
                               {"world.submissions", R"(
  INSERT INTO submissions (id, assignment_id, user_id, session_id, run_id, attempt, state, submitted_at)
  SELECT s.id, s.assignment, s."user", s.session, s.run, coalesce(s.attempt, 1), coalesce(s.state, 'submitted'),
         s.submitted_at
    FROM jsonb_to_recordset($1::jsonb -> 'submissions') AS s (id uuid, assignment uuid, "user" uuid, session uuid,
         run uuid, attempt integer, state submission_state, submitted_at timestamptz))"}};
constexpr Statement kFound[] = {{"world.findings", R"(
  INSERT INTO extractions (session_id, run_id, module, type, data, message_seq)
  SELECT CASE kind WHEN 'sessions' THEN w.id END, CASE kind WHEN 'runs' THEN w.id END,
         coalesce(f ->> 'module', $2::text), f ->> 'type', f -> 'data', (f ->> 'message_seq')::integer
    FROM unnest(ARRAY['sessions', 'runs']) AS kind,
         jsonb_to_recordset($1::jsonb -> kind) AS w (id uuid, findings jsonb), jsonb_array_elements(w.findings) AS f)"},
                                {"world.grades", R"(
  INSERT INTO submission_grades (submission_id, score, score_of, feedback, by_module, at)
  SELECT s.id, g.score, g.score_of, coalesce(g.feedback, ''), CASE g."by" WHEN 'module' THEN $2::text END, now()
    FROM jsonb_to_recordset($1::jsonb -> 'submissions') AS s (id uuid, grade jsonb),
         jsonb_to_record(s.grade) AS g (score numeric, score_of numeric, feedback text, "by" text)
   WHERE s.grade IS NOT NULL)"}};

// As the services show it, but for times: those change with what is told already.
constexpr Statement kState{"world.state", R"(
  SELECT 'user' AS kind, u.id::text AS id, json_build_object('id', u.id, 'email', u.email, 'name', u.name,
         'given_name', u.given_name, 'family_name', u.family_name, 'status', u.status, 'email_verified',
         u.email_verified_at IS NOT NULL, 'external_ids', (SELECT coalesce(json_object_agg(x.source, x.external_id
         ORDER BY x.source), '{}') FROM module_external_ids x WHERE x.user_id = u.id AND x.module = $1))::text AS item
    FROM users u WHERE u.deleted_at IS NULL
  UNION ALL
  SELECT 'group', g.id::text, json_build_object('id', g.id, 'parent_id', g.parent_id, 'name', g.name, 'type', g.type,
         'external_ids', (SELECT coalesce(json_object_agg(x.source, x.external_id ORDER BY x.source), '{}')
         FROM module_external_ids x WHERE x.group_id = g.id AND x.module = $1))::text
    FROM groups g WHERE g.deleted_at IS NULL
  UNION ALL
  SELECT 'class', c.id::text, json_build_object('id', c.id, 'group_id', c.group_id, 'name', c.name, 'external_ids',
         (SELECT coalesce(json_object_agg(x.source, x.external_id ORDER BY x.source), '{}')
         FROM module_external_ids x WHERE x.class_id = c.id AND x.module = $1))::text
    FROM classes c WHERE c.deleted_at IS NULL
  UNION ALL
  SELECT 'member', m.group_id || ' ' || m.user_id,
         json_build_object('group_id', m.group_id, 'user_id', m.user_id, 'role', m.role)::text FROM group_members m
  UNION ALL
  SELECT 'enrollment', m.class_id || ' ' || m.user_id,
         json_build_object('class_id', m.class_id, 'user_id', m.user_id, 'role', m.role)::text FROM class_members m
  UNION ALL
  SELECT 'grade', m.submission_id::text, json_build_object('submission_id', m.submission_id, 'score',
         trim_scale(m.score), 'score_of', trim_scale(m.score_of), 'feedback', m.feedback, 'by',
         coalesce(m.by_module, 'teacher'))::text FROM submission_grades m)"};

Result<void> put_all(store::Transaction& tx, const Statement* first, const Statement* end,
                     const store::Params& values) {
  for (; first != end; ++first) RAPT_TRY(tx.exec(*first, values));
  return {};
}

/// With the names that the author knows instead of ids.
std::string in_names(const std::string& item, const World& world) {
  auto object = nlohmann::ordered_json::parse(item);
  for (auto& [member, value] : object.items()) {
    if (value.is_string()) value = world.name_of(value.get<std::string>());
  }
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Result<void> put_world(store::Transaction& tx, const World& world, const std::string& module) {
  const auto plain = store::params(world.document()), with_module = store::params(world.document(), module);
  RAPT_TRY(put_all(tx, std::begin(kPlain), std::end(kPlain), plain));
  RAPT_TRY(put_all(tx, std::begin(kOfModule), std::end(kOfModule), with_module));
  RAPT_TRY(put_all(tx, std::begin(kWork), std::end(kWork), plain));
  return put_all(tx, std::begin(kFound), std::end(kFound), with_module);
}

Result<WorldState> read_world_state(store::Transaction& tx, const std::string& module) {
  const auto rows = tx.exec(kState, store::params(module));
  if (!rows) return rows.error();
  WorldState out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    out.emplace(std::pair(row.text("kind"), row.text("id")), row.text("item"));
  }
  return out;
}

std::vector<WorldChange> changes_between(const WorldState& before, const WorldState& after, const World& world) {
  std::vector<WorldChange> out;
  const auto add = [&](const WorldState::value_type& one, WorldChange::What what, std::string was, std::string is) {
    out.push_back({.kind = one.first.first,
                   .what = what,
                   .in_names = in_names(one.second, world),
                   .before_json = std::move(was),
                   .after_json = std::move(is)});
  };
  for (const auto& one : after) {
    const auto was = before.find(one.first);
    if (was == before.end()) {
      add(one, WorldChange::What::kCreated, "", one.second);
    } else if (was->second != one.second) {
      add(one, WorldChange::What::kUpdated, was->second, one.second);
    }
  }
  for (const auto& one : before) {
    if (!after.contains(one.first)) add(one, WorldChange::What::kRemoved, one.second, "");
  }
  return out;
}

}  // namespace rapt::author
