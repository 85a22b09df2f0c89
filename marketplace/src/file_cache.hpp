// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rapt::marketplace {

/// Files that never change (versions of the metadata), by name; those that were asked for longest ago go first.
/// Thread-safe.
class FileCache {
 public:
  explicit FileCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  using File = std::shared_ptr<const std::string>;
  File find(const std::string& name);  ///< null when it is not here
  void keep(const std::string& name, File file);

 private:
  struct Entry {
    std::string name;
    File file;
  };
  std::mutex mutex_;
  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> newest_first_;
  std::unordered_map<std::string, std::list<Entry>::iterator> by_name_;
};

}  // namespace rapt::marketplace
