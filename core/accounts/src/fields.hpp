// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/result.hpp"

namespace rapt::accounts {

/// Without the space around it. kInvalid with the field "email" unless it is one address that a mail can have.
Result<std::string> checked_email(const std::string& email);
/// Without the space around it. kInvalid with `field` when nothing is left, for over 100 characters and control
/// characters.
Result<std::string> checked_name(const std::string& field, const std::string& name);

}  // namespace rapt::accounts
