// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "rapt/base/clock.hpp"

namespace rapt {

/// Counts in this process, for as long as Redis is away. Of bounded size: the windows that began first go first.
/// Thread-safe.
class LocalCounts {
 public:
  explicit LocalCounts(std::size_t most) : most_(most) {}

  struct Count {
    long long used = 0;
    TimePoint ends{};
  };
  /// The count of `key` in its present window, one more than before if `add`.
  Count ask(const std::string& key, TimePoint now, std::chrono::seconds window, bool add);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    Count count;
    std::list<std::string>::iterator place;
  };
  mutable std::mutex mutex_;
  const std::size_t most_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> by_begin_;  ///< the oldest window first
};

}  // namespace rapt
