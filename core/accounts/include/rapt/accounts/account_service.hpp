// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::identity {
class PasswordHasher;
}
namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
class Transaction;
}  // namespace rapt::store

namespace rapt::accounts {

/// Who gets a letter about the account.
struct Addressee {
  UserId user;
  std::string email;
  std::string name;
};

/// What somebody does with the own account: registers, proves an address, resets and changes the password, sets up a
/// second factor. Thread-safe.
class AccountService {
 public:
  struct Parts {
    store::Database& database;
    const Clock& clock;
    const security::SecretBox& box;
    identity::PasswordHasher& passwords;
    std::string public_url;  ///< where the links in mails lead
  };
  /// What it is given must outlive the service.
  explicit AccountService(Parts parts) : parts_(std::move(parts)) {}

  // For whoever administers accounts. Those with a transaction run on its thread and mail when it commits.

  /// Mails a link to a new password: one hour, once; older links of the person are void. `requested_by`: who asked for
  /// it, when it was not the person.
  Result<void> send_reset(store::Transaction& transaction, const Addressee& to,
                          const std::optional<UserId>& requested_by) const;
  /// As send_reset(), in words of welcome and for seven days. Who uses it has proven the address, too.
  Result<void> send_invitation(store::Transaction& transaction, const Addressee& to,
                               const std::optional<UserId>& requested_by) const;
  /// Ends all logins of the person.
  static Result<void> end_logins(store::Transaction& transaction, const UserId& user);
  /// What is stored of a password. kUnavailable when too many wait to be hashed.
  Task<Result<std::string>> hash_password(std::string password);
  /// kInvalid with the field "password" when it is too short, too long or too easy to guess. `words`: the person's
  /// name and address.
  Task<Result<void>> check_password(std::string password, std::vector<std::string> words);

 private:
  Parts parts_;
};

}  // namespace rapt::accounts
