// SPDX-License-Identifier: AGPL-3.0-or-later
// The life of one runner, in the order that docs/sandbox.md explains.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lookout.hpp"
#include "module.hpp"
#include "services.hpp"

namespace rapt::runner {
namespace {

namespace spawn = sandbox::spawn;
namespace wire = sandbox::wire;

/// Moves the descriptors to their fixed numbers and closes every other one.
bool place_descriptors(const int* fds) {
  const int places[spawn::kDescriptorCount] = {kLibraryFd, kRequestFd, kReplyFd, kWakeRunnerFd, kWakeHostFd};
  int high[spawn::kDescriptorCount];
  for (unsigned i = 0; i < spawn::kDescriptorCount; ++i) {
    high[i] = fcntl(fds[i], F_DUPFD, 64);
    if (high[i] < 0) return false;
  }
  for (unsigned i = 0; i < spawn::kDescriptorCount; ++i) {
    if (dup2(high[i], places[i]) < 0) return false;
  }
  return close_range(kFirstUnusedFd, ~0u, 0) == 0 && close_range(0, kWakeRunnerFd - 1, 0) == 0;
}

bool map_areas(SharedAreas& areas) {
  void* request = mmap(nullptr, wire::kRequestBytes, PROT_READ, MAP_SHARED, kRequestFd, 0);
  void* reply = mmap(nullptr, wire::kReplyBytes, PROT_READ | PROT_WRITE, MAP_SHARED, kReplyFd, 0);
  close(kRequestFd);
  close(kReplyFd);
  if (request == MAP_FAILED || reply == MAP_FAILED) return false;
  areas.queue = static_cast<const wire::QueueHead*>(request);
  areas.reply = static_cast<wire::ReplyHeader*>(reply);
  return true;
}

[[noreturn]] void refuse(const SharedAreas& areas, const std::string& sentence, int status) {
  write_refusal(areas, sentence);
  wake_host();
  _exit(status);
}

/// Ends this process with the fork server, also when that has ended already.
int follow_server_to_death(int server_pidfd) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  pollfd server{server_pidfd, POLLIN, 0};
  return poll(&server, 1, 0) == 0 ? 0 : ESRCH;
}

/// Until request number `next` is there. Says first that it sleeps and looks then, so that no bell is missed.
void wait_for(const SharedAreas& areas, std::uint64_t next, Lookout& lookout) {
  const auto& place = areas.queue->entries[next % wire::kSlots].sequence;
  if (lookout.sees(place, next)) return;
  areas.reply->sleeps_until.store(next, std::memory_order_seq_cst);
  while (place.load(std::memory_order_seq_cst) != next) {
    std::uint64_t bells = 0;
    if (read(kWakeRunnerFd, &bells, sizeof bells) != sizeof bells && errno != EINTR) _exit(spawn::kExitSetup);
  }
  areas.reply->sleeps_until.store(0, std::memory_order_relaxed);
}

[[noreturn]] void serve(const SharedAreas& areas, const LoadedModule& module) noexcept {
  Lookout lookout;
  for (std::uint64_t next = 1;; ++next) {
    wait_for(areas, next, lookout);
    const std::uint32_t slot = areas.queue->entries[next % wire::kSlots].slot;
    if (request_in(areas, slot).command == static_cast<std::uint32_t>(wire::Command::kShutdown)) {
      if (module.entry->shutdown != nullptr) module.entry->shutdown(module.state);
      _exit(0);
    }
    answer_call(areas, slot, module);
    areas.reply->sequence.store(next, std::memory_order_seq_cst);
    if (areas.queue->host_sleeps_until.load(std::memory_order_seq_cst) == next && !wake_host())
      _exit(spawn::kExitSetup);
  }
}

/// From here on the module's code may run at any moment; noexcept, so that what it throws ends the process.
[[noreturn]] void load_and_serve(const SharedAreas& areas, const Abilities& abilities,
                                 const spawn::SpawnMessage& order) noexcept {
  LoadedModule module;
  prepare_services(areas, order.services);
  const std::string fault = load_module(order, make_host(areas), module);
  if (!fault.empty()) refuse(areas, fault, spawn::kExitRefused);
  if (apply_filter(abilities.filters.serve) != 0)
    refuse(areas, "The second filter was refused by the kernel.", spawn::kExitSetup);
  if (const std::string failure = self_test(module); !failure.empty()) refuse(areas, failure, spawn::kExitRefused);
  areas.reply->state.store(static_cast<std::uint32_t>(wire::RunnerState::kReady), std::memory_order_release);
  if (!wake_host()) _exit(spawn::kExitSetup);
  serve(areas, module);
}

}  // namespace

bool wake_host() {
  const std::uint64_t one = 1;
  return write(kWakeHostFd, &one, sizeof one) == sizeof one;
}

void run_child(const Abilities& abilities, const spawn::SpawnMessage& order, const int* fds) {
  const int orphaned = follow_server_to_death(abilities.server_pidfd);
  SharedAreas areas;
  if (orphaned != 0 || setsid() < 0 || !place_descriptors(fds) || !map_areas(areas)) _exit(spawn::kExitSetup);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (const char* layer = enter_sandbox(abilities, order)) {
    const std::string why = std::strerror(errno);
    refuse(areas, std::string("The sandbox could not be entered: ") + layer + " failed (" + why + ").",
           spawn::kExitSetup);
  }
  if (abilities.filters.load.empty() || install_trap(areas.reply) != 0 || apply_filter(abilities.filters.load) != 0) {
    refuse(areas, "Seccomp is not to be had here, and without it nothing is loaded.", spawn::kExitSetup);
  }
  load_and_serve(areas, abilities, order);
}

}  // namespace rapt::runner
