// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "rapt/base/clock.hpp"

namespace rapt::api {

/// Counts that all hosts' common counter has given this one in advance, so that not every request has to ask it. What
/// is not used by the end of its window is lost. Of bounded size: the keys that came first go first. Thread-safe.
class CountsAhead {
 public:
  explicit CountsAhead(std::size_t most) : most_(most) {}

  struct Count {
    long long used = 0;  ///< as far as this host knows, without what it has in advance
    TimePoint ends{};
  };
  /// Uses one of those of `key`, if there are any.
  std::optional<Count> use(const std::string& key, TimePoint now, std::chrono::seconds window);
  /// The counter stands at `counted` since `given` were added for `key`, of which the caller uses one.
  Count keep(const std::string& key, long long counted, long long given, TimePoint ends);

 private:
  struct Entry {
    long long counted = 0;  ///< the most that the counter is known to stand at
    long long left = 0;
    TimePoint ends{};
    std::list<std::string>::iterator place{};
  };
  std::mutex mutex_;
  const std::size_t most_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> by_coming_;  ///< the oldest first
};

}  // namespace rapt::api
