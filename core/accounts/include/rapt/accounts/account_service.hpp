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

struct Letter;

/// Who gets a letter about the account.
struct Addressee {
  UserId user;
  std::string email;
  std::string name;
};

/// The own account as its owner sees it.
struct Profile {
  UserId id;
  std::string email, name;
  std::optional<std::string> given_name{}, family_name{};
  std::string status;  ///< active, …
  bool email_verified = false, totp_enabled = false;
  TimePoint updated_at{};
};

/// What of the own profile shall change; what is absent stays. A given or family name that is "" goes.
struct ProfileChange {
  std::optional<std::string> name{}, given_name{}, family_name{};
};

struct Registration {
  std::string email, name, password;
};

struct TotpSetup {
  std::string secret;       ///< as people type it
  std::string otpauth_uri;  ///< as apps read it from a QR code
};

/// The code of the failure when the password of somebody who is logged in is wrong (kInvalid, with the field).
inline constexpr const char* kWrongPassword = "WRONG_PASSWORD";

/// What somebody does with the own account: registers, proves an address, resets and changes the password, sets up a
/// second factor. Mails go out when what they tell has been stored. Thread-safe.
///
/// What takes an address that anybody may type answers the same after the same work, whether it is somebody's or not:
/// the same statements, hashes and jobs; what is not to be mailed is a mail that has been sent already.
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

  // For whoever is not logged in.

  /// Makes an account that waits for its address to be proven, and mails the link; to an address with an account goes a
  /// letter that says so. kInvalid for a poor password, name or address.
  Task<Result<void>> register_account(Registration registration);
  /// What a link to an address is for: the account gets that address and is active. kInvalid TOKEN_INVALID, kConflict
  /// EMAIL_TAKEN when another account has got the address meanwhile.
  Task<Result<void>> verify_email(std::string token);
  /// Mails the link again to somebody who has not proven the address.
  Task<Result<void>> resend_verification(std::string email);
  /// Mails a link to a new password.
  Task<Result<void>> ask_reset(std::string email);
  /// A new password by such a link; it proves the address and ends all logins. kInvalid TOKEN_INVALID, or for a poor
  /// password, after which the link can be used again.
  Task<Result<void>> confirm_reset(std::string token, std::string password);

  // For whoever is logged in. A wrong password is kInvalid kWrongPassword.

  Task<Result<Profile>> profile(UserId user);
  /// kConflict PRECONDITION_FAILED when it is not in the state `expected` any more.
  Task<Result<Profile>> update_profile(UserId user, ProfileChange change, std::optional<TimePoint> expected);
  /// Mails a link to the new address, and a warning to the present one.
  Task<Result<void>> ask_email_change(UserId user, std::string email, std::string password);
  /// Ends all logins but the one of `kept_token`, and makes mailed links void.
  Task<Result<void>> change_password(UserId user, std::string current, std::string next, std::string kept_token);

  /// A fresh secret, which counts once a code of it has come. kConflict when a second factor is set up already.
  Task<Result<TotpSetup>> start_totp(UserId user, std::string password);
  /// The second factor counts from now on. Returns the recovery codes, which are shown this once. kInvalid INVALID_TOTP
  /// for a wrong code, kConflict when nothing was started.
  Task<Result<std::vector<std::string>>> confirm_totp(UserId user, std::string code);
  Task<Result<void>> stop_totp(UserId user, std::string password);

  // For whoever administers accounts. Those with a transaction run on its thread and mail when it commits.

  /// Mails a link to a new password: one hour, once; older links of the person are void. `requested_by`: who asked for
  /// it, when it was not the person.
  Result<void> send_reset(store::Transaction& transaction, const Addressee& to,
                          const std::optional<UserId>& requested_by) const;
  /// As send_reset(), in words of welcome and for seven days. Who uses it has proven the address, too.
  Result<void> send_invitation(store::Transaction& transaction, const Addressee& to,
                               const std::optional<UserId>& requested_by) const;
  /// As send_reset(), but answers the link instead of mailing it: for whoever hands it over.
  Result<std::string> make_reset_link(store::Transaction& transaction, const UserId& user,
                                      const std::optional<UserId>& requested_by) const;
  /// Tells the address that was the account's until now that an administrator has given it another one.
  Result<void> tell_address_changed(store::Transaction& transaction, const Addressee& old) const;
  /// Ends all logins of the person.
  static Result<void> end_logins(store::Transaction& transaction, const UserId& user);
  /// What is stored of a password. kUnavailable when too many wait to be hashed.
  Task<Result<std::string>> hash_password(std::string password);
  /// kInvalid with the field "password" when it is too short, too long or too easy to guess. `words`: the person's
  /// name and address.
  Task<Result<void>> check_password(std::string password, std::vector<std::string> words);

 private:
  struct Owner;
  Task<Result<Owner>> owner(UserId user);
  Task<Result<Owner>> proven_owner(UserId user, std::string password, std::string field);
  Result<void> post(store::Transaction& transaction, const std::string& to, const Letter& letter) const;
  Result<void> post_notice(store::Transaction& transaction, const std::string& to, const Letter& letter) const;
  Result<void> post_nothing(store::Transaction& transaction) const;
  Result<void> store_registration(store::Transaction& transaction, const Registration& registration,
                                  const std::string& hash) const;
  Result<void> store_verified(store::Transaction& transaction, const std::string& token) const;
  Result<void> store_resent(store::Transaction& transaction, const std::string& email) const;
  Result<void> store_asked_reset(store::Transaction& transaction, const std::string& email) const;
  Result<void> store_reset(store::Transaction& transaction, const std::string& token, const std::string& hash) const;
  Result<void> store_asked_change(store::Transaction& transaction, const Owner& owner, const std::string& email) const;
  Result<void> store_password(store::Transaction& transaction, const Owner& owner, const std::string& hash,
                              const std::string& kept_token) const;
  Result<void> store_totp(store::Transaction& transaction, const UserId& user, const std::string& code,
                          const std::vector<std::string>& recovery_codes) const;

  Parts parts_;
};

}  // namespace rapt::accounts
