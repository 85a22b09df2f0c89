// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <map>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::author {

/// Tells when a file in a folder has changed, in whatever folder below it; not in hidden folders, nor in `without`.
class Watcher {
 public:
  static Result<Watcher> open(const std::filesystem::path& folder, const std::filesystem::path& without);
  /// Until something has changed and nothing more has for a moment (an editor writes several files). False when
  /// `patience` was over first.
  bool wait(std::chrono::milliseconds patience);

 private:
  Watcher(UniqueFd inotify, std::filesystem::path without)
      : inotify_(std::move(inotify)), without_(std::move(without)) {}
  Result<void> add(const std::filesystem::path& folder);
  bool take();

  UniqueFd inotify_;
  std::filesystem::path without_;
  std::map<int, std::filesystem::path> folders_;  ///< by watch
};

}  // namespace rapt::author
