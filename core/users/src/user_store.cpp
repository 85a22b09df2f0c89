// SPDX-License-Identifier: AGPL-3.0-or-later
#include "user_store.hpp"

#include <nlohmann/json.hpp>

namespace rapt::users {
namespace {

using store::params;

constexpr store::Statement kLoadUser{
    "users.load", "SELECT " RAPT_USER_COLUMNS " FROM users u WHERE u.id = $7::uuid AND u.deleted_at IS NULL"};
constexpr store::Statement kFind{"users.find",
                                 "SELECT id FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL"};
constexpr store::Statement kLockUser{"users.lock",
                                     "SELECT FROM users WHERE id = $1::uuid AND deleted_at IS NULL FOR UPDATE"};
constexpr store::Statement kPlaces{"users.places", R"(
  SELECT g.path::text AS path, NULL::uuid AS class_id, m.role = 'system_admin' AS system_admin
    FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = $1::uuid AND g.deleted_at IS NULL
  UNION ALL
  SELECT g.path::text, c.id, false FROM class_members m JOIN classes c ON c.id = m.class_id
    JOIN groups g ON g.id = c.group_id WHERE m.user_id = $1::uuid AND c.deleted_at IS NULL)"};
// Who is made by an administrator needs not prove the address.
constexpr store::Statement kInsertUser{"users.insert", R"(
  INSERT INTO users (id, email, name, given_name, family_name, password_hash, status, email_verified_at, created_at, updated_at)
  VALUES ($1::uuid, $2, $3, $4, $5, $6, 'active', $7::timestamptz, $7::timestamptz, $7::timestamptz))"};
constexpr store::Statement kWrite{"users.write", R"(
  UPDATE users SET email = $2, name = $3, given_name = $4, family_name = $5, status = $6::user_status,
         email_verified_at = CASE WHEN email <> $2 THEN $7::timestamptz
                                  WHEN status = 'pending_verification' AND $6 = 'active' THEN $7::timestamptz
                                  ELSE email_verified_at END
   WHERE id = $1::uuid)"};
constexpr store::Statement kRemove{"users.remove", R"(
  WITH factors AS (DELETE FROM totp_secrets WHERE user_id = $1::uuid),
       codes AS (DELETE FROM recovery_codes WHERE user_id = $1::uuid),
       providers AS (DELETE FROM oauth_accounts WHERE user_id = $1::uuid)
  UPDATE users SET deleted_at = $2::timestamptz, status = 'inactive', password_hash = NULL WHERE id = $1::uuid)"};
constexpr store::Statement kVoidLinks{"users.void_links", R"(
  WITH resets AS (DELETE FROM password_resets WHERE user_id = $1::uuid)
  DELETE FROM email_verifications WHERE user_id = $1::uuid)"};
constexpr store::Statement kEndLogins{"users.end_logins", "DELETE FROM auth_sessions WHERE user_id = $1::uuid"};
constexpr store::Statement kSystemAdmins{"users.system_admins", R"(
  SELECT count(DISTINCT held.user_id) AS admins FROM (
    SELECT m.user_id FROM group_members m JOIN users u ON u.id = m.user_id
     WHERE m.role = 'system_admin' AND u.deleted_at IS NULL AND u.status = 'active' FOR UPDATE OF m, u) AS held)"};
constexpr store::Statement kGroupPath{
    "users.group_path", "SELECT path::text AS path FROM groups WHERE id = $1::uuid AND deleted_at IS NULL FOR SHARE"};
constexpr store::Statement kPutMembership{"users.put_membership", R"(
  INSERT INTO group_members (user_id, group_id, role) VALUES ($1::uuid, $2::uuid, $3::member_role))"};

Result<void> add_places(store::Transaction& tx, Target& target) {
  const auto rows = tx.exec(kPlaces, params(target.user.id));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    target.places.push_back(
        {.group_path = row.text("path"), .class_id = row.id<ClassId>("class_id"), .owner = target.user.id});
    target.system_admin = target.system_admin || row.boolean("system_admin");
  }
  if (target.places.empty()) target.places.push_back({.owner = target.user.id});
  return {};
}

Error address_taken() {
  return Error::conflict("There is an account with this address already.");
}

/// The one constraint that a caller can run into.
Result<void> unless_taken(const Result<store::Rows>& rows) {
  if (!rows && rows.error().kind == ErrorKind::kConflict && rows.error().part == "users_email_key")
    return address_taken();
  return written(rows);
}

}  // namespace

Result<void> written(const Result<store::Rows>& rows) {
  if (!rows) return rows.error();
  return {};
}

User user_of(const store::Row& row) {
  User user;
  user.id = row.id<UserId>("id");
  user.email = row.text("email");
  user.name = row.text("name");
  user.given_name = row.optional_text("given_name");
  user.family_name = row.optional_text("family_name");
  user.status = row.text("status");
  user.email_verified = row.boolean("email_verified");
  user.created_at = row.time("created_at");
  user.updated_at = row.time("updated_at");
  user.last_login_at = row.optional_time("last_login_at");
  for (const auto& one : nlohmann::json::parse(row.text("memberships"))) {
    user.memberships.push_back(
        {GroupId::trusted(one.at("group_id")), one.at("group_name"),
         identity::parse_group_role(one.at("role").get<std::string>()).value_or(identity::GroupRole::kStudent)});
  }
  return user;
}

Result<Target> load(store::Transaction& tx, const UserId& id, const identity::Scope& scope, bool lock) {
  if (lock) RAPT_TRY(tx.exec(kLockUser, params(id)));
  store::Params values;
  identity::add_scope(values, scope).add(id);
  const auto rows = tx.exec(kLoadUser, values);
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("user");
  Target target;
  target.user = user_of((*rows)[0]);
  RAPT_TRY(add_places(tx, target));
  return target;
}

Result<UserId> find(store::Transaction& tx, const std::string& email) {
  const auto rows = tx.exec(kFind, params(email));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("user");
  return (*rows)[0].id<UserId>("id");
}

Result<void> insert(store::Transaction& tx, const UserId& id, const NewUser& user,
                    const std::optional<std::string>& password_hash, TimePoint now) {
  return unless_taken(
      tx.exec(kInsertUser, params(id, user.email, user.name, user.given_name, user.family_name, password_hash, now)));
}

Result<void> write(store::Transaction& tx, const User& user, TimePoint now) {
  return unless_taken(
      tx.exec(kWrite, params(user.id, user.email, user.name, user.given_name, user.family_name, user.status, now)));
}

Result<void> remove(store::Transaction& tx, const UserId& id, TimePoint now) {
  return written(tx.exec(kRemove, params(id, now)));
}
Result<void> void_links(store::Transaction& tx, const UserId& id) {
  return written(tx.exec(kVoidLinks, params(id)));
}
Result<void> end_logins(store::Transaction& tx, const UserId& id) {
  return written(tx.exec(kEndLogins, params(id)));
}

Result<std::int64_t> count_system_admins(store::Transaction& tx) {
  const auto rows = tx.exec(kSystemAdmins);
  if (!rows) return rows.error();
  return (*rows)[0].integer("admins");
}

Result<std::string> group_path(store::Transaction& tx, const GroupId& id) {
  const auto rows = tx.exec(kGroupPath, params(id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("group");
  return (*rows)[0].text("path");
}

Result<void> put_membership(store::Transaction& tx, const UserId& user, const GroupId& group,
                            identity::GroupRole role) {
  return written(tx.exec(kPutMembership, params(user, group, identity::name(role))));
}

}  // namespace rapt::users
