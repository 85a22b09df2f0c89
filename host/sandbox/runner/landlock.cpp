// SPDX-License-Identifier: AGPL-3.0-or-later
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runner.hpp"

namespace rapt::runner {
namespace {

// Debian 12's header stops at ABI 2. From include/uapi/linux/landlock.h of Linux 6.12.
constexpr std::uint64_t kFsUpToAbi1 = (1ULL << 13) - 1;
constexpr std::uint64_t kFsRefer = 1ULL << 13;     // ABI 2
constexpr std::uint64_t kFsTruncate = 1ULL << 14;  // ABI 3
constexpr std::uint64_t kFsIoctlDev = 1ULL << 15;  // ABI 5
constexpr std::uint64_t kNetBindTcp = 1ULL << 0;   // ABI 4
constexpr std::uint64_t kNetConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractUnix = 1ULL << 0;  // ABI 6
constexpr std::uint64_t kScopeSignal = 1ULL << 1;

struct RulesetAttributes {
  std::uint64_t handled_access_fs, handled_access_net, scoped;
};

}  // namespace

int landlock_version() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

int restrict_with_landlock(int abi) {
  RulesetAttributes rules{kFsUpToAbi1, 0, 0};
  std::size_t size = sizeof rules.handled_access_fs;
  if (abi >= 2) rules.handled_access_fs |= kFsRefer;
  if (abi >= 3) rules.handled_access_fs |= kFsTruncate;
  if (abi >= 5) rules.handled_access_fs |= kFsIoctlDev;
  if (abi >= 4) {
    rules.handled_access_net = kNetBindTcp | kNetConnectTcp;
    size = 2 * sizeof(std::uint64_t);
  }
  if (abi >= 6) {
    rules.scoped = kScopeAbstractUnix | kScopeSignal;
    size = sizeof rules;
  }
  // No rule is added: everything that is handled is denied.
  const long ruleset = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (ruleset < 0) return errno;
  const int error = syscall(SYS_landlock_restrict_self, ruleset, 0) != 0 ? errno : 0;
  close(static_cast<int>(ruleset));
  return error;
}

}  // namespace rapt::runner
