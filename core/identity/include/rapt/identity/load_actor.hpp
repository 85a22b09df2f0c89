// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::identity {

/// The person with all memberships as they are now, for work on their behalf after the request; suspended ones too.
/// kNotFound when the account has gone. Nobody's permission is checked.
Task<Result<Actor>> load_actor(store::Database& database, UserId id);

}  // namespace rapt::identity
