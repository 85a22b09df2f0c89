// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

/// What an account's address and names may be, wherever they come from: a form, an administrator, a file.
namespace rapt::accounts {

inline constexpr std::size_t kMaxName = 100;        ///< code points
inline constexpr std::size_t kMaxEmailBytes = 255;  ///< a mail server takes no longer ones

/// Without the space around it.
std::string trimmed(std::string_view text);
/// What is wrong with it, as the end of a sentence; empty when nothing is. Space around it is wrong.
std::string fault_of_email(const std::string& email);
std::string fault_of_name(const std::string& name);

/// Without the space around it. kInvalid with the field "email" unless it is one address that a mail can have.
Result<std::string> checked_email(const std::string& email);
/// Without the space around it. kInvalid with `field` when nothing is left, for over 100 characters and control
/// characters.
Result<std::string> checked_name(const std::string& field, const std::string& name);

}  // namespace rapt::accounts
