// SPDX-License-Identifier: AGPL-3.0-or-later
#include "import_store.hpp"

#include <nlohmann/json.hpp>

#include "rapt/security/crypto.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::users {
namespace {

using nlohmann::json;
using store::params;

#define RAPT_IMPORT_COLUMNS                                                                                   \
  "i.id, i.ordered_by, i.by_machine, i.dry_run, i.invite, i.state, i.position, i.next_line, i.total, i.done," \
  " i.created, i.updated, i.unchanged, i.faulty, i.error, i.created_at, i.finished_at FROM user_imports i WHERE "

constexpr store::Statement kInsert{"imports.insert", R"(
  INSERT INTO user_imports (id, ordered_by, by_machine, dry_run, invite, position, next_line, total, created_at)
  VALUES ($1::uuid, $2::uuid, $3::boolean, $4::boolean, $5::boolean, $6::bigint, $7::integer, $8::integer, $9::timestamptz))"};
constexpr store::Statement kInsertPart{
    "imports.insert_part", "INSERT INTO user_import_parts (import_id, part, bytes) VALUES ($1::uuid, $2, $3::bytea)"};
constexpr store::Statement kLoad{
    "imports.load", "SELECT " RAPT_IMPORT_COLUMNS "i.id = $1::uuid AND ($2::boolean OR i.ordered_by = $3::uuid)"};
constexpr store::Statement kLock{"imports.lock", "SELECT " RAPT_IMPORT_COLUMNS "i.id = $1::uuid FOR UPDATE"};
constexpr store::Statement kList{
    "imports.list", "SELECT " RAPT_IMPORT_COLUMNS
                    "($1::boolean OR i.ordered_by = $2::uuid) AND ($3::timestamptz IS NULL OR (i.created_at, i.id) < "
                    "($3::timestamptz, $4::uuid)) ORDER BY i.created_at DESC, i.id DESC LIMIT $5::bigint"};
constexpr store::Statement kLines{"imports.lines", R"(
  SELECT line, outcome, email, user_id, faults FROM user_import_lines
   WHERE import_id = $1::uuid AND line > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY line LIMIT $4::bigint)"};
constexpr store::Statement kPart{"imports.part", R"(
  SELECT encode(substring(bytes FROM $3::integer + 1), 'hex') AS bytes FROM user_import_parts
   WHERE import_id = $1::uuid AND part = $2)"};
constexpr store::Statement kProgress{"imports.progress", R"(
  UPDATE user_imports SET state = 'running', position = $2, next_line = $3, done = $4, created = $5, updated = $6,
         unchanged = $7, faulty = $8 WHERE id = $1::uuid)"};
constexpr store::Statement kEnd{"imports.end", R"(
  WITH forgotten AS (DELETE FROM user_import_parts WHERE import_id = $1::uuid)
  UPDATE user_imports SET state = $2, error = nullif($3, ''), finished_at = $4::timestamptz WHERE id = $1::uuid)"};

constexpr store::Statement kLower{"imports.lower", R"(
  SELECT lower(e.email) AS email FROM unnest($1::text[]) WITH ORDINALITY AS e (email, n) ORDER BY e.n)"};
// Looked up address by address and key by key: whatever the planner knew of the tables when it made this plan (they may
// have been empty), it has no other way; OFFSET 0 keeps it from another order, and a look-up by id that
// asks for nothing else from an index that is not of ids. Locked in the order of ids.
constexpr store::Statement kPresent{
    "imports.present",
    "SELECT u.id, lower(u.email) AS key, u.name, u.given_name, u.family_name, u.status::text AS status,"
    " coalesce(p.reached, false) AS reached, coalesce(p.wholly, false) AS wholly,"
    " coalesce(p.system_admin, false) AS system_admin, coalesce(p.roles, '{}') AS roles"
    " FROM unnest(ARRAY(SELECT f.id FROM unnest($1::text[]) AS e (key) CROSS JOIN LATERAL (SELECT id FROM users"
    "   WHERE lower(email) = e.key AND deleted_at IS NULL LIMIT 1) f ORDER BY f.id)) AS k (id)"
    " CROSS JOIN LATERAL (SELECT * FROM users WHERE id = k.id OFFSET 0 FOR UPDATE) u"
    " LEFT JOIN LATERAL (SELECT bool_or(at.within) AS reached, bool_and(at.within) AS wholly,"
    "   bool_or(at.role = 'system_admin') AS system_admin,"
    "   jsonb_object_agg(at.group_id, at.role) FILTER (WHERE at.role IS NOT NULL) AS roles FROM ("
    "     SELECT m.group_id, m.role::text AS role, " RAPT_IN_SCOPE(
        "g.path", "NULL::uuid", "NULL::uuid", "$2", "$3", "$4", "$5", "$6",
        "$7") " IS TRUE AS within"
              "       FROM group_members m CROSS JOIN LATERAL (SELECT path FROM groups"
              "         WHERE id = m.group_id AND deleted_at IS NULL OFFSET 0) g WHERE m.user_id = u.id"
              "     UNION ALL SELECT c.group_id, NULL, " RAPT_IN_SCOPE(
                  "g.path", "c.id", "NULL::uuid", "$2", "$3", "$4", "$5", "$6",
                  "$7") " IS TRUE FROM class_members m CROSS JOIN LATERAL (SELECT id, group_id FROM classes"
                        "         WHERE id = m.class_id AND deleted_at IS NULL OFFSET 0) c"
                        "       JOIN LATERAL (SELECT path FROM groups WHERE id = c.group_id OFFSET 0) g ON true"
                        "      WHERE m.user_id = u.id) at"
                        " ) p ON true WHERE u.deleted_at IS NULL"};
constexpr store::Statement kEarlier{"imports.earlier", R"(
  SELECT e.key, l.line FROM unnest($2::text[]) AS e (key) CROSS JOIN LATERAL
    (SELECT line FROM user_import_lines
      WHERE import_id = $1::uuid AND outcome <> 'faulty' AND lower(email) = e.key LIMIT 1) l)"};
// Triggers are planned by it, too.
constexpr store::Statement kPlanning{
    "imports.planning",
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true),"
    " set_config('enable_bitmapscan', 'off', true)"};
constexpr store::Statement kGroupsById{
    "imports.groups_by_id",
    "SELECT id::text AS wanted, id, path::text AS path FROM groups WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL"};
constexpr store::Statement kGroupsByNames{"imports.groups_by_names", R"(
  WITH RECURSIVE walk AS (
    SELECT w.wanted, string_to_array(w.wanted, '/') AS names, g.id, g.path, 1 AS depth
      FROM unnest($1::text[]) AS w (wanted) JOIN groups g
        ON g.parent_id IS NULL AND g.deleted_at IS NULL AND g.name = split_part(w.wanted, '/', 1)
    UNION ALL
    SELECT w.wanted, w.names, g.id, g.path, w.depth + 1 FROM walk w JOIN groups g ON g.parent_id = w.id
     WHERE g.deleted_at IS NULL AND g.name = w.names[w.depth + 1])
  SELECT wanted, id, path::text AS path FROM walk WHERE depth = cardinality(names))"};

constexpr store::Statement kInsertUsers{"imports.insert_users", R"(
  INSERT INTO users (id, email, name, given_name, family_name, status, email_verified_at, created_at, updated_at)
  SELECT n.id, n.email, n.name, nullif(n.given, ''), nullif(n.family, ''), n.status::user_status, $7::timestamptz,
         $7::timestamptz, $7::timestamptz
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      AS n (id, email, name, given, family, status))"};
constexpr store::Statement kUpdateUsers{"imports.update_users", R"(
  WITH wanted AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS w (id, name, given, family, status)),
  ended AS (
    DELETE FROM auth_sessions s USING wanted w WHERE s.user_id = w.id AND w.status = 'suspended')
  UPDATE users u SET name = w.name, given_name = coalesce(nullif(w.given, ''), u.given_name),
         family_name = coalesce(nullif(w.family, ''), u.family_name),
         status = coalesce(nullif(w.status, '')::user_status, u.status)
    FROM wanted w WHERE u.id = w.id)"};
constexpr store::Statement kPutMemberships{"imports.put_memberships", R"(
  INSERT INTO group_members (user_id, group_id, role)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::member_role[])
  ON CONFLICT (user_id, group_id) DO UPDATE SET role = excluded.role)"};
constexpr store::Statement kInsertLines{"imports.insert_lines", R"(
  INSERT INTO user_import_lines (import_id, line, outcome, email, user_id, faults)
  SELECT $1::uuid, l.line, l.outcome, nullif(l.email, ''), nullif(l.user_id, '')::uuid, nullif(l.faults, '')::jsonb
    FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) AS l (line, outcome, email, user_id, faults))"};

ImportState state_of(const store::Row& row) {
  ImportState out;
  out.by_machine = row.boolean("by_machine");
  out.position = row.integer("position");
  out.next_line = row.integer("next_line");
  auto& import = out.import;
  import.id = row.id<ImportId>("id");
  import.ordered_by = row.id<UserId>("ordered_by");
  import.dry_run = row.boolean("dry_run");
  import.invite = row.boolean("invite");
  import.state = row.text("state");
  import.total = row.integer("total");
  import.done = row.integer("done");
  import.created = row.integer("created");
  import.updated = row.integer("updated");
  import.unchanged = row.integer("unchanged");
  import.faulty = row.integer("faulty");
  import.error = row.text("error");
  import.created_at = row.time("created_at");
  import.finished_at = row.optional_time("finished_at");
  return out;
}

ImportLine line_of(const store::Row& row) {
  ImportLine line{row.integer("line"), row.text("outcome"), row.text("email"), row.id<UserId>("user_id"), {}};
  if (row.is_null("faults")) return line;
  for (const auto& fault : json::parse(row.text("faults")))
    line.faults.push_back({fault.at("path"), fault.at("message")});
  return line;
}

Result<void> done(const Result<store::Rows>& rows) {
  if (!rows) return rows.error();
  return {};
}

/// One column of a list of plans.
template <class Get>
std::vector<std::string> column(const std::vector<Planned>& plans, Get get) {
  std::vector<std::string> out;
  out.reserve(plans.size());
  for (const auto& plan : plans) out.push_back(get(plan));
  return out;
}

std::string faults_text(const Planned& plan) {
  if (plan.faults.empty()) return "";
  json faults = json::array();
  for (const auto& fault : plan.faults) faults.push_back({{"path", fault.path}, {"message", fault.message}});
  return faults.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Result<void> insert_import(store::Transaction& tx, const ImportState& state) {
  const auto& import = state.import;
  return done(tx.exec(kInsert, params(import.id, import.ordered_by, state.by_machine, import.dry_run, import.invite,
                                      state.position, state.next_line, import.total, import.created_at)));
}

Result<void> insert_part(store::Transaction& tx, const ImportId& id, std::int64_t part, std::string_view bytes) {
  return done(tx.exec(kInsertPart, params(id, part, "\\x" + security::to_hex(bytes))));
}

Result<Import> load_import(store::Transaction& tx, const ImportId& id, const identity::Actor& actor) {
  const auto rows = tx.exec(kLoad, params(id, actor.is_system_admin(), actor.id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("import");
  return state_of((*rows)[0]).import;
}

Result<ImportPage> list_imports(store::Transaction& tx, const identity::Actor& actor, int limit,
                                const std::string& cursor) {
  const auto after = store::PageCursor::parse(cursor);
  if (!after) return after.error();
  auto values = params(actor.is_system_admin(), actor.id);
  store::add_page(values, *after).add(limit + 1);
  const auto rows = tx.exec(kList, values);
  if (!rows) return rows.error();
  ImportPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(state_of((*rows)[i]).import);
  if (rows->size() > page.items.size())
    page.next_cursor = store::PageCursor{page.items.back().created_at, page.items.back().id.str()}.text();
  return page;
}

Result<ImportLinePage> list_lines(store::Transaction& tx, const ImportId& id, const std::string& outcome, int limit,
                                  std::int64_t after) {
  const auto rows =
      tx.exec(kLines, params(id, after, outcome.empty() ? std::nullopt : std::optional(outcome), limit + 1));
  if (!rows) return rows.error();
  ImportLinePage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(line_of((*rows)[i]));
  if (rows->size() > page.items.size()) page.next_cursor = std::to_string(page.items.back().line);
  return page;
}

Result<ImportState> lock_import(store::Transaction& tx, const ImportId& id) {
  const auto rows = tx.exec(kLock, params(id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("import");
  return state_of((*rows)[0]);
}

Result<void> plan_by_index(store::Transaction& tx) {
  return done(tx.exec(kPlanning));
}

Result<std::string> load_part(store::Transaction& tx, const ImportId& id, std::int64_t part, std::size_t skip) {
  const auto rows = tx.exec(kPart, params(id, part, static_cast<std::int64_t>(skip)));
  if (!rows) return rows.error();
  if (rows->empty()) return std::string();
  return security::from_hex((*rows)[0].text("bytes"));
}

Result<void> save_progress(store::Transaction& tx, const ImportState& state) {
  const auto& import = state.import;
  return done(tx.exec(kProgress, params(import.id, state.position, state.next_line, import.done, import.created,
                                        import.updated, import.unchanged, import.faulty)));
}

Result<void> end_import(store::Transaction& tx, const ImportId& id, const std::string& state, const std::string& error,
                        TimePoint now) {
  return done(tx.exec(kEnd, params(id, state, error, now)));
}

Result<std::vector<std::string>> lower_all(store::Transaction& tx, const std::vector<std::string>& emails) {
  store::Params values;
  const auto rows = tx.exec(kLower, values.add_array(emails));
  if (!rows) return rows.error();
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back((*rows)[i].text("email"));
  return out;
}

Result<std::map<std::string, Present>> find_present(store::Transaction& tx, const std::vector<std::string>& emails,
                                                    const identity::Scope& scope) {
  store::Params values;
  values.add_array(emails);
  const auto rows = tx.exec(kPresent, identity::add_scope(values, scope));
  if (!rows) return rows.error();
  std::map<std::string, Present> found;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    Present one{row.id<UserId>("id"),
                row.text("name"),
                row.text("status"),
                row.optional_text("given_name"),
                row.optional_text("family_name"),
                row.boolean("reached"),
                row.boolean("wholly"),
                row.boolean("system_admin"),
                {}};
    one.roles = json::parse(row.text("roles")).get<std::map<std::string, std::string>>();
    found.emplace(row.text("key"), std::move(one));
  }
  return found;
}

Result<std::map<std::string, std::int64_t>> find_earlier(store::Transaction& tx, const ImportId& id,
                                                         const std::vector<std::string>& emails) {
  auto values = params(id);
  const auto rows = tx.exec(kEarlier, values.add_array(emails));
  if (!rows) return rows.error();
  std::map<std::string, std::int64_t> found;
  for (std::size_t i = 0; i < rows->size(); ++i) found.emplace((*rows)[i].text("key"), (*rows)[i].integer("line"));
  return found;
}

Result<FoundGroups> find_groups(store::Transaction& tx, const std::set<std::string>& wanted) {
  std::vector<std::string> ids, names;
  std::multimap<std::string, std::string> written;  // an id may be written in several ways
  for (const auto& one : wanted) {
    const auto id = canonical_uuid(one);
    id ? ids.push_back(*id) : names.push_back(one);
    written.emplace(id.value_or(one), one);
  }
  FoundGroups found;
  for (const auto& [statement, keys] : {std::pair(&kGroupsById, &ids), std::pair(&kGroupsByNames, &names)}) {
    if (keys->empty()) continue;
    const auto rows = tx.exec(*statement, store::Params().add_array(*keys));
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto [from, to] = written.equal_range((*rows)[i].text("wanted"));
      for (auto way = from; way != to; ++way)
        found[way->second].push_back({(*rows)[i].text("id"), (*rows)[i].text("path")});
    }
  }
  return found;
}

Result<void> insert_users(store::Transaction& tx, const std::vector<Planned>& plans, TimePoint now) {
  if (plans.empty()) return {};
  store::Params values;
  values.add_array(column(plans, [](const Planned& plan) { return plan.user.str(); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.email; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.name; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.given_name.value_or(""); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.family_name.value_or(""); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.status.empty() ? "active" : plan.status; }));
  return done(tx.exec(kInsertUsers, values.add(now)));
}

Result<void> update_users(store::Transaction& tx, const std::vector<Planned>& plans) {
  if (plans.empty()) return {};
  store::Params values;
  values.add_array(column(plans, [](const Planned& plan) { return plan.user.str(); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.name; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.given_name.value_or(""); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.family_name.value_or(""); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.status; }));
  return done(tx.exec(kUpdateUsers, values));
}

Result<void> put_memberships(store::Transaction& tx, const std::vector<Planned>& plans) {
  if (plans.empty()) return {};
  store::Params values;
  values.add_array(column(plans, [](const Planned& plan) { return plan.user.str(); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.group_id; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.role; }));
  return done(tx.exec(kPutMemberships, values));
}

Result<void> insert_lines(store::Transaction& tx, const ImportId& id, const std::vector<Planned>& plans, bool dry_run) {
  auto values = params(id);
  values.add_array(column(plans, [](const Planned& plan) { return std::to_string(plan.line); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.outcome; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.email; }));
  values.add_array(column(plans, [dry_run](const Planned& plan) {
    return plan.outcome == "faulty" || (dry_run && plan.outcome == "created") ? "" : plan.user.str();
  }));
  values.add_array(column(plans, [](const Planned& plan) { return faults_text(plan); }));
  return done(tx.exec(kInsertLines, values));
}

}  // namespace rapt::users
