// SPDX-License-Identifier: AGPL-3.0-or-later
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "runner.hpp"

namespace rapt::runner {
namespace {

namespace spawn = sandbox::spawn;

struct Child {
  pid_t pid;
  std::uint32_t id;
};

/// Runs as long as the host holds the other end of the socket.
class Server {
 public:
  explicit Server(Abilities abilities) : abilities_(std::move(abilities)) {}
  int run();

 private:
  bool say_hello();
  bool handle_order();
  void fork_runner(const spawn::SpawnMessage& order, const int* fds);
  void try_cgroup(int joining);
  void reap();
  void end_children();
  bool send(spawn::EventMessage& event, int fd = -1);

  Abilities abilities_;
  std::vector<Child> children_;
  int signals_ = -1;
};

bool Server::send(spawn::EventMessage& event, int fd) {
  iovec part{&event, sizeof event};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(spawn::kSocketFd, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof event);
}

bool Server::say_hello() {
  spawn::EventMessage hello{};
  hello.kind = spawn::EventKind::kHello;
  for (const LayerEntry& layer : abilities_.layers) {
    if (hello.layer_count < spawn::kMaxLayers) hello.layers[hello.layer_count++] = layer;
  }
  return send(hello);
}

void Server::fork_runner(const spawn::SpawnMessage& order, const int* fds) {
  int pidfd = -1;
  const pid_t pid = fork_into(abilities_.namespaces, &pidfd);
  if (pid == 0) {
    // Before anything is done on the module's account.
    if (order.in_cgroup != 0 && join_cgroup(fds[spawn::kDescriptorCount]) != 0) _exit(spawn::kExitCgroup);
    run_child(abilities_, order, fds);
  }
  spawn::EventMessage event{};
  event.kind = spawn::EventKind::kSpawned;
  event.id = order.id;
  if (pid > 0) {
    event.pid = pid;
    children_.push_back({pid, order.id});
  } else {
    event.error = -pid;
  }
  send(event, pidfd);
  if (pidfd >= 0) close(pidfd);
}

/// A descriptor that the host could open need not let us in: users and user namespaces have a say in it.
void Server::try_cgroup(int joining) {
  spawn::EventMessage event{};
  event.kind = spawn::EventKind::kTried;
  event.error = try_in_child(abilities_.namespaces, [joining] { return join_cgroup(joining); });
  send(event);
}

/// False when the host is gone.
bool Server::handle_order() {
  spawn::SpawnMessage order{};
  int fds[spawn::kMaxDescriptors];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
  iovec part{&order, sizeof order};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(spawn::kSocketFd, &message, MSG_CMSG_CLOEXEC);
  if (size < 0 && errno == EINTR) return true;
  const cmsghdr* rights = size == sizeof order ? CMSG_FIRSTHDR(&message) : nullptr;
  const unsigned count = order.is_trial != 0    ? 1
                         : order.in_cgroup != 0 ? spawn::kMaxDescriptors
                                                : unsigned{spawn::kDescriptorCount};
  if (rights == nullptr || rights->cmsg_len != CMSG_LEN(count * sizeof(int))) return false;
  std::memcpy(fds, CMSG_DATA(rights), count * sizeof(int));
  if (order.is_trial != 0) {
    try_cgroup(fds[0]);
  } else {
    fork_runner(order, fds);
  }
  for (unsigned i = 0; i < count; ++i) close(fds[i]);
  return true;
}

void Server::reap() {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (children_[i].pid != info.si_pid) continue;
      spawn::EventMessage event{};
      event.kind = spawn::EventKind::kExited;
      event.id = children_[i].id;
      event.pid = info.si_pid;
      event.exit_code = info.si_code;
      event.exit_status = info.si_status;
      send(event);
      children_[i] = children_.back();
      children_.pop_back();
      break;
    }
  }
}

void Server::end_children() {
  for (const Child& child : children_) kill(child.pid, SIGKILL);
  while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
}

int Server::run() {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ours, nullptr);
  signals_ = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0 || !say_hello()) return 1;
  for (;;) {
    pollfd waiting[2] = {{spawn::kSocketFd, POLLIN, 0}, {signals_, POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) break;
    if (waiting[1].revents != 0) {
      signalfd_siginfo ignored;
      while (read(signals_, &ignored, sizeof ignored) > 0) {
      }
      reap();
    }
    if (waiting[0].revents != 0 && !handle_order()) break;
  }
  end_children();
  return 0;
}

/// Root's power is of no use here: from now on this is an ordinary user. 0 also when it already was one.
int become_ordinary_user() {
  constexpr uid_t kNobody = 65534;
  if (geteuid() != 0) return 0;
  if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0) return errno;
  return setresuid(kNobody, kNobody, kNobody) != 0 ? errno : 0;
}

/// What modules may link (MODULES.md names the same list) is loaded once here and shared by every runner. The last
/// three are empty shells since glibc 2.34; a library built on an older system still names them.
bool preload_short_list() {
  for (const char* name : {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"}) {
    if (dlopen(name, RTLD_NOW | RTLD_GLOBAL) == nullptr) return false;
  }
  for (const char* name : {"libpthread.so.0", "libdl.so.2", "librt.so.1"}) dlopen(name, RTLD_NOW | RTLD_GLOBAL);
  return true;
}

}  // namespace

int run_fork_server() {
  close_range(sandbox::spawn::kSocketFd + 1, ~0u, 0);
  if (fcntl(sandbox::spawn::kSocketFd, F_SETFD, FD_CLOEXEC) != 0) return 2;
  if (!preload_short_list()) {
    std::fprintf(stderr, "rapt-runner: %s\n", dlerror());
    return 1;
  }
  const int user = become_ordinary_user();
  // Changing the user made /proc/self root's; the children must write their own id maps there.
  prctl(PR_SET_DUMPABLE, 1);
  Abilities abilities = find_abilities();
  LayerEntry layer{"unprivileged-user", geteuid() != 0 ? 1u : 0u, ""};
  std::snprintf(layer.detail, sizeof layer.detail, "%s", user == 0 ? "" : std::strerror(user));
  abilities.layers.push_back(layer);
  abilities.server_pidfd = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  if (abilities.server_pidfd < 0) return 1;
  return Server(std::move(abilities)).run();
}

}  // namespace rapt::runner
