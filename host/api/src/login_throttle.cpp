// SPDX-License-Identifier: AGPL-3.0-or-later
#include "login_throttle.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "rapt/security/crypto.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::api {
namespace {

constexpr int kWindowSeconds = 15 * 60;

/// As the account is looked up: without the space around it and in lower case, or guessing gets a fresh count for each
/// spelling.
std::string key_of(std::string email, const std::string& address) {
  constexpr const char* kSpace = " \t\r\n\f\v";
  email.erase(email.find_last_not_of(kSpace) + 1);
  email.erase(0, email.find_first_not_of(kSpace));
  std::transform(email.begin(), email.end(), email.begin(), [](unsigned char c) { return std::tolower(c); });
  return "login:failed:" + security::hex(security::sha256(email + "\n" + address)).substr(0, 32);
}

std::vector<std::string> arguments(std::initializer_list<std::string> words) {
  return words;
}

/// One step, so that a count never stays without its end.
constexpr const char* kCountScript =
    "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return n";

Task<Error> too_many(store::Redis& redis, std::string key) {
  auto ttl = arguments({"TTL", key});
  auto rest = co_await redis.command(std::move(ttl));
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.message = "Too many wrong passwords for this account. Please wait before trying again.";
  error.retry_after_seconds = rest && rest->integer > 0 ? static_cast<int>(rest->integer) : kWindowSeconds;
  co_return error;
}

}  // namespace

Task<Result<void>> check_login_throttle(store::Redis& redis, std::string email, std::string address) {
  auto key = key_of(std::move(email), address);
  auto get = arguments({"GET", key});
  auto count = co_await redis.command(std::move(get));
  if (!count || count->text.empty() || std::strtol(count->text.c_str(), nullptr, 10) < kMaxFailedLogins)
    co_return Result<void>{};
  co_return co_await too_many(redis, std::move(key));
}

Task<Result<void>> count_failed_login(store::Redis& redis, std::string email, std::string address) {
  auto key = key_of(std::move(email), address);
  auto count = arguments({"EVAL", kCountScript, "1", key, std::to_string(kWindowSeconds)});
  auto counted = co_await redis.command(std::move(count));
  // Best effort by design: without Redis nothing is counted.
  if (!counted || counted->integer <= kMaxFailedLogins) co_return Result<void>{};
  co_return co_await too_many(redis, std::move(key));
}

}  // namespace rapt::api
