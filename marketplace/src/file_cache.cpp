// SPDX-License-Identifier: AGPL-3.0-or-later
#include "file_cache.hpp"

namespace rapt::marketplace {

FileCache::File FileCache::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
  return found->second->file;
}

void FileCache::keep(const std::string& name, File file) {
  const std::lock_guard lock(mutex_);
  if (file->size() > most_bytes_ || by_name_.contains(name)) return;
  bytes_ += file->size();
  newest_first_.push_front({name, std::move(file)});
  by_name_.emplace(name, newest_first_.begin());
  while (bytes_ > most_bytes_) {
    bytes_ -= newest_first_.back().file->size();
    by_name_.erase(newest_first_.back().name);
    newest_first_.pop_back();
  }
}

}  // namespace rapt::marketplace
