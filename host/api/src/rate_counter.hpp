// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "counts_ahead.hpp"
#include "rapt/api/quota.hpp"
#include "rapt/base/local_counts.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/store/redis_script.hpp"

namespace rapt::api {

/// Something that may happen so often in a window, which begins with its first time.
struct RateRule {
  std::string name;   ///< what is counted: "api", "login"
  std::string about;  ///< whose; kept as a digest
  int limit = 0;
  std::chrono::seconds window{60};
  bool count = true;  ///< false: only look whether the limit has been reached
  /// How many may be counted at once, of which this host uses the others later without asking Redis: at most a
  /// sixteenth of what is left, so the limit is never passed, and whoever goes to several hosts reaches it at most that
  /// much too early. For what is asked by itself and often; 1: each is counted when it comes.
  int at_once = 1;
};

/// Counts in Redis, where all hosts count together: one atomic script, one round trip, and none where some are left of
/// an earlier one. While Redis is away or slow the
/// same limits are counted in this process, and Redis is asked again every few seconds, by one request at a time.
/// Thread-safe.
class RateCounter {
 public:
  /// `redis` should be one of little patience, for every request waits for it. `space` goes before every key.
  RateCounter(store::Redis& redis, const Clock& clock, std::string space);

  /// One answer a rule, in their order. Always answers.
  Task<std::vector<Quota>> ask(std::vector<RateRule> rules);

 private:
  [[nodiscard]] std::string key_of(const RateRule& rule) const;
  [[nodiscard]] std::optional<Quota> ask_ahead(const std::vector<RateRule>& rules, TimePoint now);
  [[nodiscard]] std::vector<Quota> ask_here(const std::vector<RateRule>& rules, TimePoint now);

  store::RedisScript script_;
  const Clock& clock_;
  const std::string space_;
  CountsAhead ahead_;
  LocalCounts here_;
};

}  // namespace rapt::api
