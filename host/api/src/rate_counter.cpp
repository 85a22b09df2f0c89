// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rate_counter.hpp"

#include "rapt/security/crypto.hpp"

namespace rapt::api {
namespace {

constexpr std::size_t kMostHere = 20000;  // some megabytes

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

long long ms_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Quota quota(const RateRule& rule, long long used, TimePoint resets_at) {
  return {rule.limit, used, resets_at, rule.count ? used > rule.limit : used >= rule.limit};
}

}  // namespace

RateCounter::RateCounter(store::Redis& redis, const Clock& clock, std::string space)
    : script_(redis, kScript, "rate_limits"), clock_(clock), space_(std::move(space)), here_(kMostHere) {}

std::string RateCounter::key_of(const RateRule& rule) const {
  return space_ + ":" + rule.name + ":" + security::hex(security::sha256(rule.about)).substr(0, 32);
}

Task<std::vector<Quota>> RateCounter::ask(std::vector<RateRule> rules) {
  const TimePoint now = clock_.now();
  std::vector<std::string> operands{std::to_string(rules.size())};
  for (const auto& rule : rules) operands.push_back(key_of(rule));
  operands.push_back(std::to_string(ms_of(now)));
  for (const auto& rule : rules) {
    operands.push_back(std::to_string(std::chrono::milliseconds(rule.window).count()));
    operands.emplace_back(rule.count ? "1" : "0");
  }
  const auto counts = co_await script_.numbers(std::move(operands), 2 * rules.size());
  if (!counts) co_return ask_here(rules, now);
  std::vector<Quota> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const TimePoint ends{std::chrono::milliseconds((*counts)[2 * i + 1])};
    out.push_back(quota(rules[i], (*counts)[2 * i], ends));
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

}  // namespace rapt::api
