// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "rapt/base/ids.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::tools {

/// Parsed definitions by version, the least recently used ones dropped. Versions never change, so nothing expires.
/// Thread-safe.
class DefinitionCache {
 public:
  explicit DefinitionCache(std::size_t capacity) : capacity_(capacity) {}
  /// nullptr when it is not here.
  DefinitionPtr get(const ToolVersionId& version);
  void put(const ToolVersionId& version, DefinitionPtr definition);

 private:
  using Order = std::list<std::pair<ToolVersionId, DefinitionPtr>>;
  const std::size_t capacity_;
  std::mutex mutex_;
  Order order_;  // most recently used first
  std::unordered_map<ToolVersionId, Order::iterator> places_;
};

}  // namespace rapt::tools
