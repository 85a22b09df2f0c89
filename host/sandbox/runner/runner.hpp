// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "rapt/sandbox/spawn_protocol.hpp"
#include "rapt/sandbox/wire.hpp"

/// The parts of rapt-runner. Everything runs on one thread; failures are errno values, 0 is success.
namespace rapt::runner {

using sandbox::spawn::LayerEntry;

/// Descriptors of a runner, at fixed numbers so that one filter fits all.
inline constexpr int kWakeRunnerFd = 3;
inline constexpr int kWakeHostFd = 4;
inline constexpr int kLibraryFd = 5;
inline constexpr int kRequestFd = 6;  ///< closed once mapped
inline constexpr int kReplyFd = 7;    ///< closed once mapped
inline constexpr int kFirstUnusedFd = 8;

/// What the dynamic loader is asked to open; trap.cpp answers it with kLibraryFd.
inline constexpr const char* kLibraryPath = "/rapt-module.so";

/// The two system call filters as BPF, made once by the fork server.
struct Filters {
  std::vector<sock_filter> load;   ///< in force while the library is loaded and initialized
  std::vector<sock_filter> serve;  ///< added afterwards: nothing opened, nothing mapped executable
};
int build_filters(Filters& filters);
int apply_filter(const std::vector<sock_filter>& filter);

/// What this machine lets us do, found once at start.
struct Abilities {
  Filters filters;
  int namespaces = 0;  ///< CLONE_NEW… flags that work together; 0 when user namespaces are denied
  bool empty_root = false;
  int landlock_abi = 0;         ///< 0 when there is none
  std::uint64_t own_bytes = 0;  ///< address space of the runner before it loads anything
  uid_t uid = 0;                ///< the fork server's; a child in a user namespace cannot ask before it is mapped
  gid_t gid = 0;
  int server_pidfd = -1;  ///< readable once the fork server is gone
  std::vector<LayerEntry> layers;
};
Abilities find_abilities();
/// Runs `attempt` in a child with these namespaces. 0, or the errno of the fork or of the attempt.
int try_in_child(int namespaces, const std::function<int()>& attempt);

/// fork() with namespaces: like clone(2). Returns 0 in the child; in the parent the pid, or -errno.
pid_t fork_into(int namespaces, int* pidfd);

/// Enters every layer but the filters. The name of the one that failed (errno says why), or nullptr.
const char* enter_sandbox(const Abilities& abilities, const sandbox::spawn::SpawnMessage& order);
int map_identity(uid_t uid, gid_t gid);  ///< in a new user namespace: this user stays this user
int enter_empty_root();                  ///< in a new mount namespace: an empty, read-only, unmountable root
int drop_capabilities();
int limit_resources(std::uint64_t address_space);
int join_cgroup(int procs);  ///< by the descriptor of a cgroup.procs that the host has opened
int landlock_version();
int restrict_with_landlock(int abi);
int forbid_new_privileges();

/// Makes the handler for forbidden system calls; `reply` receives the last words.
int install_trap(sandbox::wire::ReplyHeader* reply);
/// While true, opening kLibraryPath yields kLibraryFd.
void let_loader_open(bool allowed);

int run_fork_server();
/// The whole life of a runner. `fds` as received; never returns.
[[noreturn]] void run_child(const Abilities& abilities, const sandbox::spawn::SpawnMessage& order, const int* fds);

}  // namespace rapt::runner
