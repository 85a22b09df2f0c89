// SPDX-License-Identifier: AGPL-3.0-or-later
#include "counts_ahead.hpp"

#include <algorithm>

namespace rapt::api {

std::optional<CountsAhead::Count> CountsAhead::use(const std::string& key, TimePoint now, std::chrono::seconds window) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  auto& entry = found->second;
  // A window that ends too late was made by a clock that has been set back since.
  if (entry.left == 0 || entry.ends <= now || entry.ends > now + window) return std::nullopt;
  --entry.left;
  return Count{entry.counted - entry.left, entry.ends};
}

CountsAhead::Count CountsAhead::keep(const std::string& key, long long counted, long long given, TimePoint ends) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= most_) {
      entries_.erase(by_coming_.front());
      by_coming_.pop_front();
    }
    found = entries_.emplace(key, Entry{.place = by_coming_.insert(by_coming_.end(), key)}).first;
  }
  auto& entry = found->second;
  // Of two windows the one that was heard of last is the present one.
  if (entry.ends != ends) entry = {.ends = ends, .place = entry.place};
  entry.counted = std::max(entry.counted, counted);
  entry.left += given - 1;
  return {entry.counted - entry.left, ends};
}

}  // namespace rapt::api
