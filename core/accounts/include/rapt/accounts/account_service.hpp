// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
}

namespace rapt::accounts {

/// What somebody does with the own account: registers, proves an address, resets and changes the password, sees and
/// ends logins, sets up a second factor. Thread-safe.
class AccountService {
 public:
  struct Parts {
    store::Database& database;
    const Clock& clock;
    const security::SecretBox& box;
    std::string public_url;  ///< where the links in mails lead
  };
  /// What it is given must outlive the service.
  explicit AccountService(Parts parts) : parts_(std::move(parts)) {}

 private:
  Parts parts_;
};

}  // namespace rapt::accounts
