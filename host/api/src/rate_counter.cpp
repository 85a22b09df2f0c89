// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rate_counter.hpp"

#include "rapt/security/crypto.hpp"

namespace rapt::api {
namespace {

constexpr std::size_t kMostHere = 20000;  // some megabytes

constexpr std::size_t kNumbersOfARule = 3;
/// For each key its window in milliseconds, what to add, and the limit, of which more than one at once takes no more
/// than its share; answers count, end, and what was added. A window that ends later than one that began now was made by
/// a clock that ran ahead, or by another setting.
constexpr const char* kScript = R"(
local now, out = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local window, add, limit = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local kept = redis.call('HMGET', key, 'n', 'ends')
  local n, ends = tonumber(kept[1] or '0'), tonumber(kept[2] or '0')
  if ends <= now or ends > now + window then n, ends = 0, now + window end
  if add > 1 then add = math.max(1, math.min(add, math.floor((limit - n) / 16))) end
  if add > 0 then
    n = n + add
    redis.call('HSET', key, 'n', string.format('%d', n), 'ends', string.format('%d', ends))
    redis.call('PEXPIRE', key, string.format('%d', ends - now))
  end
  out[3 * i - 2], out[3 * i - 1], out[3 * i] = n, ends, add
end
return out)";

long long ms_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string plain_key(const RateRule& rule) {
  return rule.name + ":" + rule.about;
}

Quota quota(const RateRule& rule, long long used, TimePoint resets_at) {
  return {rule.limit, used, resets_at, rule.count ? used > rule.limit : used >= rule.limit};
}

}  // namespace

RateCounter::RateCounter(store::Redis& redis, const Clock& clock, std::string space)
    : script_(redis, kScript, "rate_limits"),
      clock_(clock),
      space_(std::move(space)),
      ahead_(kMostHere),
      here_(kMostHere) {}

std::string RateCounter::key_of(const RateRule& rule) const {
  return space_ + ":" + rule.name + ":" + security::hex(security::sha256(rule.about)).substr(0, 32);
}

Task<std::vector<Quota>> RateCounter::ask(std::vector<RateRule> rules) {
  const TimePoint now = clock_.now();
  if (const auto quota = ask_ahead(rules, now)) co_return std::vector<Quota>(1, *quota);
  std::vector<std::string> operands{std::to_string(rules.size())};
  for (const auto& rule : rules) operands.push_back(key_of(rule));
  operands.push_back(std::to_string(ms_of(now)));
  for (const auto& rule : rules) {
    operands.push_back(std::to_string(std::chrono::milliseconds(rule.window).count()));
    operands.push_back(std::to_string(rule.count ? rule.at_once : 0));
    operands.push_back(std::to_string(rule.limit));
  }
  const auto counts = co_await script_.numbers(std::move(operands), kNumbersOfARule * rules.size());
  if (!counts) co_return ask_here(rules, now);
  std::vector<Quota> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const long long* numbers = counts->data() + kNumbersOfARule * i;
    const TimePoint ends{std::chrono::milliseconds(numbers[1])};
    // A count above the limit was given to nobody: kept, it would make what this host has in advance look used.
    const bool given = rules[i].at_once > 1 && numbers[0] <= rules[i].limit;
    const long long used = given ? ahead_.keep(plain_key(rules[i]), numbers[0], numbers[2], ends).used : numbers[0];
    out.push_back(quota(rules[i], used, ends));
  }
  co_return out;
}

std::optional<Quota> RateCounter::ask_ahead(const std::vector<RateRule>& rules, TimePoint now) {
  const auto& rule = rules.front();
  if (rules.size() != 1 || rule.at_once <= 1 || !rule.count) return std::nullopt;
  const auto count = ahead_.use(plain_key(rule), now, rule.window);
  if (!count) return std::nullopt;
  return quota(rule, count->used, count->ends);
}

std::vector<Quota> RateCounter::ask_here(const std::vector<RateRule>& rules, TimePoint now) {
  std::vector<Quota> out;
  for (const auto& rule : rules) {
    const auto count = here_.ask(key_of(rule), now, rule.window, rule.count);
    out.push_back(quota(rule, count.used, count.ends));
  }
  return out;
}

}  // namespace rapt::api
