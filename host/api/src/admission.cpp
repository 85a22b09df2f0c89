// SPDX-License-Identifier: AGPL-3.0-or-later
#include "admission.hpp"

#include "body.hpp"
#include "error_reply.hpp"
#include "rapt/accounts/account_service.hpp"
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

}  // namespace

Task<Result<void>> admit_stranger(Call& call) {
  const auto quota = co_await call.services.limits.count_address(call.request.remote_address);
  co_return verdict(call, quota, kTooMany);
}

Task<Result<void>> admit(const Route& route, Call& call) {
  if (route.tier == Tier::kNone) co_return Result<void>{};
  if (route.tier == Tier::kAuth) {
    auto guess = guess_of(call);
    const auto quota = co_await call.services.limits.before_guess(std::move(guess));
    co_return verdict(call, quota, kTooManyGuesses);
  }
  if (route.access == Access::kPublic) co_return co_await admit_stranger(call);
  const auto quota = co_await call.services.limits.count_person(call.actor.id.str());
  co_return verdict(call, quota, kTooMany);
}

Task<Result<Answer>> settle(const Route& route, Call& call, Result<Answer> answer) {
  const bool failed = !answer && is_failed_guess(answer.error());
  auto token = answer ? token_in(*answer) : std::nullopt;
  if (route.tier != Tier::kAuth || (!failed && !token)) co_return answer;
  auto guess = guess_of(call);
  if (guess.account.empty()) co_return answer;
  auto& limits = call.services.limits;
  if (failed) {
    const auto quota = co_await limits.failed_guess(std::move(guess));
    RAPT_CO_TRY(verdict(call, quota, kTooManyGuesses));
    co_return answer;
  }
  const auto quota = co_await limits.right_guess(std::move(guess));
  auto admitted = verdict(call, quota, kTooManyGuesses);
  if (admitted) co_return answer;
  RAPT_CO_TRY(co_await call.services.auth.logout(std::move(*token)));
  co_return admitted.error();
}

}  // namespace rapt::api
