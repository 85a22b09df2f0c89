// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::store {
class Params;
class Row;
}  // namespace rapt::store

namespace rapt::identity {

/// What the database is asked about a login. That its holder was let in before says nothing of now.
struct LoginCheck {
  std::string token_hash;  ///< as the database takes it
  TimePoint now{};
  UserId user{};  ///< whose login it was when it was let in here; not looked at by RAPT_LOGIN
};
/// Binds what RAPT_LOGIN takes, in its order.
void add_login(store::Params& params, const LoginCheck& check);

/// A login that there is, of an active account.
struct CheckedLogin {
  UserId user;
  std::string email, name;
  bool due = false;                         ///< its activity has to be noted, or it is to be extended
  std::optional<std::string> version = {};  ///< of the person's memberships; null where the database cannot tell
};
/// What the columns of RAPT_LOGIN say.
CheckedLogin checked_login(const store::Row& row);

}  // namespace rapt::identity

// Of what an actor is made of; NULL, which matches nothing, where the database cannot tell.
#define RAPT_ACTOR_VERSION                                                                                   \
  "(SELECT coalesce((SELECT v.version FROM actor_versions v WHERE v.user_id = u.id), 0) || '.' || p.version" \
  "   FROM places_version p)"

// Checks a login, for a statement of its own or as a part of what begins a request's work: one row when it holds, none
// when it does not. The parameters are those of add_login().
#define RAPT_LOGIN(token_hash, now, renewed_before, noted_before)                            \
  "SELECT u.id AS login_user, u.email AS login_email, u.name AS login_name,"                 \
  " (l.expires_at < " renewed_before                                                         \
  "::timestamptz AND l.context <> 'shared')"                                                 \
  " OR l.last_activity_at < " noted_before "::timestamptz AS login_due, " RAPT_ACTOR_VERSION \
  " AS login_version"                                                                        \
  " FROM auth_sessions l JOIN users u ON u.id = l.user_id"                                   \
  " WHERE l.token_hash = " token_hash "::bytea AND l.expires_at > " now                      \
  "::timestamptz AND u.status = 'active'"                                                    \
  " AND u.deleted_at IS NULL"
