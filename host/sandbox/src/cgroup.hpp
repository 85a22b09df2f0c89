// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"
#include "rapt/sandbox/layers.hpp"

/// Memory by cgroup: one folder for each runner below a folder that this host was given. The host makes, limits and
/// removes them with its own rights; fork server and runners have none, they get one open descriptor to join by.
namespace rapt::sandbox {

/// The two generations of the kernel's interface.
enum class CgroupVersion { kV1 = 1, kV2 = 2 };

/// The cgroup of one runner. Its folder goes when this object does, or as soon after that as the kernel lets it.
class Cgroup {
 public:
  Cgroup(std::filesystem::path folder, CgroupVersion version, UniqueFd joining)
      : folder_(std::move(folder)), version_(version), joining_(std::move(joining)) {}

  /// Whoever writes "0" here becomes a member; -1 after close_joining().
  [[nodiscard]] int joining() const { return joining_.get(); }
  void close_joining() { joining_.reset(); }
  /// Whether the kernel has ended a member because there was no memory left within the limit.
  [[nodiscard]] bool ran_out() const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  CgroupVersion version_;
  UniqueFd joining_;
};

/// What this host may do with cgroups. Not thread-safe.
class Cgroups {
 public:
  /// `delegated` is a folder that this user may write to; empty: the cgroup that this process stands in, when it is a
  /// v2 one, delegated and of this process alone. Leftovers of hosts that are gone are removed.
  static Cgroups find(const std::filesystem::path& delegated);

  [[nodiscard]] bool on() const { return version_.has_value(); }
  [[nodiscard]] Layer layer() const;
  /// What a trial showed: from now on it is off.
  void turn_off(std::string why);
  /// Makes one in which at most `bytes` of memory can be used, none of it swapped out, by one process.
  Result<Cgroup> make(std::uint64_t bytes);
  /// Removes the folder; one that is still busy is tried again at the next call.
  void remove(const Cgroup& cgroup);
  /// Waits (at most 2 s) until what remove() could not remove is gone.
  void finish();

 private:
  Result<void> limit(const std::filesystem::path& folder, std::uint64_t bytes) const;
  void remove_leftovers() const;
  void sweep();

  std::filesystem::path parent_;
  std::optional<CgroupVersion> version_;
  std::string why_off_;
  std::vector<std::filesystem::path> busy_;
};

/// Where the v2 cgroup of a process is seen, by the texts of its /proc/PID/cgroup and /proc/PID/mountinfo.
std::optional<std::filesystem::path> own_cgroup(const std::string& cgroup_text, const std::string& mountinfo_text);
/// The number behind `key` in a file of lines "key number", as memory.events has them; 0 without it.
std::uint64_t counter(const std::string& text, const std::string& key);
/// The process that a leftover folder's name tells; nullopt for a folder that is none of ours.
std::optional<int> owner_of(const std::string& folder_name);

}  // namespace rapt::sandbox
