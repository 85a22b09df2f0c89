// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rapt/identity/actor.hpp"
#include "user_store.hpp"

/// Who may do what to an account.
namespace rapt::users {

/// kNotFound to those who may not know of the account.
Result<void> check_readable(const identity::Actor& actor, const Target& target);
/// May the names be changed? Nobody but system administrators touches the account of one.
Result<void> check_updatable(const identity::Actor& actor, const Target& target);
/// May address, status and password be changed? Not the own ones: there the password is asked for.
Result<void> check_manageable(const identity::Actor& actor, const Target& target);
/// An instance nobody may administer any more could not be mended from within.
Result<void> check_admin_left(store::Transaction& tx, const Target& target);

}  // namespace rapt::users
