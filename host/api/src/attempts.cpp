// SPDX-License-Identifier: AGPL-3.0-or-later
#include "attempts.hpp"

#include <cstdlib>

#include "rapt/security/crypto.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::api {
namespace {

std::string key_of(const Attempts& what, const std::string& about) {
  return std::string(what.name) + ":" + security::hex(security::sha256(about)).substr(0, 32);
}

std::vector<std::string> arguments(std::initializer_list<std::string> words) {
  return words;
}

/// One step, so that a count never stays without its end.
constexpr const char* kCountScript =
    "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return n";

Task<Error> too_many(store::Redis& redis, const Attempts& what, std::string key) {
  auto ttl = arguments({"TTL", key});
  auto rest = co_await redis.command(std::move(ttl));
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.message = what.sentence;
  error.retry_after_seconds = rest && rest->integer > 0 ? static_cast<int>(rest->integer) : kAttemptWindowSeconds;
  co_return error;
}

}  // namespace

Task<Result<void>> check_attempts(store::Redis& redis, const Attempts& what, std::string about) {
  auto key = key_of(what, about);
  auto get = arguments({"GET", key});
  auto count = co_await redis.command(std::move(get));
  if (!count || count->text.empty() || std::strtol(count->text.c_str(), nullptr, 10) < what.limit)
    co_return Result<void>{};
  co_return co_await too_many(redis, what, std::move(key));
}

Task<Result<void>> count_attempt(store::Redis& redis, const Attempts& what, std::string about) {
  auto key = key_of(what, about);
  auto count = arguments({"EVAL", kCountScript, "1", key, std::to_string(kAttemptWindowSeconds)});
  auto counted = co_await redis.command(std::move(count));
  // Best effort by design: without Redis nothing is counted.
  if (!counted || counted->integer <= what.limit) co_return Result<void>{};
  co_return co_await too_many(redis, what, std::move(key));
}

}  // namespace rapt::api
