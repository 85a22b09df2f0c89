// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::identity {

/// Name of the cookie that holds a login's token.
inline constexpr std::string_view kSessionCookie = "rapt_session";
/// How long an unused login lives; one that is used is extended when under half of it is left.
inline constexpr std::chrono::days kSessionLifetime{30};

/// What the person said about the device: a shared one is somebody else's tomorrow.
enum class DeviceContext : std::uint8_t { kUnknown, kPersonal, kShared };
std::string_view name(DeviceContext context);  ///< "unknown", "personal", "shared"

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
  Actor actor;
};

/// Logins by email and password, and who is behind a cookie. Passwords are hashed on two threads of its own, so that a
/// rush of logins slows logins alone. Thread-safe.
class AuthService {
 public:
  /// `database` and `clock` must outlive the service.
  AuthService(store::Database& database, const Clock& clock);
  ~AuthService();
  AuthService(const AuthService&) = delete;
  AuthService& operator=(const AuthService&) = delete;

  /// `email` is trimmed and compared without regard to case. kUnauthorized INVALID_CREDENTIALS, the same after the same
  /// work, for an unknown account, a wrong password, a suspended account and one without a password; kUnavailable when
  /// too many logins wait or the database is away.
  Task<Result<Login>> login(std::string email, std::string password, LoginOrigin origin);

  /// A login of somebody whom a provider has vouched for. kUnauthorized when the account is gone or not active.
  Task<Result<Login>> open_login(UserId user, LoginOrigin origin);

  /// Who holds `token`, with all memberships, in one statement, which also notes the activity (once a minute at most)
  /// and extends the login when under half of its time is left (`login_extended` is set then: send the cookie again).
  /// kUnauthorized when the token is unknown, malformed or expired, or the account is not active.
  Task<Result<Actor>> authenticate(std::string token);

  /// Ends the login; one that is gone already counts as success.
  Task<Result<void>> logout(std::string token);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::identity
