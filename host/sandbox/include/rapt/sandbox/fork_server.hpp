// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"
#include "rapt/sandbox/layers.hpp"

namespace rapt::sandbox {

/// What one runner is made of. The descriptors are borrowed until spawn() returns.
struct SpawnRequest {
  std::uint32_t id = 0;
  std::string name, version;       ///< as in the manifest; the library must say the same
  bool needs_hooks = false;        ///< the manifest declares hooks: a library without them is refused
  std::uint32_t needs_calls = 0;   ///< likewise, of extension calls: 1 << number (wire.hpp) each
  std::uint32_t services = 0;      ///< what it may ask of its host: bit_of() each (services.hpp)
  std::uint64_t memory_bytes = 0;  ///< for the module: of its cgroup where there is one, else of its address space
  int library = -1, request_area = -1, reply_area = -1, wake_runner = -1, wake_host = -1;
};

struct Spawned {
  std::uint32_t id = 0;
  int pid = 0;     ///< in this process's PID namespace; 0 when it failed
  UniqueFd pidfd;  ///< to kill it by
  int error = 0;   ///< errno of the failure
};

struct Exited {
  std::uint32_t id = 0;
  int code = 0;                     ///< CLD_EXITED, CLD_KILLED or CLD_DUMPED
  int status = 0;                   ///< exit status, or number of the signal
  std::uint64_t out_of_memory = 0;  ///< the limit in bytes, when the kernel ended it for using more; else 0
};

class Cgroup;
class Cgroups;

/// The host's end of `rapt-runner --fork-server`: a small single-threaded process that forks the runners, so that no
/// copy of the host's memory ever becomes a sandbox. It ends, and takes every runner with it, when this object or this
/// process does. Not thread-safe.
class ForkServer {
 public:
  using Event = std::variant<Spawned, Exited>;

  /// Starts it and waits (at most 10 s) until it has tried the layers. Blocks: not for the event loop.
  /// `cgroup` is a cgroup's folder that was delegated to this user; without one its own is used if it can be.
  static Result<ForkServer> start(const std::string& runner_path, const std::filesystem::path& cgroup = {});
  ForkServer(ForkServer&&) noexcept;
  ForkServer& operator=(ForkServer&&) noexcept;
  ~ForkServer();  ///< ends server and runners, waits for them

  /// Found at start; every runner gets the layers that are on, or is not started.
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  /// Becomes readable when receive() has something to say.
  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] int pid() const { return pid_; }
  /// Asks for a runner; the answer is an event. kUnavailable when the server is gone or its queue is full.
  Result<void> spawn(const SpawnRequest& request);
  /// The next event without waiting; nullopt when there is none. kUnavailable when the server is gone.
  Result<std::optional<Event>> receive();

 private:
  ForkServer(UniqueFd socket, int pid);
  Result<void> receive_hello();
  void find_cgroups(const std::filesystem::path& delegated);
  int try_to_join(int joining);
  std::uint64_t leave_cgroup(std::uint32_t id);
  void end();

  UniqueFd socket_;
  int pid_ = -1;
  std::vector<Layer> layers_;
  struct Member;
  std::unique_ptr<Cgroups> cgroups_;
  std::vector<Member> members_;  ///< one for each runner that has a cgroup
};

/// A memory file of exactly `bytes`, sealed against every change: what the runner loads is what the host verified.
Result<UniqueFd> sealed_copy(const std::string& name, std::string_view bytes);

/// How a process ended, in words: "was killed (SIGKILL)", "tried a forbidden system call (ptrace)", "exited with status
/// 3".
std::string describe_end(const Exited& exited, int forbidden_call);

}  // namespace rapt::sandbox
