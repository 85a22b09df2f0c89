// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/local_counts.hpp"

namespace rapt {

LocalCounts::Count LocalCounts::ask(const std::string& key, TimePoint now, std::chrono::seconds window, bool add) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  const bool stale =
      found != entries_.end() && (found->second.count.ends <= now || found->second.count.ends > now + window);
  if (stale) {
    by_begin_.erase(found->second.place);
    entries_.erase(found);
    found = entries_.end();
  }
  if (found != entries_.end()) {
    found->second.count.used += add ? 1 : 0;
    return found->second.count;
  }
  const Count fresh{add ? 1 : 0, now + window};
  if (!add) return fresh;
  if (entries_.size() >= most_) {
    entries_.erase(by_begin_.front());
    by_begin_.pop_front();
  }
  entries_.emplace(key, Entry{fresh, by_begin_.insert(by_begin_.end(), key)});
  return fresh;
}

std::size_t LocalCounts::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace rapt
