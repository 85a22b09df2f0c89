// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/accounts/account_service.hpp"

namespace rapt::accounts {

/// Somebody who is logged in, as what changes the own account needs it.
struct AccountService::Owner {
  UserId id;
  std::string email, name;
  std::optional<std::string> password_hash{};
};

}  // namespace rapt::accounts
