// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "import_store.hpp"
#include "user_store.hpp"

namespace rapt::users {
namespace {

using nlohmann::json;
using store::params;

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
  return written(tx.exec(kInsertUsers, values.add(now)));
}

Result<void> update_users(store::Transaction& tx, const std::vector<Planned>& plans) {
  if (plans.empty()) return {};
  store::Params values;
  values.add_array(column(plans, [](const Planned& plan) { return plan.user.str(); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.name; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.given_name.value_or(""); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.family_name.value_or(""); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.status; }));
  return written(tx.exec(kUpdateUsers, values));
}

Result<void> put_memberships(store::Transaction& tx, const std::vector<Planned>& plans) {
  if (plans.empty()) return {};
  store::Params values;
  values.add_array(column(plans, [](const Planned& plan) { return plan.user.str(); }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.group_id; }));
  values.add_array(column(plans, [](const Planned& plan) { return plan.role; }));
  return written(tx.exec(kPutMemberships, values));
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
  return written(tx.exec(kInsertLines, values));
}

}  // namespace rapt::users
