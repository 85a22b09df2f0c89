// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/base/clock.hpp"

namespace rapt::accounts {
class AccountService;
}
namespace rapt::store {
class Database;
}

namespace rapt::users {

/// What administrators do with other people's accounts. Thread-safe.
class UserService {
 public:
  /// What it is given must outlive the service.
  UserService(store::Database& database, const Clock& clock, accounts::AccountService& accounts)
      : database_(database), clock_(clock), accounts_(accounts) {}

 private:
  [[maybe_unused]] store::Database& database_;
  [[maybe_unused]] const Clock& clock_;
  [[maybe_unused]] accounts::AccountService& accounts_;
};

}  // namespace rapt::users
