// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"
#include "rapt/users/types.hpp"

namespace rapt::users {

/// One page of the users within `scope`. kInvalid for a cursor of another list.
Result<UserPage> list_users(store::Transaction& tx, const identity::Scope& scope, const UserFilter& filter);

}  // namespace rapt::users
