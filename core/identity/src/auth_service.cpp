// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/auth_service.hpp"

#include <algorithm>
#include <optional>

#include "auth_store.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/password.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {
namespace {

constexpr std::chrono::minutes kActivityStep{1};
constexpr std::size_t kTokenCharacters = 43;

Error invalid_credentials() {
  Error error;
  error.kind = ErrorKind::kUnauthorized;
  error.code = "INVALID_CREDENTIALS";
  error.message = "The email or the password is wrong.";
  return error;
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto start = text.find_first_not_of(kSpace);
  return start == std::string::npos ? std::string() : text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

std::string bytea_of(const security::Digest& digest) {
  return "\\x" + security::hex(digest);
}

std::optional<std::string> absent_if_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

bool looks_like_token(std::string_view text) {
  return text.size() == kTokenCharacters && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
         });
}

struct Account {
  UserId id;
  std::string password_hash;
};

/// The account when its password is right. The same work is done whether it exists, has a password and is active.
Result<Account> check_password(const std::optional<store::Row>& row, const std::string& password) {
  const auto stored = row ? row->optional_text("password_hash") : std::nullopt;
  const bool right = security::verify_password(password, stored.value_or(security::dummy_hash()));
  if (!right || !stored || !row->boolean("active")) return invalid_credentials();
  return Account{row->id<UserId>("id"), *stored};
}

}  // namespace

std::string_view name(DeviceContext context) {
  switch (context) {
    case DeviceContext::kPersonal:
      return "personal";
    case DeviceContext::kShared:
      return "shared";
    case DeviceContext::kUnknown:
      break;
  }
  return "unknown";
}

struct AuthService::Impl {
  Impl(store::Database& given, const Clock& given_clock)
      : database(given), clock(given_clock), hashing({.name = "passwords", .threads = 2, .max_queued = 64}) {
    // Made now, so that the first unknown account is not slower than the later ones.
    (void)security::dummy_hash();
  }

  Task<Result<Account>> account(std::string email, std::string password) {
    auto rows = co_await database.query(kAccountByEmail, store::params(email));
    if (!rows && rows.error().kind != ErrorKind::kInvalid) co_return rows.error();
    auto row = rows ? rows->first() : std::nullopt;  // text that cannot be stored is no account's email
    auto work = [row = std::move(row), secret = std::move(password)] { return check_password(row, secret); };
    co_return co_await hashing.run(std::move(work));
  }

  store::Database& database;
  const Clock& clock;
  runtime::BlockingPool hashing;
};

AuthService::AuthService(store::Database& database, const Clock& clock)
    : impl_(std::make_unique<Impl>(database, clock)) {}
AuthService::~AuthService() = default;

Task<Result<Login>> AuthService::login(std::string email, std::string password, LoginOrigin origin) {
  auto account = co_await impl_->account(trimmed(email), std::move(password));
  if (!account) co_return account.error();
  auto opened = open_login(account->id, std::move(origin));
  auto login = co_await std::move(opened);
  co_return login;
}

Task<Result<Login>> AuthService::open_login(UserId user, LoginOrigin origin) {
  Login login;
  login.token = security::new_token();
  const TimePoint now = impl_->clock.now();
  login.expires_at = now + kSessionLifetime;
  auto rows = co_await impl_->database.query(
      kOpenLogin, store::params(bytea_of(security::sha256(login.token)), user, login.expires_at, name(origin.context),
                                now, absent_if_empty(origin.ip_address),
                                absent_if_empty(printable(origin.user_agent, 300)), absent_if_empty(origin.provider)));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::unauthorized();
  login.actor = actor_of((*rows)[0]);
  co_return login;
}

Task<Result<Actor>> AuthService::authenticate(std::string token) {
  if (!looks_like_token(token)) co_return Error::unauthorized();
  const TimePoint now = impl_->clock.now();
  auto rows = co_await impl_->database.query(
      kAuthenticate, store::params(bytea_of(security::sha256(token)), now, now + kSessionLifetime / 2,
                                   now + kSessionLifetime, now - kActivityStep));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::unauthorized();
  co_return actor_of((*rows)[0]);
}

Task<Result<void>> AuthService::logout(std::string token) {
  if (!looks_like_token(token)) co_return Result<void>{};
  auto rows = co_await impl_->database.query(kCloseLogin, store::params(bytea_of(security::sha256(token))));
  if (!rows) co_return rows.error();
  co_return Result<void>{};
}

}  // namespace rapt::identity
