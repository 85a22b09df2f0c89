// SPDX-License-Identifier: AGPL-3.0-or-later
// Finds out what this machine lets a runner do: each layer is tried in a child of its own that ends at once.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "runner.hpp"

namespace rapt::runner {
namespace {

class Finder {
 public:
  Abilities find() {
    find_seccomp();
    layer("no-new-privileges", try_in_child(0, forbid_new_privileges), "");
    layer("capabilities", try_in_child(0, drop_capabilities), "all dropped");
    layer("rlimits", try_in_child(0, [] { return limit_resources(std::uint64_t{1} << 32); }),
          "address space, files, processes");
    find_landlock();
    find_namespaces();
    for (const char* name : {"closed-descriptors", "empty-environment", "death-signal"}) layer(name, 0, "");
    abilities_.own_bytes = own_address_space();
    return std::move(abilities_);
  }

 private:
  void layer(const char* name, int error, const char* detail, const char* failure = nullptr) {
    LayerEntry entry{};
    std::snprintf(entry.name, sizeof entry.name, "%s", name);
    entry.on = error == 0 ? 1 : 0;
    std::snprintf(entry.detail, sizeof entry.detail, "%s",
                  error == 0           ? detail
                  : failure != nullptr ? failure
                                       : std::strerror(error));
    abilities_.layers.push_back(entry);
  }

  void find_seccomp() {
    int error = build_filters(abilities_.filters);
    const Filters& filters = abilities_.filters;
    if (error == 0) {
      error = try_in_child(0, [&filters] {
        if (const int failed = forbid_new_privileges()) return failed;
        if (const int failed = apply_filter(filters.load)) return failed;
        return apply_filter(filters.serve);
      });
    }
    layer("seccomp", error, "allow-list, tightened after loading");
  }

  void find_landlock() {
    const int abi = landlock_version();
    const int error = abi == 0 ? ENOSYS : try_in_child(0, [abi] {
      if (const int failed = forbid_new_privileges()) return failed;
      return restrict_with_landlock(abi);
    });
    if (error == 0) abilities_.landlock_abi = abi;
    char detail[32];
    std::snprintf(detail, sizeof detail, "ABI %d", abi);
    layer("landlock", error, detail, abi == 0 ? "this kernel does not offer it" : nullptr);
  }

  void find_namespaces() {
    const auto map = [uid = abilities_.uid = geteuid(), gid = abilities_.gid = getegid()] {
      return map_identity(uid, gid);
    };
    const int denied = try_in_child(CLONE_NEWUSER, map);
    static constexpr char kWhy[] = "user namespaces are denied here, as in a container with the default profile";
    layer("user-namespace", denied, "", kWhy);
    if (denied == 0) abilities_.namespaces = CLONE_NEWUSER;
    const struct {
      const char* name;
      int flag;
    } kinds[] = {{"mount-namespace", CLONE_NEWNS},    {"pid-namespace", CLONE_NEWPID},
                 {"network-namespace", CLONE_NEWNET}, {"ipc-namespace", CLONE_NEWIPC},
                 {"uts-namespace", CLONE_NEWUTS},     {"cgroup-namespace", CLONE_NEWCGROUP}};
    for (const auto& kind : kinds) {
      const int error = denied != 0 ? denied : try_in_child(CLONE_NEWUSER | kind.flag, map);
      layer(kind.name, error, "", denied != 0 ? kWhy : nullptr);
      if (error == 0) abilities_.namespaces |= kind.flag;
    }
    int root = EPERM;
    if ((abilities_.namespaces & CLONE_NEWNS) != 0) {
      root = try_in_child(abilities_.namespaces, [map] {
        if (const int failed = map()) return failed;
        return enter_empty_root();
      });
    }
    abilities_.empty_root = root == 0;
    layer("empty-root", root, "");
  }

  static std::uint64_t own_address_space() {
    unsigned long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
      if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
      std::fclose(file);
    }
    constexpr std::uint64_t kWithoutProc = std::uint64_t{32} << 20;
    return pages == 0 ? kWithoutProc : std::uint64_t{pages} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }

  Abilities abilities_;
};

}  // namespace

int try_in_child(int namespaces, const std::function<int()>& attempt) {
  int pidfd = -1;
  const pid_t pid = fork_into(namespaces, &pidfd);
  if (pid < 0) return -pid;
  if (pid == 0) _exit(attempt());
  close(pidfd);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

Abilities find_abilities() {
  return Finder().find();
}

}  // namespace rapt::runner
