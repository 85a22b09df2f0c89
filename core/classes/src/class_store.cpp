// SPDX-License-Identifier: AGPL-3.0-or-later
#include "class_store.hpp"

namespace rapt::classes {
namespace {

using store::params;

#define RAPT_CLASS_COLUMNS                                                                                  \
  "c.id, c.group_id, g.name AS group_name, g.path::text AS group_path, c.name, c.created_at, c.updated_at," \
  " (SELECT count(*) FROM class_members m WHERE m.class_id = c.id AND m.role = 'teacher') AS teachers,"     \
  " (SELECT count(*) FROM class_members m WHERE m.class_id = c.id AND m.role = 'student') AS students"
#define RAPT_CLASSES \
  " FROM classes c JOIN groups g ON g.id = c.group_id WHERE c.deleted_at IS NULL AND g.deleted_at IS NULL"

constexpr store::Statement kLoad{"classes.load", "SELECT " RAPT_CLASS_COLUMNS RAPT_CLASSES " AND c.id = $1::uuid"};
constexpr store::Statement kLock{"classes.lock",
                                 "SELECT " RAPT_CLASS_COLUMNS RAPT_CLASSES " AND c.id = $1::uuid FOR UPDATE OF c"};
constexpr store::Statement kList{
    "classes.list",
    "SELECT " RAPT_CLASS_COLUMNS RAPT_CLASSES " AND " RAPT_IN_SCOPE("g.path", "c.id", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6")
    " AND ($7::uuid IS NULL OR c.group_id = $7::uuid)"
    " AND ($8::uuid IS NULL OR (lower(c.name), c.id) > (SELECT lower(l.name), l.id FROM classes l WHERE l.id = $8::uuid))"
    " ORDER BY lower(c.name), c.id LIMIT $9::bigint"};
constexpr store::Statement kGroupPath{
    "classes.group_path", "SELECT path::text AS path FROM groups WHERE id = $1::uuid AND deleted_at IS NULL"};
constexpr store::Statement kInsert{"classes.insert",
                                   "INSERT INTO classes (id, group_id, name, created_at, updated_at) VALUES ($1::uuid, "
                                   "$2::uuid, $3, $4::timestamptz, $4::timestamptz)"};
constexpr store::Statement kRename{"classes.rename", "UPDATE classes SET name = $2 WHERE id = $1::uuid"};
constexpr store::Statement kArchive{"classes.archive",
                                    "UPDATE classes SET deleted_at = $2::timestamptz WHERE id = $1::uuid"};

#define RAPT_MEMBER_COLUMNS "m.user_id, u.name, u.email, m.role::text AS role, m.created_at"
#define RAPT_MEMBERS_OF \
  " FROM class_members m JOIN users u ON u.id = m.user_id WHERE m.class_id = $1::uuid AND u.deleted_at IS NULL"
// Teachers first, then by name.
#define RAPT_ROSTER_ORDER(m, u) "(" m ".role <> 'teacher', lower(" u ".name), " u ".id)"

constexpr store::Statement kRoster{
    "classes.roster", "SELECT " RAPT_MEMBER_COLUMNS RAPT_MEMBERS_OF
                      " AND ($2::uuid IS NULL OR " RAPT_ROSTER_ORDER("m", "u") " > (SELECT lm.role <> 'teacher', lower(l.name), l.id FROM "
                      "class_members lm JOIN users l ON l.id = lm.user_id WHERE lm.class_id = $1::uuid AND l.id = $2::uuid))"
                      " ORDER BY m.role <> 'teacher', lower(u.name), u.id LIMIT $3::bigint"};
constexpr store::Statement kMember{"classes.member",
                                   "SELECT " RAPT_MEMBER_COLUMNS RAPT_MEMBERS_OF " AND m.user_id = $2::uuid"};
constexpr store::Statement kBelongs{
    "classes.belongs",
    "SELECT EXISTS (SELECT FROM users WHERE id = $2::uuid AND deleted_at IS NULL AND status = 'active') AND ("
    " EXISTS (SELECT FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = $2::uuid AND g.path <@ "
    "$1::ltree)"
    " OR EXISTS (SELECT FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id"
    "     WHERE m.user_id = $2::uuid AND g.path <@ $1::ltree)) AS belongs"};
constexpr store::Statement kPutMember{
    "classes.put_member",
    "INSERT INTO class_members (class_id, user_id, role) VALUES ($1::uuid, $2::uuid, $3::class_role)"
    " ON CONFLICT (class_id, user_id) DO UPDATE SET role = excluded.role"};
constexpr store::Statement kDeleteMember{"classes.delete_member",
                                         "DELETE FROM class_members WHERE class_id = $1::uuid AND user_id = $2::uuid"};
constexpr store::Statement kTeachers{
    "classes.teachers",
    "SELECT count(*) AS teachers FROM class_members WHERE class_id = $1::uuid AND role = 'teacher'"};

#define RAPT_CODE_COLUMNS "id, class_id, code, created_at, expires_at, max_uses, uses"
#define RAPT_CODE_USABLE(now) " revoked_at IS NULL AND uses < max_uses AND expires_at > " now "::timestamptz"

constexpr store::Statement kCodes{
    "classes.codes",
    "SELECT " RAPT_CODE_COLUMNS
    " FROM class_join_codes WHERE class_id = $1::uuid AND" RAPT_CODE_USABLE("$2") " ORDER BY created_at, id"};
constexpr store::Statement kInsertCode{"classes.insert_code",
                                       "INSERT INTO class_join_codes (id, class_id, code, created_by, created_at, "
                                       "expires_at, max_uses) VALUES ($1::uuid, $2::uuid, $3, "
                                       "$4::uuid, $5::timestamptz, $6::timestamptz, $7::integer)"};
constexpr store::Statement kRevoke{
    "classes.revoke_code",
    "UPDATE class_join_codes SET revoked_at = $3::timestamptz WHERE id = $2::uuid AND class_id = $1::uuid "
    "AND revoked_at IS NULL"};
constexpr store::Statement kUsable{"classes.usable_code",
                                   "SELECT " RAPT_CODE_COLUMNS
                                   " FROM class_join_codes WHERE code = $1 AND" RAPT_CODE_USABLE("$2") " FOR UPDATE"};
constexpr store::Statement kCountUse{"classes.count_use",
                                     "UPDATE class_join_codes SET uses = uses + 1 WHERE id = $1::uuid"};

Class class_of(const store::Row& row) {
  Class out;
  out.id = row.id<ClassId>("id");
  out.group = row.id<GroupId>("group_id");
  out.group_name = row.text("group_name");
  out.group_path = row.text("group_path");
  out.name = row.text("name");
  out.teachers = row.integer("teachers");
  out.students = row.integer("students");
  out.created_at = row.time("created_at");
  out.updated_at = row.time("updated_at");
  return out;
}

Member member_of(const store::Row& row) {
  return {row.id<UserId>("user_id"), row.text("name"), row.text("email"),
          parse_role(row.text("role")).value_or(Role::kStudent), row.time("created_at")};
}

JoinCode code_of(const store::Row& row) {
  return {row.id<JoinCodeId>("id"),
          row.id<ClassId>("class_id"),
          row.text("code"),
          row.time("created_at"),
          row.time("expires_at"),
          static_cast<int>(row.integer("max_uses")),
          static_cast<int>(row.integer("uses"))};
}

std::optional<std::string> absent_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Result<void> done(Result<store::Rows> rows) {
  if (!rows) return rows.error();
  return {};
}

}  // namespace

Result<Class> load(store::Transaction& tx, const ClassId& id, bool lock) {
  const auto rows = tx.exec(lock ? kLock : kLoad, params(id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("class");
  return class_of((*rows)[0]);
}

Result<std::string> group_path(store::Transaction& tx, const GroupId& id) {
  const auto rows = tx.exec(kGroupPath, params(id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("group");
  return (*rows)[0].text("path");
}

Result<ClassPage> list_in_scope(store::Transaction& tx, const identity::Scope& scope, const GroupId& group, int limit,
                                const std::string& cursor) {
  store::Params values;
  identity::add_scope(values, scope).add(group).add(absent_if_empty(cursor)).add(limit + 1);
  const auto rows = tx.exec(kList, values);
  if (!rows) return rows.error();
  ClassPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(class_of((*rows)[i]));
  if (rows->size() > page.items.size()) page.next_cursor = page.items.back().id.str();
  return page;
}

Result<void> insert(store::Transaction& tx, const ClassId& id, const GroupId& group, const std::string& name,
                    TimePoint now) {
  return done(tx.exec(kInsert, params(id, group, name, now)));
}

Result<void> write_name(store::Transaction& tx, const ClassId& id, const std::string& name) {
  return done(tx.exec(kRename, params(id, name)));
}

Result<void> set_archived(store::Transaction& tx, const ClassId& id, TimePoint now) {
  return done(tx.exec(kArchive, params(id, now)));
}

Result<MemberPage> list_members(store::Transaction& tx, const ClassId& id, int limit, const std::string& cursor) {
  const auto rows = tx.exec(kRoster, params(id, absent_if_empty(cursor), limit + 1));
  if (!rows) return rows.error();
  MemberPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(member_of((*rows)[i]));
  if (rows->size() > page.items.size()) page.next_cursor = page.items.back().user.str();
  return page;
}

Result<std::optional<Member>> find_member(store::Transaction& tx, const ClassId& id, const UserId& user) {
  const auto rows = tx.exec(kMember, params(id, user));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<Member>() : std::optional(member_of((*rows)[0]));
}

Result<bool> belongs_to_tree(store::Transaction& tx, const std::string& root, const UserId& user) {
  const auto rows = tx.exec(kBelongs, params(root, user));
  if (!rows) return rows.error();
  return (*rows)[0].boolean("belongs");
}

Result<void> put_member_row(store::Transaction& tx, const ClassId& id, const UserId& user, Role role) {
  return done(tx.exec(kPutMember, params(id, user, name(role))));
}

Result<void> delete_member(store::Transaction& tx, const ClassId& id, const UserId& user) {
  return done(tx.exec(kDeleteMember, params(id, user)));
}

Result<std::int64_t> count_teachers(store::Transaction& tx, const ClassId& id) {
  const auto rows = tx.exec(kTeachers, params(id));
  if (!rows) return rows.error();
  return (*rows)[0].integer("teachers");
}

Result<std::vector<JoinCode>> list_codes(store::Transaction& tx, const ClassId& id, TimePoint now) {
  const auto rows = tx.exec(kCodes, params(id, now));
  if (!rows) return rows.error();
  std::vector<JoinCode> codes;
  for (std::size_t i = 0; i < rows->size(); ++i) codes.push_back(code_of((*rows)[i]));
  return codes;
}

Result<void> insert_code(store::Transaction& tx, const JoinCode& code, const UserId& creator) {
  return done(tx.exec(kInsertCode, params(code.id, code.class_id, code.code, creator, code.created_at, code.expires_at,
                                          code.max_uses)));
}

Result<bool> revoke(store::Transaction& tx, const ClassId& id, const JoinCodeId& code, TimePoint now) {
  const auto rows = tx.exec(kRevoke, params(id, code, now));
  if (!rows) return rows.error();
  return rows->affected() > 0;
}

Result<std::optional<JoinCode>> usable_code(store::Transaction& tx, const std::string& code, TimePoint now) {
  const auto rows = tx.exec(kUsable, params(code, now));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<JoinCode>() : std::optional(code_of((*rows)[0]));
}

Result<void> count_use(store::Transaction& tx, const JoinCodeId& code) {
  return done(tx.exec(kCountUse, params(code)));
}

}  // namespace rapt::classes
