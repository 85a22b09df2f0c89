// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "policy.hpp"
#include "rapt/base/local_counts.hpp"
#include "rapt/store/redis_script.hpp"

namespace rapt::quota {

/// One count that a request goes into. Windows are fixed: minutes and hours as clocks show them, days as the place has
/// them.
struct Counter {
  std::string key;
  std::int64_t limit = 0;
  Window window = kMinute;
  TimePoint ends{};
  std::string place{};        ///< whose limit it is; empty: the system's
  std::string settings_id{};  ///< the same; empty for those of each person

  [[nodiscard]] bool of_person() const { return settings_id.empty(); }
};

/// All counts that hold for a request of this person.
std::vector<Counter> counters_of(const Policy& policy, const UserId& user, TimePoint now);

/// Counts a request in all counters or in none: in Redis, where all hosts count together, by one script; in this
/// process while Redis is away. Thread-safe.
class RequestCounts {
 public:
  explicit RequestCounts(store::Redis& redis);

  struct Counted {
    std::optional<std::size_t> refused;  ///< the first that is full; then nothing was counted
    std::vector<long long> used;         ///< of each, with this request
  };
  Task<Counted> count(const std::vector<Counter>& counters, TimePoint now);
  /// Takes a counted request back that has come to nothing.
  Task<void> uncount(const std::vector<Counter>& counters, TimePoint now);
  /// How much of each is used. Counts nothing.
  Task<std::vector<long long>> look(const std::vector<Counter>& counters, TimePoint now);

 private:
  [[nodiscard]] Counted count_here(const std::vector<Counter>& counters, TimePoint now);

  store::RedisScript script_;
  std::mutex mutex_;  ///< makes several counts one
  LocalCounts here_;
};

}  // namespace rapt::quota
