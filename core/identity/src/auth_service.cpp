// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/auth_service.hpp"

#include <algorithm>
#include <optional>

#include "actor_cache.hpp"
#include "auth_store.hpp"
#include "known_logins.hpp"
#include "rapt/base/text.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/identity/second_factor.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {
namespace {

constexpr std::size_t kTokenCharacters = 43;

Error invalid_credentials() {
  Error error;
  error.kind = ErrorKind::kUnauthorized;
  error.code = "INVALID_CREDENTIALS";
  error.message = "The email or the password is wrong.";
  return error;
}

Error totp_required() {
  Error error;
  error.kind = ErrorKind::kUnauthorized;
  error.code = "TOTP_REQUIRED";
  error.message = "Enter the code that your authenticator app shows.";
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

/// An account whose password was right.
struct Account {
  UserId id;
  bool second_factor = false;
};

DeviceContext context_of(const store::Row& row) {
  return parse_device_context(row.text("context")).value_or(DeviceContext::kUnknown);
}

std::chrono::seconds lifetime(DeviceContext context) {
  return context == DeviceContext::kShared ? std::chrono::seconds(kSharedLifetime)
                                           : std::chrono::seconds(kSessionLifetime);
}

/// Of a token's hash; null for what cannot be a token.
std::optional<std::string> hash_of(const std::string& token) {
  return looks_like_token(token) ? std::optional(bytea_of(security::sha256(token))) : std::nullopt;
}

OpenLogin open_login_of(const store::Row& row) {
  OpenLogin out;
  out.id = row.text("id");
  out.current = !row.is_null("current") && row.boolean("current");
  out.context = context_of(row);
  out.ip_address = row.optional_text("ip_address");
  out.user_agent = row.optional_text("user_agent");
  out.provider = row.optional_text("provider");
  out.created_at = row.time("created_at");
  out.last_activity_at = row.time("last_activity_at");
  out.expires_at = row.time("expires_at");
  return out;
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

std::optional<DeviceContext> parse_device_context(std::string_view text) {
  for (const auto context : {DeviceContext::kUnknown, DeviceContext::kPersonal, DeviceContext::kShared}) {
    if (text == name(context)) return context;
  }
  return std::nullopt;
}

struct AuthService::Impl {
  /// The account when its password is right. The same work is done whether it exists, has a password and is active.
  Task<Result<Account>> account(std::string email, std::string password) {
    auto rows = co_await database.query(kAccountByEmail, store::params(email));
    if (!rows && rows.error().kind != ErrorKind::kInvalid) co_return rows.error();
    const auto row = rows ? rows->first() : std::nullopt;  // text that cannot be stored is no account's email
    auto stored = row && row->boolean("active") ? row->optional_text("password_hash") : std::nullopt;
    const auto verdict = co_await passwords.verify(std::move(password), stored);
    if (!verdict) co_return verdict.error();
    if (!verdict->right) co_return invalid_credentials();
    Account found{row->id<UserId>("id"), row->boolean("second_factor")};
    if (verdict->renewed) {
      RAPT_CO_TRY(co_await database.query(kRenewHash, store::params(found.id, *stored, *verdict->renewed)));
    }
    co_return found;
  }

  Task<Result<void>> second_factor(UserId user, std::string code) {
    auto work = [&seal = box, user = std::move(user), code = std::move(code),
                 now = clock.now()](store::Transaction& tx) { return take_second_factor(tx, seal, user, code, now); };
    co_return co_await database.transaction(std::move(work));
  }

  /// The actor when the one in memory is what the database would make now; nothing when it has to be loaded, or the
  /// login's activity noted.
  [[nodiscard]] std::optional<Actor> known_actor(CheckedLogin& checked) const {
    if (checked.due || !checked.version) return std::nullopt;
    auto actor = actors.find(checked.user, *checked.version);
    if (actor) {
      actor->email = std::move(checked.email);
      actor->name = std::move(checked.name);
    }
    return actor;
  }

  Actor remembered(const store::Row& row) {
    Actor actor = actor_of(row);
    Actor kept = actor;
    kept.login_extended = false;
    if (!row.is_null("version")) actors.keep(kept, row.text("version"));
    return actor;
  }

  store::Database& database;
  const Clock& clock;
  const security::SecretBox& box;
  PasswordHasher& passwords;
  ActorCache actors{};
  KnownLogins logins{};
};

AuthService::AuthService(store::Database& database, const Clock& clock, const security::SecretBox& box,
                         PasswordHasher& passwords)
    : impl_(new Impl{database, clock, box, passwords}) {}
AuthService::~AuthService() = default;

Task<Result<Login>> AuthService::login(std::string email, std::string password, LoginOrigin origin,
                                       std::string second_factor) {
  auto account = co_await impl_->account(trimmed(email), std::move(password));
  if (!account) co_return account.error();
  if (account->second_factor) {
    if (second_factor.empty()) co_return totp_required();
    RAPT_CO_TRY(co_await impl_->second_factor(account->id, std::move(second_factor)));
  }
  auto opened = open_login(account->id, std::move(origin));
  auto login = co_await std::move(opened);
  co_return login;
}

Task<Result<Login>> AuthService::open_login(UserId user, LoginOrigin origin) {
  Login login;
  login.token = security::new_token();
  login.context = origin.context;
  const TimePoint now = impl_->clock.now();
  login.expires_at = now + lifetime(origin.context);
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
  auto hash = hash_of(token);
  if (!hash) co_return Error::unauthorized();
  LoginCheck check{std::move(*hash), impl_->clock.now()};
  store::Params asked;
  add_login(asked, check);
  const auto rows = co_await impl_->database.query(kCheckLogin, std::move(asked));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::unauthorized();
  auto loading = actor_behind(std::move(check), checked_login(*row));
  co_return co_await std::move(loading);
}

std::optional<LoginCheck> AuthService::expected(const std::string& token) const {
  auto hash = hash_of(token);
  auto user = hash ? impl_->logins.find(*hash) : std::nullopt;
  if (!user) return std::nullopt;
  return LoginCheck{std::move(*hash), impl_->clock.now(), std::move(*user)};
}

void AuthService::remember(const std::string& token, UserId user) {
  if (auto hash = hash_of(token)) impl_->logins.keep(std::move(*hash), std::move(user));
}

void AuthService::forget(const std::string& token) {
  if (const auto hash = hash_of(token)) impl_->logins.forget(*hash);
}

Task<Result<Actor>> AuthService::actor_behind(LoginCheck check, CheckedLogin checked) {
  auto known = impl_->known_actor(checked);
  if (known) co_return std::move(*known);
  const TimePoint now = check.now;
  const auto rows = co_await impl_->database.query(
      kAuthenticate,
      store::params(check.token_hash, now, now + kSessionLifetime / 2, now + kSessionLifetime, now - kActivityStep));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::unauthorized();
  co_return impl_->remembered((*rows)[0]);
}

Task<Result<void>> AuthService::logout(std::string token) {
  if (!looks_like_token(token)) co_return Result<void>{};
  auto rows = co_await impl_->database.query(kCloseLogin, store::params(bytea_of(security::sha256(token))));
  if (!rows) co_return rows.error();
  co_return Result<void>{};
}

Task<Result<RenewedLogin>> AuthService::refresh(std::string token) {
  const auto old = hash_of(token);
  if (!old) co_return Error::unauthorized();
  RenewedLogin renewed;
  renewed.token = security::new_token();
  const TimePoint now = impl_->clock.now();
  const auto rows = co_await impl_->database.query(
      kRefreshLogin, store::params(*old, bytea_of(security::sha256(renewed.token)), now, now + kSessionLifetime));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::unauthorized();
  renewed.expires_at = row->time("expires_at");
  renewed.context = context_of(*row);
  co_return renewed;
}

Task<Result<std::vector<OpenLogin>>> AuthService::logins(UserId user, std::string token) {
  const auto rows =
      co_await impl_->database.query(kOpenLogins, store::params(user, hash_of(token), impl_->clock.now()));
  if (!rows) co_return rows.error();
  std::vector<OpenLogin> out;
  out.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(open_login_of((*rows)[i]));
  co_return out;
}

Task<Result<bool>> AuthService::end_login(UserId user, std::string id, std::string token) {
  const auto login = canonical_uuid(id);
  if (!login) co_return Error::not_found("login");
  const auto rows = co_await impl_->database.query(kCloseOneLogin, store::params(user, *login, hash_of(token)));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("login");
  co_return !row->is_null("current") && row->boolean("current");
}

Task<Result<void>> AuthService::end_logins(UserId user, std::string kept_token) {
  const auto rows = co_await impl_->database.query(kCloseLogins, store::params(user, hash_of(kept_token)));
  if (!rows) co_return rows.error();
  co_return Result<void>{};
}

}  // namespace rapt::identity
