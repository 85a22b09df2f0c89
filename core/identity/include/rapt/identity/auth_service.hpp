// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/identity/login_check.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
}

namespace rapt::identity {

/// Name of the cookie that holds a login's token.
inline constexpr std::string_view kSessionCookie = "rapt_session";
/// How long an unused login lives; one that is used is extended when under half of it is left.
inline constexpr std::chrono::days kSessionLifetime{30};
/// How long one on a shared device lives; it is never extended.
inline constexpr std::chrono::hours kSharedLifetime{12};

/// A login's activity is noted so often at most.
inline constexpr std::chrono::minutes kActivityStep{1};

/// What the person said about the device: a shared one is somebody else's tomorrow.
enum class DeviceContext : std::uint8_t { kUnknown, kPersonal, kShared };
std::string_view name(DeviceContext context);  ///< "unknown", "personal", "shared"
std::optional<DeviceContext> parse_device_context(std::string_view name);

/// From where somebody logs in; what the person sees in the list of logins.
struct LoginOrigin {
  DeviceContext context = DeviceContext::kUnknown;
  std::string ip_address{};  ///< text of an IPv4 or IPv6 address, or empty
  std::string user_agent{};  ///< cut to 300 bytes, made printable
  std::string provider{};    ///< auth_providers.name; empty: by password
};

struct Login {
  std::string token;  ///< the cookie's value; nothing else knows it, and it is not stored
  TimePoint expires_at{};
  DeviceContext context = DeviceContext::kUnknown;  ///< of a shared device the browser forgets the cookie when it ends
  Actor actor{};
};

/// The same login under another token.
struct RenewedLogin {
  std::string token;
  TimePoint expires_at{};
  DeviceContext context = DeviceContext::kUnknown;
};

/// An open login as its owner sees it.
struct OpenLogin {
  std::string id;
  bool current = false;
  DeviceContext context = DeviceContext::kUnknown;
  std::optional<std::string> ip_address{}, user_agent{}, provider{};
  TimePoint created_at{}, last_activity_at{}, expires_at{};
};

class PasswordHasher;

/// Logins by email and password, who is behind a cookie, and what is open. Thread-safe.
class AuthService {
 public:
  /// What it is given must outlive the service.
  AuthService(store::Database& database, const Clock& clock, const security::SecretBox& box, PasswordHasher& passwords);
  ~AuthService();
  AuthService(const AuthService&) = delete;
  AuthService& operator=(const AuthService&) = delete;

  /// `email` is trimmed and compared without regard to case. kUnauthorized INVALID_CREDENTIALS, the same after the same
  /// work, for an unknown account, a wrong password, an account that is not active and one without a password;
  /// TOTP_REQUIRED when all that is right and the account has a second factor, but `second_factor` is empty;
  /// INVALID_TOTP when that is wrong or used. kUnavailable when too many logins wait or the database is away. A
  /// password that is stored under older parameters is stored anew.
  Task<Result<Login>> login(std::string email, std::string password, LoginOrigin origin,
                            std::string second_factor = {});

  /// A login of somebody whom a provider has vouched for. kUnauthorized when the account is gone or not active.
  Task<Result<Login>> open_login(UserId user, LoginOrigin origin);

  /// Who holds `token`, with all memberships, in one statement, which also notes the activity (once a minute at most)
  /// and extends the login when under half of its time is left (`login_extended` is set then: send the cookie again).
  /// kUnauthorized when the token is unknown, malformed or expired, or the account is not active.
  Task<Result<Actor>> authenticate(std::string token);

  /// For what takes the check of a login into a statement of its own. Whose a login is never changes; whether it holds
  /// is known from that check alone, so nothing may come of the statement when it does not. The check of a login that
  /// remember() has told of, and forget() has not since.
  [[nodiscard]] std::optional<LoginCheck> expected(const std::string& token) const;
  /// The login was let in.
  void remember(const std::string& token, UserId user);
  /// It was not.
  void forget(const std::string& token);
  /// The actor of a login that RAPT_LOGIN has checked, as authenticate() would answer.
  Task<Result<Actor>> actor_behind(LoginCheck check, CheckedLogin checked);

  /// The login goes on under a new token, as long as a new one would (on a shared device: as long as before); the old
  /// token is dead at once. kUnauthorized as authenticate(), also for the second of two that come at once.
  Task<Result<RenewedLogin>> refresh(std::string token);

  /// Ends the login; one that is gone already counts as success.
  Task<Result<void>> logout(std::string token);

  /// The person's open logins, the latest used first, 200 at most; `current` is the one of `token`.
  Task<Result<std::vector<OpenLogin>>> logins(UserId user, std::string token);
  /// Ends one of the person's logins. True when it was the one of `token`. kNotFound for one of somebody else's too.
  Task<Result<bool>> end_login(UserId user, std::string id, std::string token);
  /// Ends all logins of the person but the one of `kept_token` (empty: all).
  Task<Result<void>> end_logins(UserId user, std::string kept_token);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::identity
