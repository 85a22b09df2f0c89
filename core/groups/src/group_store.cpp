// SPDX-License-Identifier: AGPL-3.0-or-later
#include "group_store.hpp"

namespace rapt::groups {
namespace {

using store::params;

#define RAPT_GROUP_COLUMNS                                                                               \
  "g.id, g.parent_id, g.name, g.type::text AS type, g.path::text AS path, g.settings::text AS settings," \
  " g.theme::text AS theme, g.created_at, g.updated_at"
// In the order in which readers page: by path, so that a group comes before what is below it. A page of few groups is
// sorted; one of many begins at its place in the index.
#define RAPT_GROUP_PAGE(after, limit) \
  " AND (" after "::ltree IS NULL OR g.path > " after "::ltree) ORDER BY g.path LIMIT " limit "::bigint"
#define RAPT_GROUP_PAGE_OF_MANY(after, limit) \
  " AND g.path > coalesce(" after "::ltree, ''::ltree) ORDER BY g.path LIMIT " limit "::bigint"

constexpr store::Statement kLoad{
    "groups.load", "SELECT " RAPT_GROUP_COLUMNS " FROM groups g WHERE g.id = $1::uuid AND g.deleted_at IS NULL"};
constexpr store::Statement kLock{"groups.lock",
                                 "SELECT " RAPT_GROUP_COLUMNS
                                 " FROM groups g WHERE g.id = $1::uuid AND g.deleted_at IS NULL FOR UPDATE"};
constexpr store::Statement kList{
    "groups.list",
    "SELECT " RAPT_GROUP_COLUMNS " FROM groups g WHERE g.deleted_at IS NULL AND " RAPT_IN_SCOPE(
        "g.path", "NULL::uuid", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6") RAPT_GROUP_PAGE_OF_MANY("$7", "$8")};
// With the check of the group above: no row when it is not there for the asker, one of NULLs when nothing is below it.
constexpr store::
    Statement
        kChildren{
            "groups.children",
            "SELECT below.* FROM groups above LEFT JOIN LATERAL (SELECT " RAPT_GROUP_COLUMNS
            " FROM groups g WHERE g.deleted_at IS NULL AND g.parent_id = above.id AND " RAPT_IN_SCOPE(
                "g.path", "NULL::uuid", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6")
                RAPT_GROUP_PAGE(
                    "$7",
                    "$8") ") AS below ON true WHERE above.id = $9::uuid AND above.deleted_at IS NULL "
                          "AND " RAPT_IN_SCOPE("above.path", "NULL::uuid", "NULL::uuid", "$1", "$2", "$3", "$4", "$5",
                                               "$6") " ORDER BY below.path::ltree"};
// What lies below a path as a range of the index on paths, which gives it in the order of the page. Labels are UUIDs,
// all of one length: what sorts after the path and before the path with one more character begins with the path. Not
// also said with <@: that has the planner fetch all that lies below and sort it, for the sake of one page.
#define RAPT_BELOW(path) "g.path > " path "::ltree AND g.path < text2ltree(" path "::ltree::text || '0')"

constexpr store::Statement kDescendants{
    "groups.descendants", "SELECT " RAPT_GROUP_COLUMNS " FROM groups g WHERE g.deleted_at IS NULL AND " RAPT_BELOW(
                              "$9") " AND " RAPT_IN_SCOPE("g.path", "NULL::uuid", "NULL::uuid", "$1", "$2", "$3", "$4",
                                                          "$5", "$6") RAPT_GROUP_PAGE_OF_MANY("$7", "$8")};
constexpr store::Statement kAncestors{
    "groups.ancestors",
    "SELECT " RAPT_GROUP_COLUMNS
    " FROM groups g WHERE g.deleted_at IS NULL AND g.path @> $1::ltree AND g.path <> $1::ltree ORDER BY g.path"};
constexpr store::Statement kInsert{
    "groups.insert",
    "INSERT INTO groups AS g (id, parent_id, name, type, settings, created_at, updated_at) VALUES ($1::uuid, $2::uuid, "
    "$3, "
    "$4::group_type, $5::jsonb, $6::timestamptz, $6::timestamptz) RETURNING " RAPT_GROUP_COLUMNS};
constexpr store::Statement kWrite{"groups.write",
                                  "UPDATE groups AS g SET name = $2, type = $3::group_type, settings = $4::jsonb, "
                                  "theme = $5::jsonb WHERE g.id = $1::uuid "
                                  "RETURNING " RAPT_GROUP_COLUMNS};
constexpr store::Statement kMove{
    "groups.move", "UPDATE groups AS g SET parent_id = $2::uuid WHERE g.id = $1::uuid RETURNING " RAPT_GROUP_COLUMNS};
constexpr store::Statement kArchive{"groups.archive",
                                    "UPDATE groups SET deleted_at = $2::timestamptz WHERE id = $1::uuid"};
constexpr store::Statement kCountBelow{
    "groups.count_below",
    "SELECT (SELECT count(*) FROM groups WHERE parent_id = $1::uuid AND deleted_at IS NULL)"
    " + (SELECT count(*) FROM classes WHERE group_id = $1::uuid AND deleted_at IS NULL) AS below"};
constexpr store::Statement kHeight{"groups.height",
                                   "SELECT max(nlevel(path)) - nlevel($1::ltree) + 1 AS height FROM groups WHERE path "
                                   "<@ $1::ltree AND deleted_at IS NULL"};

#define RAPT_MEMBER_COLUMNS "m.user_id, u.name, u.email, m.role::text AS role, m.created_at"
#define RAPT_MEMBERS_OF \
  " FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = $1::uuid AND u.deleted_at IS NULL"

constexpr store::Statement kMembers{
    "groups.members",
    "SELECT " RAPT_MEMBER_COLUMNS RAPT_MEMBERS_OF
    " AND ($2::uuid IS NULL OR (lower(u.name), u.id) > (SELECT lower(l.name), l.id FROM users l WHERE l.id = $2::uuid))"
    " ORDER BY lower(u.name), u.id LIMIT $3::bigint"};
constexpr store::Statement kMember{"groups.member",
                                   "SELECT " RAPT_MEMBER_COLUMNS RAPT_MEMBERS_OF " AND m.user_id = $2::uuid"};
constexpr store::Statement kPutMember{
    "groups.put_member",
    "INSERT INTO group_members (user_id, group_id, role) SELECT u.id, $1::uuid, $3::member_role FROM users u WHERE "
    "u.id = "
    "$2::uuid AND u.deleted_at IS NULL ON CONFLICT (user_id, group_id) DO UPDATE SET role = excluded.role"};
constexpr store::Statement kDeleteMember{"groups.delete_member",
                                         "DELETE FROM group_members WHERE group_id = $1::uuid AND user_id = $2::uuid"};
constexpr store::Statement kSystemAdmins{
    "groups.system_admins",
    "SELECT count(*) AS admins FROM (SELECT m.id FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.role = "
    "'system_admin' AND u.deleted_at IS NULL AND u.status = 'active' FOR UPDATE OF m, u) AS held"};

Group group_of(const store::Row& row) {
  Group group;
  group.id = row.id<GroupId>("id");
  group.parent = row.id<GroupId>("parent_id");
  group.name = row.text("name");
  group.type = row.text("type");
  group.path = row.text("path");
  group.settings_json = row.text("settings");
  group.theme_json = row.text("theme");
  group.created_at = row.time("created_at");
  group.updated_at = row.time("updated_at");
  return group;
}

Member member_of(const store::Row& row) {
  Member member;
  member.user = row.id<UserId>("user_id");
  member.name = row.text("name");
  member.email = row.text("email");
  member.role = identity::parse_group_role(row.text("role")).value_or(identity::GroupRole::kStudent);
  member.since = row.time("created_at");
  return member;
}

std::optional<std::string> absent_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

GroupPage page_of(const store::Rows& rows, int limit) {
  GroupPage page;
  for (std::size_t i = 0; i < rows.size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(group_of(rows[i]));
  if (rows.size() > page.items.size()) page.next_cursor = page.items.back().path;
  return page;
}

Result<Group> one(Result<store::Rows> rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("group");
  return group_of((*rows)[0]);
}

}  // namespace

Result<Group> load(store::Transaction& tx, const GroupId& id, bool lock) {
  return one(tx.exec(lock ? kLock : kLoad, params(id)));
}

Result<GroupPage> list_in_scope(store::Transaction& tx, const identity::Scope& scope, int limit,
                                const std::string& after_path) {
  store::Params values;
  identity::add_scope(values, scope).add(absent_if_empty(after_path)).add(limit + 1);
  const auto rows = tx.exec(kList, values);
  if (!rows) return rows.error();
  return page_of(*rows, limit);
}

Task<Result<GroupPage>> list_children(store::Database& database, GroupId of, identity::Scope scope, int limit,
                                      std::string after_path) {
  store::Params values;
  identity::add_scope(values, scope).add(absent_if_empty(after_path)).add(limit + 1).add(of);
  const auto rows = co_await database.query(kChildren, std::move(values));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("group");
  if ((*rows)[0].is_null("id")) co_return GroupPage{};
  co_return page_of(*rows, limit);
}

Result<GroupPage> list_descendants(store::Transaction& tx, const Group& of, const identity::Scope& scope, int limit,
                                   const std::string& after_path) {
  store::Params values;
  identity::add_scope(values, scope).add(absent_if_empty(after_path)).add(limit + 1).add(of.path);
  const auto rows = tx.exec(kDescendants, values);
  if (!rows) return rows.error();
  return page_of(*rows, limit);
}

Result<std::vector<Group>> list_above(store::Transaction& tx, const Group& of) {
  const auto rows = tx.exec(kAncestors, params(of.path));
  if (!rows) return rows.error();
  std::vector<Group> groups;
  for (std::size_t i = 0; i < rows->size(); ++i) groups.push_back(group_of((*rows)[i]));
  return groups;
}

Result<Group> insert(store::Transaction& tx, const GroupId& id, const NewGroup& group, TimePoint now) {
  return one(tx.exec(kInsert, params(id, group.parent, group.name, group.type, group.settings_json, now)));
}

Result<Group> write(store::Transaction& tx, const Group& group) {
  return one(tx.exec(kWrite, params(group.id, group.name, group.type, group.settings_json, group.theme_json)));
}

Result<Group> set_parent(store::Transaction& tx, const GroupId& id, const GroupId& parent) {
  return one(tx.exec(kMove, params(id, parent)));
}

Result<void> set_archived(store::Transaction& tx, const GroupId& id, TimePoint now) {
  RAPT_TRY(tx.exec(kArchive, params(id, now)));
  return {};
}

Result<std::int64_t> count_below(store::Transaction& tx, const GroupId& id) {
  const auto rows = tx.exec(kCountBelow, params(id));
  if (!rows) return rows.error();
  return (*rows)[0].integer("below");
}

Result<int> height(store::Transaction& tx, const Group& group) {
  const auto rows = tx.exec(kHeight, params(group.path));
  if (!rows) return rows.error();
  return static_cast<int>((*rows)[0].integer("height"));
}

Result<MemberPage> list_members(store::Transaction& tx, const GroupId& id, int limit, const std::string& cursor) {
  const auto rows = tx.exec(kMembers, params(id, absent_if_empty(cursor), limit + 1));
  if (!rows) return rows.error();
  MemberPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(member_of((*rows)[i]));
  if (rows->size() > page.items.size()) page.next_cursor = page.items.back().user.str();
  return page;
}

Result<std::optional<Member>> find_member(store::Transaction& tx, const GroupId& id, const UserId& user) {
  const auto rows = tx.exec(kMember, params(id, user));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<Member>() : std::optional(member_of((*rows)[0]));
}

Result<void> put_member_row(store::Transaction& tx, const GroupId& id, const UserId& user, identity::GroupRole role) {
  const auto rows = tx.exec(kPutMember, params(id, user, identity::name(role)));
  if (!rows) return rows.error();
  if (rows->affected() == 0) return Error::not_found("user");
  return {};
}

Result<bool> delete_member(store::Transaction& tx, const GroupId& id, const UserId& user) {
  const auto rows = tx.exec(kDeleteMember, params(id, user));
  if (!rows) return rows.error();
  return rows->affected() > 0;
}

Result<std::int64_t> count_system_admins(store::Transaction& tx) {
  const auto rows = tx.exec(kSystemAdmins);
  if (!rows) return rows.error();
  return (*rows)[0].integer("admins");
}

}  // namespace rapt::groups
