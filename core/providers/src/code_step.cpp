// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/providers/code_step.hpp"

#include <nlohmann/json.hpp>

#include "failures.hpp"
#include "provider_store.hpp"
#include "rapt/identity/second_factor.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::providers {
namespace {

using nlohmann::json;

constexpr int kMostCodes = 10;

constexpr store::Statement kHasSecondFactor{
    "providers.has_second_factor",
    "SELECT EXISTS (SELECT FROM totp_secrets WHERE user_id = $1::uuid AND confirmed_at IS NOT NULL) AS has"};

std::string about_code(const std::string& provider) {
  return "login-code:" + provider;
}

struct Waiting {
  Arrived arrived;
  TimePoint expires_at{};
};

std::string seal(const security::SecretBox& box, const std::string& provider, const Waiting& waiting) {
  const json plain{{"user", waiting.arrived.user.str()},
                   {"return_to", waiting.arrived.return_to},
                   {"device", static_cast<int>(waiting.arrived.device)},
                   {"expires_at", waiting.expires_at.time_since_epoch().count()}};
  return box.seal(plain.dump(), about_code(provider));
}

Result<Waiting> open_code(const security::SecretBox& box, const std::string& provider, const std::string& sealed) {
  const auto plain = box.open(sealed, about_code(provider));
  if (!plain) return state_mismatch("the cookie of the login that waits for a code is missing, foreign or changed");
  // What this host's key has sealed, seal() has made.
  const auto parsed = json::parse(*plain, nullptr, false);
  if (!parsed.is_object()) return Error::internal("a sealed login is no object");
  Waiting out;
  out.arrived.user = UserId::trusted(parsed.at("user"));
  out.arrived.return_to = parsed.at("return_to");
  out.arrived.device = static_cast<identity::DeviceContext>(parsed.at("device").get<int>());
  out.expires_at = TimePoint(TimePoint::duration(parsed.at("expires_at").get<TimePoint::duration::rep>()));
  return out;
}

Error too_many_codes(int seconds) {
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.message = "Too many codes were tried for this account. Wait a few minutes, then log in again.";
  error.retry_after_seconds = seconds;
  return error;
}

}  // namespace

Task<Result<std::optional<std::string>>> CodeStep::waiting(std::string provider, Arrived arrived) {
  const auto rows = co_await parts_.database.query(kHasSecondFactor, store::params(arrived.user));
  if (!rows) co_return rows.error();
  if (!(*rows)[0].boolean("has")) co_return std::optional<std::string>{};
  const Waiting waiting{std::move(arrived), parts_.clock.now() + kFlowLifetime};
  co_return std::optional(seal(parts_.box, provider, waiting));
}

/// Every code counts, right or wrong, before it is looked at.
Task<Result<void>> CodeStep::count(const UserId& user) {
  const int window = static_cast<int>(std::chrono::seconds(kFlowLifetime).count());
  const std::string key = "login-code:" + user.str();
  std::vector<std::string> begin{"SET", key, "0", "NX", "EX", std::to_string(window)};
  const auto begun = co_await parts_.redis.command(std::move(begin));
  if (!begun) co_return begun.error();
  std::vector<std::string> add{"INCR", key};
  const auto used = co_await parts_.redis.command(std::move(add));
  if (!used) co_return used.error();
  if (used->integer > kMostCodes) co_return too_many_codes(window);
  co_return Result<void>{};
}

Task<Result<Arrived>> CodeStep::finish(std::string provider, std::string sealed, std::string code) {
  const auto waiting = open_code(parts_.box, provider, sealed);
  if (!waiting) co_return waiting.error();
  const auto now = parts_.clock.now();
  if (waiting->expires_at <= now) co_return state_mismatch("the code took more than ten minutes");
  RAPT_CO_TRY(co_await count(waiting->arrived.user));
  auto work = [&box = parts_.box, provider, user = waiting->arrived.user, code,
               now](store::Transaction& tx) -> Result<void> {
    const auto stored = load(tx, provider, false);
    if (!stored) return stored.error();
    if (!stored->provider.enabled) return Error::not_found("provider");
    return identity::take_second_factor(tx, box, user, code, now);
  };
  RAPT_CO_TRY(co_await parts_.database.transaction(std::move(work)));
  co_return waiting->arrived;
}

}  // namespace rapt::providers
