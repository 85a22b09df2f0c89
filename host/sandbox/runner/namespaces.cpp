// SPDX-License-Identifier: AGPL-3.0-or-later
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "runner.hpp"

namespace rapt::runner {
namespace {

int write_file(const char* path, const char* text, int size) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = write(fd, text, static_cast<std::size_t>(size)) == size ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

pid_t fork_into(int namespaces, int* pidfd) {
  // clone rather than clone3: Docker's default profile answers clone3 with ENOSYS.
  const unsigned long flags = static_cast<unsigned long>(namespaces) | CLONE_PIDFD | SIGCHLD;
  const long pid = syscall(SYS_clone, flags, nullptr, pidfd, nullptr, nullptr);
  return pid < 0 ? -errno : static_cast<pid_t>(pid);
}

int map_identity(uid_t uid, gid_t gid) {
  char line[64];
  if (const int error = write_file("/proc/self/setgroups", "deny", 4)) return error;
  int size = std::snprintf(line, sizeof line, "%u %u 1", uid, uid);
  if (const int error = write_file("/proc/self/uid_map", line, size)) return error;
  size = std::snprintf(line, sizeof line, "%u %u 1", gid, gid);
  return write_file("/proc/self/gid_map", line, size);
}

int enter_empty_root() {
  constexpr unsigned long kHarmless = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  // /proc is a folder that exists everywhere; nothing of it is needed any more.
  if (mount("tmpfs", "/proc", "tmpfs", kHarmless, "size=4k,nr_inodes=2,mode=555") != 0) return errno;
  if (chdir("/proc") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return errno;
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return errno;
  return mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kHarmless, nullptr) != 0 ? errno : 0;
}

}  // namespace rapt::runner
