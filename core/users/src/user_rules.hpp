// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rapt/identity/actor.hpp"
#include "user_store.hpp"

/// What an account may look like, and who may do what to it.
namespace rapt::users {

/// Without blanks at its ends.
std::string trimmed(std::string_view text);
/// What is wrong with it, as the end of a sentence; empty when nothing is.
std::string fault_of_email(const std::string& email);
std::string fault_of_name(const std::string& name);

/// kInvalid at `field`.
Result<void> check_email(const std::string& email);
Result<void> check_name(const std::string& field, const std::string& name);

/// kNotFound to those who may not know of the account.
Result<void> check_readable(const identity::Actor& actor, const Target& target);
/// May the names be changed? Nobody but system administrators touches the account of one.
Result<void> check_updatable(const identity::Actor& actor, const Target& target);
/// May address, status and password be changed? Not the own ones: there the password is asked for.
Result<void> check_manageable(const identity::Actor& actor, const Target& target);
/// An instance nobody may administer any more could not be mended from within.
Result<void> check_admin_left(store::Transaction& tx, const Target& target);

}  // namespace rapt::users
