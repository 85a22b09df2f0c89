// SPDX-License-Identifier: AGPL-3.0-or-later
#include "counted_work.hpp"

#include <algorithm>

namespace rapt::host {

bool CountedWork::count(const std::string& work) {
  if (work.empty()) return true;
  const std::lock_guard lock(mutex_);
  if (std::find(counted_.begin(), counted_.end(), work) != counted_.end()) return false;
  counted_.push_back(work);
  if (counted_.size() > kKept) counted_.pop_front();
  return true;
}

void CountedWork::forget(const std::string& work) {
  if (work.empty()) return;
  const std::lock_guard lock(mutex_);
  std::erase(counted_, work);
}

}  // namespace rapt::host
