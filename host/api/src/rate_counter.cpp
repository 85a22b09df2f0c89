// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rate_counter.hpp"

#include "rapt/base/log.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::api {
namespace {

constexpr std::size_t kMostHere = 20000;  // some megabytes
constexpr std::chrono::milliseconds kPause{5000};

/// For each key its window in milliseconds and what to add; answers count and end of each. A window that ends later
/// than one that began now was made by a clock that ran ahead, or by another setting.
constexpr const char* kScript = R"(
local now, out = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local window, add = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local kept = redis.call('HMGET', key, 'n', 'ends')
  local n, ends = tonumber(kept[1] or '0'), tonumber(kept[2] or '0')
  if ends <= now or ends > now + window then n, ends = 0, now + window end
  if add > 0 then
    n = n + add
    redis.call('HSET', key, 'n', string.format('%d', n), 'ends', string.format('%d', ends))
    redis.call('PEXPIRE', key, string.format('%d', ends - now))
  end
  out[2 * i - 1], out[2 * i] = n, ends
end
return out)";

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

long long ms_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Quota quota(const RateRule& rule, long long used, TimePoint resets_at) {
  return {rule.limit, used, resets_at, rule.count ? used > rule.limit : used >= rule.limit};
}

bool is_unknown_script(const Error& error) {
  return error.log_detail.find("NOSCRIPT") != std::string::npos;
}

}  // namespace

RateCounter::RateCounter(store::Redis& redis, const Clock& clock, std::string space)
    : redis_(redis), clock_(clock), space_(std::move(space)), here_(kMostHere) {}

std::string RateCounter::key_of(const RateRule& rule) const {
  return space_ + ":" + rule.name + ":" + security::hex(security::sha256(rule.about)).substr(0, 32);
}

Task<std::vector<Quota>> RateCounter::ask(std::vector<RateRule> rules) {
  const TimePoint now = clock_.now();
  if (!may_ask_redis()) co_return ask_here(rules, now);
  const auto reply = co_await ask_redis(rules, now);
  const bool whole = reply && reply->items.size() == 2 * rules.size();
  note(whole, reply ? "the script answered something else" : reply.error().log_detail);
  if (!whole) co_return ask_here(rules, now);
  std::vector<Quota> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const TimePoint ends{std::chrono::milliseconds(reply->items[2 * i + 1].integer)};
    out.push_back(quota(rules[i], reply->items[2 * i].integer, ends));
  }
  co_return out;
}

std::vector<Quota> RateCounter::ask_here(const std::vector<RateRule>& rules, TimePoint now) {
  std::vector<Quota> out;
  for (const auto& rule : rules) {
    const auto count = here_.ask(key_of(rule), now, rule.window, rule.count);
    out.push_back(quota(rule, count.used, count.ends));
  }
  return out;
}

Task<Result<store::RedisReply>> RateCounter::ask_redis(const std::vector<RateRule>& rules, TimePoint now) {
  std::vector<std::string> operands{std::to_string(rules.size())};
  for (const auto& rule : rules) operands.push_back(key_of(rule));
  operands.push_back(std::to_string(ms_of(now)));
  for (const auto& rule : rules) {
    operands.push_back(std::to_string(std::chrono::milliseconds(rule.window).count()));
    operands.emplace_back(rule.count ? "1" : "0");
  }
  co_return co_await run_script(std::move(operands));
}

/// By its digest; as a whole when Redis does not know it, as after a restart.
Task<Result<store::RedisReply>> RateCounter::run_script(std::vector<std::string> operands) {
  std::string digest;
  {
    const std::lock_guard lock(mutex_);
    digest = digest_;
  }
  if (!digest.empty()) {
    std::vector<std::string> short_form{"EVALSHA", digest};
    short_form.insert(short_form.end(), operands.begin(), operands.end());
    auto reply = co_await redis_.command(std::move(short_form));
    if (reply || !is_unknown_script(reply.error())) co_return reply;
  } else {
    std::vector<std::string> load{"SCRIPT", "LOAD", kScript};
    const auto loaded = co_await redis_.command(std::move(load));
    if (!loaded) co_return loaded.error();
    const std::lock_guard lock(mutex_);
    digest_ = loaded->text;
  }
  std::vector<std::string> long_form{"EVAL", kScript};
  long_form.insert(long_form.end(), operands.begin(), operands.end());
  co_return co_await redis_.command(std::move(long_form));
}

/// While it is away, the one request that finds the pause over asks for all.
bool RateCounter::may_ask_redis() {
  auto until = away_until_.load();
  if (until == 0) return true;
  const auto now = steady_ms();
  return now >= until && away_until_.compare_exchange_strong(until, now + kPause.count());
}

void RateCounter::note(bool answered, const std::string& detail) {
  const auto before = away_until_.exchange(answered ? 0 : steady_ms() + kPause.count());
  if (answered && before != 0) log::info("rate_limits.redis_is_back");
  if (!answered && before == 0) log::warn("rate_limits.counted_here", {{"detail", detail}});
}

}  // namespace rapt::api
