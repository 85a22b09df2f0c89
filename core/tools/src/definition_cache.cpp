// SPDX-License-Identifier: AGPL-3.0-or-later
#include "definition_cache.hpp"

namespace rapt::tools {

DefinitionPtr DefinitionCache::get(const ToolVersionId& version) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(version);
  if (found == places_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->second;
}

void DefinitionCache::put(const ToolVersionId& version, DefinitionPtr definition) {
  const std::lock_guard lock(mutex_);
  if (places_.count(version) != 0) return;
  order_.emplace_front(version, std::move(definition));
  places_[version] = order_.begin();
  if (order_.size() <= capacity_) return;
  places_.erase(order_.back().first);
  order_.pop_back();
}

}  // namespace rapt::tools
