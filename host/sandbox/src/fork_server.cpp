// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/fork_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cgroup.hpp"
#include "memory_file.hpp"
#include "rapt/sandbox/spawn_protocol.hpp"
#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {
namespace {

constexpr int kHelloTimeoutMs = 10000;
constexpr int kEndTimeoutMs = 5000;

Error gone() {
  return Error::unavailable("sandbox", "The process that starts modules has ended.");
}

/// posix_spawn's settings: the socket as descriptor 3, a session of its own (a Ctrl-C in the terminal is the host's
/// business), default signals. The runner closes every other descriptor itself before it does anything else.
class SpawnSettings {
 public:
  explicit SpawnSettings(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, socket, spawn::kSocketFd);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  int run(const std::string& program, int& pid) {
    std::string flag = "--fork-server";
    std::string path = program;
    std::array<char*, 3> arguments{path.data(), flag.data(), nullptr};
    std::array<char*, 1> no_environment{nullptr};
    return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments.data(), no_environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

bool wait_readable(int fd, int timeout_ms) {
  pollfd entry{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&entry, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/// Receives one event and the descriptor that may come along.
ssize_t receive_event(int socket, spawn::EventMessage& event, UniqueFd& descriptor) {
  iovec part{&event, sizeof event};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return size;
  for (cmsghdr* part_header = CMSG_FIRSTHDR(&message); part_header != nullptr;
       part_header = CMSG_NXTHDR(&message, part_header)) {
    if (part_header->cmsg_level != SOL_SOCKET || part_header->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(part_header), sizeof fd);
    descriptor = UniqueFd(fd);
  }
  return size;
}

template <std::size_t N>
bool copy_name(char (&to)[N], const std::string& from) {
  if (from.size() >= N) return false;
  std::memcpy(to, from.c_str(), from.size() + 1);
  return true;
}

/// Sends one order with its descriptors. 0 or errno.
int send_order(int socket, const spawn::SpawnMessage& order, const std::vector<int>& fds) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(spawn::kMaxDescriptors * sizeof(int))> control{};
  iovec part{const_cast<spawn::SpawnMessage*>(&order), sizeof order};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
  std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof order) ? 0 : errno;
}

/// What a runner itself takes of its cgroup: pages of its own program that it has written, page tables, and its side of
/// the shared areas.
constexpr std::uint64_t kOwnShare = (std::uint64_t{8} << 20) + wire::kRequestBytes + wire::kReplyBytes;

}  // namespace

struct ForkServer::Member {
  std::uint32_t id = 0;
  std::uint64_t memory_bytes = 0;
  Cgroup cgroup;
};

ForkServer::ForkServer(UniqueFd socket, int pid) : socket_(std::move(socket)), pid_(pid) {}

Result<ForkServer> ForkServer::start(const std::string& runner_path, const std::filesystem::path& cgroup) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("making a socket", errno);
  UniqueFd ours(ends[0]), theirs(ends[1]);
  if (theirs.get() == spawn::kSocketFd) {  // dup2 onto itself would keep close-on-exec
    theirs = UniqueFd(fcntl(ends[1], F_DUPFD_CLOEXEC, spawn::kSocketFd + 1));
    if (!theirs) return system_error("duplicating a socket", errno);
  }
  int pid = -1;
  if (const int error = SpawnSettings(theirs.get()).run(runner_path, pid); error != 0) {
    return Error::unavailable("sandbox", "The program " + runner_path + " cannot be started (" + std::strerror(error) +
                                             "); set RAPT_RUNNER to where rapt-runner is.");
  }
  theirs.reset();
  ForkServer server(std::move(ours), pid);
  RAPT_TRY(server.receive_hello());
  server.find_cgroups(cgroup);
  return server;
}

Result<void> ForkServer::receive_hello() {
  if (!wait_readable(socket_.get(), kHelloTimeoutMs)) {
    return Error::unavailable("sandbox", "The program rapt-runner did not answer within 10 seconds.");
  }
  spawn::EventMessage hello{};
  UniqueFd none;
  if (receive_event(socket_.get(), hello, none) != sizeof hello || hello.kind != spawn::EventKind::kHello) {
    return Error::unavailable("sandbox",
                              "The program rapt-runner ended at once; it must be of the same build as the host.");
  }
  for (std::uint32_t i = 0; i < hello.layer_count && i < spawn::kMaxLayers; ++i) {
    layers_.push_back({hello.layers[i].name, hello.layers[i].on != 0, hello.layers[i].detail});
  }
  return {};
}

void ForkServer::find_cgroups(const std::filesystem::path& delegated) {
  cgroups_ = std::make_unique<Cgroups>(Cgroups::find(delegated));
  if (cgroups_->on()) {
    // Nobody else sends yet, so the next event is the trial's.
    auto trial = cgroups_->make(kOwnShare);
    const int error = trial ? try_to_join(trial->joining()) : ENOENT;
    if (error != 0) cgroups_->turn_off(std::string("a runner may not join a cgroup: ") + std::strerror(error));
    if (trial) cgroups_->remove(*trial);
  }
  layers_.push_back(cgroups_->layer());
}

int ForkServer::try_to_join(int joining) {
  spawn::SpawnMessage order{};
  order.is_trial = 1;
  if (const int error = send_order(socket_.get(), order, {joining})) return error;
  spawn::EventMessage event{};
  UniqueFd none;
  if (!wait_readable(socket_.get(), kHelloTimeoutMs)) return ETIMEDOUT;
  if (receive_event(socket_.get(), event, none) != sizeof event || event.kind != spawn::EventKind::kTried)
    return EPROTO;
  return event.error;
}

Result<void> ForkServer::spawn(const SpawnRequest& request) {
  spawn::SpawnMessage message{};
  message.id = request.id;
  message.needs_hooks = request.needs_hooks ? 1 : 0;
  message.needs_calls = request.needs_calls;
  message.services = request.services;
  message.memory_bytes = request.memory_bytes;
  if (!copy_name(message.name, request.name) || !copy_name(message.version, request.version)) {
    return Error::invalid("version", "The name or version of the module is too long to be started.");
  }
  std::vector<int> fds{request.library, request.request_area, request.reply_area, request.wake_runner,
                       request.wake_host};
  if (cgroups_->on()) {
    auto made = cgroups_->make(request.memory_bytes + kOwnShare);
    if (!made) return made.error();
    message.in_cgroup = 1;
    fds.push_back(made->joining());
    members_.push_back({request.id, request.memory_bytes, std::move(*made)});
  }
  const int error = send_order(socket_.get(), message, fds);
  if (message.in_cgroup != 0) members_.back().cgroup.close_joining();
  if (error == 0) return {};
  leave_cgroup(request.id);
  if (error == EPIPE || error == ECONNRESET || error == EBADF) return gone();
  return system_error("asking for a process", error);
}

/// Removes the cgroup of a runner that is gone. Its limit, when that is what the runner was ended for; else 0.
std::uint64_t ForkServer::leave_cgroup(std::uint32_t id) {
  const auto member = std::find_if(members_.begin(), members_.end(), [id](const Member& one) { return one.id == id; });
  if (member == members_.end()) return 0;
  const std::uint64_t limit = member->cgroup.ran_out() ? member->memory_bytes : 0;
  cgroups_->remove(member->cgroup);
  members_.erase(member);
  return limit;
}

Result<std::optional<ForkServer::Event>> ForkServer::receive() {
  spawn::EventMessage event{};
  UniqueFd pidfd;
  const ssize_t size = receive_event(socket_.get(), event, pidfd);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::optional<Event>{};
  if (size != sizeof event) return gone();
  if (event.kind == spawn::EventKind::kSpawned) {
    if (event.error != 0) leave_cgroup(event.id);
    return std::optional<Event>(Spawned{event.id, event.pid, std::move(pidfd), event.error});
  }
  return std::optional<Event>(Exited{event.id, event.exit_code, event.exit_status, leave_cgroup(event.id)});
}

ForkServer::ForkServer(ForkServer&& other) noexcept
    : socket_(std::move(other.socket_)),
      pid_(std::exchange(other.pid_, -1)),
      layers_(std::move(other.layers_)),
      cgroups_(std::move(other.cgroups_)),
      members_(std::move(other.members_)) {}

ForkServer& ForkServer::operator=(ForkServer&& other) noexcept {
  if (this == &other) return *this;
  end();
  socket_ = std::move(other.socket_);
  pid_ = std::exchange(other.pid_, -1);
  layers_ = std::move(other.layers_);
  cgroups_ = std::move(other.cgroups_);
  members_ = std::move(other.members_);
  return *this;
}

ForkServer::~ForkServer() {
  end();
}

void ForkServer::end() {
  if (pid_ <= 0) return;
  // It ends its runners and itself when nobody is at the other end; one that hangs is ended the hard way.
  shutdown(socket_.get(), SHUT_WR);
  spawn::EventMessage event{};
  UniqueFd none;
  while (wait_readable(socket_.get(), kEndTimeoutMs)) {
    if (receive_event(socket_.get(), event, none) <= 0) break;
  }
  socket_.reset();
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (process && !wait_readable(process.get(), kEndTimeoutMs)) kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  while (!members_.empty()) leave_cgroup(members_.back().id);
  if (cgroups_) cgroups_->finish();
}

}  // namespace rapt::sandbox
