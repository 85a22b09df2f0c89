// SPDX-License-Identifier: AGPL-3.0-or-later
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runner.hpp"

namespace rapt::runner {

int drop_capabilities() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    // An ordinary user outside of a user namespace may not shrink the bounding set; no_new_privs makes it moot.
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) return errno;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) != 0 ? errno : 0;
}

int limit_resources(std::uint64_t address_space) {
  constexpr rlim_t kStack = rlim_t{8} << 20;
  const struct {
    __rlimit_resource_t what;
    rlim_t value;
  } limits[] = {
      {RLIMIT_AS, address_space}, {RLIMIT_STACK, kStack}, {RLIMIT_CORE, 0},
      {RLIMIT_FSIZE, 0},          {RLIMIT_NPROC, 0},      {RLIMIT_MEMLOCK, 0},
      {RLIMIT_MSGQUEUE, 0},       {RLIMIT_RTPRIO, 0},     {RLIMIT_NOFILE, kFirstUnusedFd},
  };
  for (const auto& limit : limits) {
    const rlimit both{limit.value, limit.value};
    if (setrlimit(limit.what, &both) != 0) return errno;
  }
  return 0;
}

int join_cgroup(int procs) {
  return write(procs, "0", 1) == 1 ? 0 : errno;
}

int forbid_new_privileges() {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? errno : 0;
}

}  // namespace rapt::runner
