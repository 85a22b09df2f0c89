// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "rapt/base/file.hpp"

namespace rapt::agent {

/// The cgroup (v2) that systemd has delegated to this process, divided: the modules of a server are limited below the
/// server's own part, and a cgroup that gives limits on may have no members itself, so this process moves aside.
class DelegatedCgroup {
 public:
  /// Divides this process's own; nullopt when none is delegated, as everywhere but below a unit with Delegate=.
  static std::optional<DelegatedCgroup> divide();
  /// The same for a folder, as /proc/self/cgroup names it below where cgroups are mounted. For tests, too.
  static std::optional<DelegatedCgroup> divide(const std::filesystem::path& own);
  /// "/sys/fs/cgroup/…" from what /proc/self/cgroup says; nullopt without v2.
  static std::optional<std::filesystem::path> own(const std::string& cgroup_text);
  /// cgroup.procs of a server's part, to be written to by its process; empty when it cannot be had.
  [[nodiscard]] UniqueFd part(int place) const;

 private:
  explicit DelegatedCgroup(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace rapt::agent
