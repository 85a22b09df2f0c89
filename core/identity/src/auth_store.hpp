// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {

/// The SQL of logins. A token's hash is bound as PostgreSQL's text form of bytea.

/// $1 email → id, password_hash, active, second_factor
extern const store::Statement kAccountByEmail;
/// $1 user, $2 hash as it was read, $3 the same password's new one
extern const store::Statement kRenewHash;
/// $1 hash, $2 user, $3 expires, $4 context, $5 now: stores the login, notes it on the account, and answers with the
/// actor
extern const store::Statement kOpenLogin;
/// $1 hash, $2 now, $3 extend when it expires before, $4 new end, $5 note the activity when the last was before → the
/// actor with its version
extern const store::Statement kAuthenticate;
/// Parameters and columns as login_check.hpp has them; nothing where kAuthenticate answers nothing
extern const store::Statement kCheckLogin;
/// $1 hash, $2 new hash, $3 now, $4 new end → expires_at, context
extern const store::Statement kRefreshLogin;
/// $1 hash
extern const store::Statement kCloseLogin;
/// $1 user, $2 hash of the present token, $3 now → the open logins
extern const store::Statement kOpenLogins;
/// $1 user, $2 login's id, $3 hash of the present token → current
extern const store::Statement kCloseOneLogin;
/// $1 user, $2 hash of the token to be kept or null
extern const store::Statement kCloseLogins;
/// $1 user → the actor, whatever the account's status
extern const store::Statement kActorById;

/// Reads the columns that the statements with an actor answer.
Actor actor_of(const store::Row& row);

}  // namespace rapt::identity
