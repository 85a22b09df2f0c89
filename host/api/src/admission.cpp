// SPDX-License-Identifier: AGPL-3.0-or-later
#include "admission.hpp"

#include <algorithm>

#include "known_device.hpp"
#include "mailbox.hpp"
#include "module_routes.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/base/log.hpp"
#include "rapt/identity/auth_service.hpp"

namespace rapt::api {
namespace {

constexpr std::size_t kLongestAddress = 255;
constexpr const char* kTooMany = "Too many requests. Please wait before trying again.";
constexpr const char* kTooManyGuesses = "Too many failed attempts. Please wait before trying again.";

/// The account that a request is about: the caller's own, or the one that the body names. "" when it names none.
std::string account_of(const Call& call) {
  if (!call.actor.id.empty()) return call.actor.id.str();
  auto body = Body::parse(call.request);
  if (!body) return {};
  return body->optional_text("email", kLongestAddress).value_or("");
}

Limits::Guess guess_of(const Call& call) {
  return {account_of(call), call.request.remote_address};
}

Result<void> verdict(Call& call, const Quota& quota, const char* sentence) {
  call.quota = quota;
  if (!quota.refused) return {};
  return too_often(quota, call.services.limits.now(), sentence);
}

/// Wrong passwords for one account, from wherever they come. Counted apart from the tighter limit of account and
/// address together, which many addresses get round; devices that the account has been used on are not held up by it,
/// or those who guess could keep the owner out.
constexpr int kMostStrangersGuesses = 30;
constexpr std::chrono::minutes kStrangersWindow{15};

/// nullopt when the limit is not for this request: it names no account by its address, or comes from a known device.
std::optional<RateRule> strangers_rule(const Call& call, const std::string& account, bool count) {
  const bool by_address = call.actor.id.empty() && !account.empty();
  if (!by_address || is_known_device(call, account)) return std::nullopt;
  return RateRule{"auth:account", mailbox_of(account), kMostStrangersGuesses, kStrangersWindow, count};
}

Task<Result<void>> ask_strangers_limit(Call& call, std::string account, bool count) {
  auto rule = strangers_rule(call, account, count);
  if (!rule) co_return Result<void>{};
  const auto quota = co_await call.services.limits.count(std::move(*rule));
  if (!quota.refused) co_return Result<void>{};
  co_return verdict(call, quota, kTooManyGuesses);
}

/// A login on a shared device ends with the browser, and leaves no mark there.
bool is_lasting(const http::Headers& headers) {
  const std::string start = std::string(identity::kSessionCookie) + "=";
  const auto& all = headers.all();
  return std::any_of(all.begin(), all.end(), [&start](const auto& field) {
    return field.first == "Set-Cookie" && field.second.starts_with(start) &&
           field.second.find("Max-Age=") != std::string::npos;
  });
}

/// Being asked for the second factor is a step on the way to a login, and no guess.
bool is_failed_guess(const Error& error) {
  if (error.code == "TOTP_REQUIRED") return false;
  // Behind PROVIDER_REQUIRED a password has been tried.
  return error.kind == ErrorKind::kUnauthorized || error.code == accounts::kWrongPassword ||
         error.code == "PROVIDER_REQUIRED";
}

/// The token that an answer would hand to the browser.
std::optional<std::string> token_in(const Answer& answer) {
  if (!answer) return std::nullopt;
  const std::string start = std::string(identity::kSessionCookie) + "=";
  for (const auto& [name, value] : answer->headers.all()) {
    if (name != "Set-Cookie" || !value.starts_with(start)) continue;
    return value.substr(start.size(), value.find(';') - start.size());
  }
  return std::nullopt;
}

/// A module's routes have limits of their own beside the caller's.
Task<Result<void>> admit_to_module(const ModuleRoute& route, Call& call) {
  RateRule rule{"module:" + route.declared.method + route.pattern,
                {},
                route.declared.rate_per_minute,
                std::chrono::seconds(60),
                true};
  const auto quota =
      co_await call.services.limits.count_with(call.actor.id.str(), call.request.remote_address, std::move(rule));
  co_return verdict(call, quota, kTooMany);
}

}  // namespace

Task<Result<void>> admit_stranger(Call& call) {
  const auto quota = co_await call.services.limits.count_address(call.request.remote_address);
  co_return verdict(call, quota, kTooMany);
}

Task<Result<void>> admit(const Route& route, Call& call) {
  if (route.tier == Tier::kNone) co_return Result<void>{};
  if (route.tier == Tier::kAuth) {
    auto guess = guess_of(call);
    auto account = guess.account;
    const auto quota = co_await call.services.limits.before_guess(std::move(guess));
    RAPT_CO_TRY(verdict(call, quota, kTooManyGuesses));
    co_return co_await ask_strangers_limit(call, std::move(account), false);
  }
  if (const auto* of_module = module_route_of(call)) co_return co_await admit_to_module(*of_module, call);
  if (route.access == Access::kPublic) co_return co_await admit_stranger(call);
  const auto quota = co_await call.services.limits.count_person(call.actor.id.str());
  co_return verdict(call, quota, kTooMany);
}

Result<void> admit_counted(Call& call, const Quota& quota) {
  return verdict(call, quota, kTooMany);
}

Task<Result<Answer>> settle(const Route& route, Call& call, Result<Answer> answer) {
  const bool failed = !answer && is_failed_guess(answer.error());
  auto token = answer ? token_in(*answer) : std::nullopt;
  if (route.tier != Tier::kAuth || (!failed && !token)) co_return answer;
  auto guess = guess_of(call);
  if (guess.account.empty()) co_return answer;
  auto& limits = call.services.limits;
  const auto account = guess.account;
  if (failed) {
    const auto quota = co_await limits.failed_guess(std::move(guess));
    RAPT_CO_TRY(verdict(call, quota, kTooManyGuesses));
    RAPT_CO_TRY(co_await ask_strangers_limit(call, account, true));
    co_return answer;
  }
  const auto quota = co_await limits.right_guess(std::move(guess));
  auto admitted = verdict(call, quota, kTooManyGuesses);
  if (admitted) admitted = co_await ask_strangers_limit(call, account, false);
  if (admitted) {
    if (call.actor.id.empty() && is_lasting((*answer)->headers)) know_device(call, (*answer)->headers, account);
    co_return answer;
  }
  RAPT_CO_TRY(co_await call.services.auth.logout(std::move(*token)));
  co_return admitted.error();
}

}  // namespace rapt::api
