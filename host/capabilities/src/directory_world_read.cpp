// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "directory_world.hpp"

namespace rapt::host {
namespace {

using identity::Action;
using identity::Subject;
using nlohmann::json;
using store::params;

// Batches of one source come one after the other: between two statements of this reading, another batch of it could
// make an account whose external id was not there yet, and the account would look like a stranger's.
constexpr store::Statement kLock{"directory.lock",
                                 "SELECT pg_advisory_xact_lock(hashtextextended('directory:' || $1, 0))"};
constexpr store::Statement kLower{"directory.lower", R"(
  SELECT lower(e.email) AS email FROM unnest($1::text[]) WITH ORDINALITY AS e (email, n) ORDER BY e.n)"};
constexpr store::Statement kExternals{"directory.externals", R"(
  SELECT left(x.kind, 1) AS kind, x.external_id, coalesce(x.user_id, x.group_id, x.class_id) AS id, x.made,
         coalesce(u.deleted_at, g.deleted_at, c.deleted_at) IS NULL AS alive
    FROM module_external_ids x LEFT JOIN users u ON u.id = x.user_id LEFT JOIN groups g ON g.id = x.group_id
    LEFT JOIN classes c ON c.id = x.class_id
   WHERE x.module = $1 AND x.source = $2 AND (x.kind, x.external_id) IN
         (SELECT k.kind, k.id FROM unnest($3::text[], $4::text[]) AS k (kind, id)))"};
constexpr store::Statement kKnownAs{"directory.known_as", R"(
  SELECT coalesce(user_id, group_id, class_id) AS id, external_id FROM module_external_ids
   WHERE module = $1 AND source = $2 AND (user_id = ANY ($3::uuid[]) OR group_id = ANY ($3::uuid[])
          OR class_id = ANY ($3::uuid[])))"};
// In the order of ids, so that two batches wait for each other instead of ending each other.
constexpr store::Statement kWorldUsers{
    "directory.users",
    "SELECT u.id, u.email, lower(u.email) AS key, u.name, u.given_name, u.family_name, u.status::text AS status,"
    " u.email_verified_at IS NOT NULL AS verified, coalesce(p.reached, false) AS reached,"
    " coalesce(p.wholly, false) AS wholly, coalesce(p.system_admin, false) AS system_admin,"
    " coalesce(p.administers, false) AS administers, coalesce(p.trees, '[]') AS trees,"
    " coalesce(p.roles, '{}') AS roles FROM users u LEFT JOIN LATERAL (SELECT bool_or(at.within) AS reached,"
    "   bool_and(at.within) AS wholly, bool_or(at.role = 'system_admin') AS system_admin,"
    "   bool_or(at.role IN ('system_admin', 'group_admin')) AS administers,"
    "   jsonb_agg(DISTINCT at.tree) AS trees,"
    "   jsonb_object_agg(at.group_id, at.role) FILTER (WHERE at.role IS NOT NULL) AS roles FROM ("
    "     SELECT m.group_id, m.role::text AS role, subpath(g.path, 0, 1)::text AS tree, " RAPT_IN_SCOPE(
        "g.path", "NULL::uuid", "NULL::uuid", "$3", "$4", "$5", "$6", "$7",
        "$8") " IS TRUE AS within FROM group_members m JOIN groups g ON g.id = m.group_id"
              "      WHERE m.user_id = u.id AND g.deleted_at IS NULL"
              "     UNION ALL SELECT c.group_id, NULL, subpath(g.path, 0, 1)::text, " RAPT_IN_SCOPE(
                  "g.path", "c.id", "NULL::uuid", "$3", "$4", "$5", "$6", "$7",
                  "$8") " IS TRUE FROM class_members m JOIN classes c ON c.id = m.class_id"
                        "       JOIN groups g ON g.id = c.group_id WHERE m.user_id = u.id AND c.deleted_at IS NULL) at"
                        " ) p ON true WHERE u.deleted_at IS NULL AND (u.id = ANY ($1::uuid[])"
                        "  OR lower(u.email) = ANY ($2::text[])) ORDER BY u.id FOR NO KEY UPDATE OF u"};
constexpr store::Statement kWorldGroups{"directory.groups", R"(
  SELECT id, parent_id, name, type::text AS type, path::text AS path FROM groups
   WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE)"};
constexpr store::Statement kWorldClasses{"directory.classes", R"(
  SELECT c.id, c.group_id, c.name, g.path::text AS path,
         (SELECT count(*) FROM class_members m WHERE m.class_id = c.id AND m.role = 'teacher') AS teachers
    FROM classes c JOIN groups g ON g.id = c.group_id
   WHERE c.id = ANY ($1::uuid[]) AND c.deleted_at IS NULL AND g.deleted_at IS NULL ORDER BY c.id
     FOR NO KEY UPDATE OF c)"};
constexpr store::Statement kEnrolled{"directory.enrolled", R"(
  SELECT class_id, user_id, role::text AS role FROM class_members
   WHERE class_id = ANY ($1::uuid[]) AND user_id = ANY ($2::uuid[]))"};

/// What the operations name, by kind.
struct NamedAll {
  std::set<std::string> users{}, groups{}, classes{};
  std::vector<std::string> kinds{}, externals{};

  void add(const char* kind, std::set<std::string>& ids, const Named& one) {
    if (!one.id.empty()) ids.insert(one.id);
    add_external(kind, one.external_id);
  }
  void add_external(const char* kind, const std::string& id) {
    if (id.empty()) return;
    kinds.emplace_back(kind);
    externals.push_back(id);
  }
};

const char* kind_put(Put put) {
  if (put == Put::kUser || put == Put::kDeactivateUser) return "user";
  return put == Put::kGroup ? "group" : "class";
}

NamedAll named_by(const std::vector<Operation>& operations) {
  NamedAll all;
  for (const auto& one : operations) {
    if (one.failed()) continue;
    all.add("user", all.users, one.user);
    all.add("group", all.groups, one.group);
    all.add("class", all.classes, one.class_of);
    all.add_external(kind_put(one.put), one.external_id);
    if (!one.link_id.empty()) (one.put == Put::kGroup ? all.groups : all.classes).insert(one.link_id);
  }
  return all;
}

std::vector<std::string> list_of(const std::set<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

Result<std::vector<std::string>> fill_keys(store::Transaction& tx, std::vector<Operation>& operations) {
  std::vector<std::string> emails;
  for (const auto& one : operations) emails.push_back(one.failed() ? "" : one.email.value_or(""));
  const auto rows = tx.exec(kLower, store::Params().add_array(emails));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < operations.size(); ++i) operations[i].email_key = emails[i] = (*rows)[i].text("email");
  emails.erase(std::remove(emails.begin(), emails.end(), ""), emails.end());
  return emails;
}

Result<void> read_externals(store::Transaction& tx, const DirectoryWriter& writer, NamedAll& all,
                            DirectoryWorld& world) {
  auto values = params(writer.module, writer.source);
  const auto rows = tx.exec(kExternals, values.add_array(all.kinds).add_array(all.externals));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const char kind = row.text("kind")[0];
    const External one{row.text("id"), row.boolean("made"), row.boolean("alive")};
    (kind == 'u' ? all.users : kind == 'g' ? all.groups : all.classes).insert(one.id);
    world.externals[{kind, row.text("external_id")}] = one;
  }
  return {};
}

Result<void> read_users(store::Transaction& tx, const DirectoryWriter& writer, const NamedAll& all,
                        const std::vector<std::string>& emails, DirectoryWorld& world) {
  store::Params values;
  values.add_array(list_of(all.users)).add_array(emails);
  const auto rows =
      tx.exec(kWorldUsers, identity::add_scope(values, writer.acting.scope(Action::kUpdate, Subject::kUser)));
  if (!rows) return rows.error();
  const bool everybody = writer.acting.is_everybody();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    KnownUser user{.id = row.text("id"), .email = row.text("email"), .key = row.text("key"), .name = row.text("name")};
    user.given_name = row.text("given_name");
    user.family_name = row.text("family_name");
    user.status = row.text("status");
    user.verified = row.boolean("verified");
    user.system_admin = row.boolean("system_admin");
    user.administers = row.boolean("administers");
    user.reached = everybody || row.boolean("reached");
    user.wholly_reached = everybody || row.boolean("wholly");
    for (const auto& tree : json::parse(row.text("trees"))) user.trees.insert(tree.get<std::string>());
    const json roles = json::parse(row.text("roles"));
    for (const auto& [group, role] : roles.items())
      world.members[{group, user.id}] = {role.get<std::string>(), role.get<std::string>()};
    world.by_email[user.key] = user.id;
    world.users[user.id] = std::move(user);
  }
  return {};
}

Result<void> read_places(store::Transaction& tx, const NamedAll& all, DirectoryWorld& world) {
  const auto groups = tx.exec(kWorldGroups, store::Params().add_array(list_of(all.groups)));
  if (!groups) return groups.error();
  for (std::size_t i = 0; i < groups->size(); ++i) {
    const auto row = (*groups)[i];
    world.groups[row.text("id")] = {row.text("id"), row.text("parent_id"), row.text("name"), row.text("type"),
                                    row.text("path")};
  }
  const auto classes = tx.exec(kWorldClasses, store::Params().add_array(list_of(all.classes)));
  if (!classes) return classes.error();
  for (std::size_t i = 0; i < classes->size(); ++i) {
    const auto row = (*classes)[i];
    world.classes[row.text("id")] = {row.text("id"), row.text("group_id"), row.text("name"), row.text("path"),
                                     row.integer("teachers")};
  }
  return {};
}

template <class Known>
void add_keys(const std::map<std::string, Known>& known, std::vector<std::string>& ids) {
  for (const auto& [id, unused] : known) ids.push_back(id);
}

Result<void> read_belongings(store::Transaction& tx, const DirectoryWriter& writer, DirectoryWorld& world) {
  std::vector<std::string> users, classes;
  add_keys(world.users, users);
  add_keys(world.classes, classes);
  const auto rows = tx.exec(kEnrolled, store::Params().add_array(classes).add_array(users));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    world.enrolled[{row.text("class_id"), row.text("user_id")}] = {row.text("role"), row.text("role")};
  }
  users.insert(users.end(), classes.begin(), classes.end());
  add_keys(world.groups, users);
  auto values = params(writer.module, writer.source);
  const auto names = tx.exec(kKnownAs, values.add_array(users));
  if (!names) return names.error();
  for (std::size_t i = 0; i < names->size(); ++i)
    world.known_as[(*names)[i].text("id")] = (*names)[i].text("external_id");
  return {};
}

}  // namespace

External* DirectoryWorld::external(char kind, const std::string& id) {
  const auto found = externals.find({kind, id});
  return found == externals.end() ? nullptr : &found->second;
}

void DirectoryWorld::know(char kind, const std::string& external_id, const std::string& id, bool made) {
  externals[{kind, external_id}] = {.id = id, .made = made, .alive = true, .is_new = true};
  known_as[id] = external_id;
}

Result<DirectoryWorld> read_world(store::Transaction& tx, const DirectoryWriter& writer,
                                  std::vector<Operation>& operations) {
  RAPT_TRY(tx.exec(kLock, store::params(writer.module + "/" + writer.source)));
  DirectoryWorld world;
  const auto emails = fill_keys(tx, operations);
  if (!emails) return emails.error();
  auto all = named_by(operations);
  RAPT_TRY(read_externals(tx, writer, all, world));
  RAPT_TRY(read_users(tx, writer, all, *emails, world));
  RAPT_TRY(read_places(tx, all, world));
  RAPT_TRY(read_belongings(tx, writer, world));
  return world;
}

}  // namespace rapt::host
