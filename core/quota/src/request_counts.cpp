// SPDX-License-Identifier: AGPL-3.0-or-later
#include "request_counts.hpp"

#include <algorithm>
#include <chrono>

#include "rapt/store/redis.hpp"

namespace rapt::quota {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostHere = 20000;  // some megabytes
constexpr std::array kLetters{"m", "h", "d"};

/// ARGV: what to add (1, -1, or 0 to look), then limit and remaining milliseconds of each key. Answers the first full
/// counter (0: none), and how much of each is used.
constexpr const char* kScript = R"(
local add, refused, out = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local used = tonumber(redis.call('GET', key) or '0')
  out[i + 1] = used
  if add > 0 and refused == 0 and used >= tonumber(ARGV[2 * i]) then refused = i end
end
if refused == 0 and add ~= 0 then
  for i, key in ipairs(KEYS) do
    if add > 0 or out[i + 1] > 0 then
      out[i + 1] = redis.call('INCRBY', key, ARGV[1])
      redis.call('PEXPIRE', key, ARGV[2 * i + 1])
    end
  end
end
out[1] = refused
return out)";

milliseconds left(TimePoint ends, TimePoint now) {
  return std::max(std::chrono::ceil<milliseconds>(ends - now), milliseconds(1));
}

TimePoint end_of(Window window, const Level& level, TimePoint now) {
  if (window == kDay) return level.day_ends;
  if (window == kHour) return std::chrono::floor<std::chrono::hours>(now) + std::chrono::hours(1);
  return std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1);
}

/// A window is known by its end, so that the next one begins from zero.
std::string key_of(std::string_view of, const std::string& id, Window window, TimePoint ends) {
  return "quota:" + std::string(of) + ":" + id + ":" + kLetters[window] + ":" +
         std::to_string(std::chrono::floor<std::chrono::seconds>(ends).time_since_epoch().count());
}

/// The level whose limit of each person is the strictest.
const Level* strictest(const Policy& policy, Window window) {
  const Level* found = nullptr;
  for (const auto& level : policy.levels) {
    const auto& limit = level.per_user[window];
    if (limit && (found == nullptr || *limit < *found->per_user[window])) found = &level;
  }
  return found;
}

std::vector<std::string> operands_of(const std::vector<Counter>& counters, TimePoint now, const char* add) {
  std::vector<std::string> operands{std::to_string(counters.size())};
  for (const auto& counter : counters) operands.push_back(counter.key);
  operands.emplace_back(add);
  for (const auto& counter : counters) {
    operands.push_back(std::to_string(counter.limit));
    operands.push_back(std::to_string(left(counter.ends, now).count()));
  }
  return operands;
}

std::chrono::seconds window_left(const Counter& counter, TimePoint now) {
  return std::chrono::ceil<std::chrono::seconds>(left(counter.ends, now));
}

}  // namespace

std::vector<Counter> counters_of(const Policy& policy, const UserId& user, TimePoint now) {
  std::vector<Counter> counters;
  for (const auto window : {kMinute, kHour, kDay}) {
    if (const auto* level = strictest(policy, window); level != nullptr && !user.empty()) {
      const auto ends = end_of(window, policy.nearest(), now);
      counters.push_back(
          {key_of("user", user.str(), window, ends), *level->per_user[window], window, ends, level->place});
    }
    for (const auto& level : policy.levels) {
      if (!level.together[window]) continue;
      const auto ends = end_of(window, level, now);
      counters.push_back({key_of("all", level.settings_id, window, ends), *level.together[window], window, ends,
                          level.place, level.settings_id});
    }
  }
  return counters;
}

RequestCounts::RequestCounts(store::Redis& redis) : script_(redis, kScript, "quota"), here_(kMostHere) {}

Task<RequestCounts::Counted> RequestCounts::count(const std::vector<Counter>& counters, TimePoint now) {
  if (counters.empty()) co_return Counted{};
  auto numbers = co_await script_.numbers(operands_of(counters, now, "1"), counters.size() + 1);
  if (!numbers) co_return count_here(counters, now);
  Counted counted;
  if (numbers->front() > 0) counted.refused = static_cast<std::size_t>(numbers->front() - 1);
  counted.used.assign(numbers->begin() + 1, numbers->end());
  co_return counted;
}

RequestCounts::Counted RequestCounts::count_here(const std::vector<Counter>& counters, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Counted counted;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const auto used = here_.ask(counters[i].key, now, window_left(counters[i], now), false).used;
    counted.used.push_back(used);
    if (!counted.refused && used >= counters[i].limit) counted.refused = i;
  }
  if (counted.refused) return counted;
  for (std::size_t i = 0; i < counters.size(); ++i)
    counted.used[i] = here_.ask(counters[i].key, now, window_left(counters[i], now), true).used;
  return counted;
}

/// What was counted here while Redis was away stays counted: on the safe side, and for one window at most.
Task<void> RequestCounts::uncount(const std::vector<Counter>& counters, TimePoint now) {
  if (!counters.empty()) co_await script_.numbers(operands_of(counters, now, "-1"), counters.size() + 1);
}

Task<std::vector<long long>> RequestCounts::look(const std::vector<Counter>& counters, TimePoint now) {
  if (counters.empty()) co_return std::vector<long long>{};
  auto numbers = co_await script_.numbers(operands_of(counters, now, "0"), counters.size() + 1);
  if (!numbers) co_return std::vector<long long>(counters.size(), 0);
  co_return std::vector<long long>(numbers->begin() + 1, numbers->end());
}

}  // namespace rapt::quota
