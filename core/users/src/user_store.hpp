// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"
#include "rapt/users/types.hpp"

/// The statements of users that administrators need.
namespace rapt::users {

/// An account with all that decides who may do something to it.
struct Target {
  User user;
  std::vector<identity::Place> places;  ///< of all memberships, those of classes too; at least the person's own
  bool system_admin = false;
};

/// Of a statement that only writes.
Result<void> written(const Result<store::Rows>& rows);
/// The account, its memberships as far as `scope` reaches; locked until the transaction ends when `lock` is set, so
/// that no membership can be added meanwhile. kNotFound.
Result<Target> load(store::Transaction& tx, const UserId& id, const identity::Scope& scope, bool lock);
/// Whose address it is, without regard to case. kNotFound.
Result<UserId> find(store::Transaction& tx, const std::string& email);
/// kConflict when the address is taken.
Result<void> insert(store::Transaction& tx, const UserId& id, const NewUser& user,
                    const std::optional<std::string>& password_hash, TimePoint now);
Result<void> write(store::Transaction& tx, const User& user, TimePoint now);
/// Takes away everything by which somebody could come back; the row stays for what refers to it.
Result<void> remove(store::Transaction& tx, const UserId& id, TimePoint now);
/// Links that were mailed to an address that is not the person's any more.
Result<void> void_links(store::Transaction& tx, const UserId& id);
Result<void> end_logins(store::Transaction& tx, const UserId& id);
/// Locks them, so that two who go at once do not both see the other one.
Result<std::int64_t> count_system_admins(store::Transaction& tx);
/// The ltree path of a group. kNotFound.
Result<std::string> group_path(store::Transaction& tx, const GroupId& id);
Result<void> put_membership(store::Transaction& tx, const UserId& user, const GroupId& group, identity::GroupRole role);

User user_of(const store::Row& row);

}  // namespace rapt::users

/// A user's columns; $1 to $6 are the reader's scope, as add_scope() binds it.
#define RAPT_USER_COLUMNS                                                                                        \
  "u.id, u.email, u.name, u.given_name, u.family_name, u.status::text AS status,"                                \
  " u.email_verified_at IS NOT NULL AS email_verified, u.created_at, u.updated_at, u.last_login_at,"             \
  " (SELECT coalesce(jsonb_agg(jsonb_build_object('group_id', g.id, 'group_name', g.name, 'role', m.role)"       \
  "          ORDER BY g.path), '[]')"                                                                            \
  "    FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = u.id AND g.deleted_at IS NULL " \
  "AND " RAPT_IN_SCOPE("g.path", "NULL::uuid", "u.id", "$1", "$2", "$3", "$4", "$5", "$6") ") AS memberships"
