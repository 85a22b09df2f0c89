// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// Counts downloads in memory and adds them to the database once in a while, so that no request waits for a row that
/// another one has locked. What a process has counted and not yet written is lost when it is killed. Thread-safe.
class DownloadCounts {
 public:
  void add_module(const std::string& module, const std::string& version);
  void add_tool(const std::string& id);
  /// Writes what was counted. When that fails it is kept for the next time.
  Task<Result<void>> flush(store::Database& database);

 private:
  using Modules = std::map<std::pair<std::string, std::string>, std::int64_t>;
  using Tools = std::map<std::string, std::int64_t>;
  void put_back(const Modules& modules, const Tools& tools);

  std::mutex mutex_;
  Modules modules_;
  Tools tools_;
};

}  // namespace rapt::marketplace
