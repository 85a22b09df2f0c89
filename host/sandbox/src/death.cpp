// SPDX-License-Identifier: AGPL-3.0-or-later
#include <seccomp.h>
#include <signal.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "rapt/sandbox/fork_server.hpp"
#include "rapt/sandbox/spawn_protocol.hpp"

namespace rapt::sandbox {
namespace {

std::string name_of_call(int number) {
  const std::unique_ptr<char, decltype(&std::free)> name(seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number),
                                                         &std::free);
  return name ? std::string(name.get()) : "number " + std::to_string(number);
}

std::string describe_signal(int number) {
  const char* abbreviation = sigabbrev_np(number);
  const std::string name =
      abbreviation != nullptr ? std::string("SIG") + abbreviation : "signal " + std::to_string(number);
  switch (number) {
    case SIGKILL:
      return "was killed (SIGKILL)";
    case SIGSYS:
      return "tried a forbidden system call (SIGSYS)";
    case SIGSEGV:
      return "crashed: it used memory that is not its own, or overflowed its stack (SIGSEGV)";
    case SIGABRT:
      return "gave up (SIGABRT)";
    default:
      return "was ended by " + name;
  }
}

}  // namespace

std::string describe_end(const Exited& exited, int forbidden_call) {
  if (exited.out_of_memory != 0)
    return "used more memory than its " + std::to_string(exited.out_of_memory >> 20) + " MiB";
  if (exited.code != CLD_EXITED) return describe_signal(exited.status);
  switch (exited.status) {
    case spawn::kExitForbiddenCall:
      return "tried a forbidden system call" +
             (forbidden_call >= 0 ? " (" + name_of_call(forbidden_call) + ")" : std::string());
    case spawn::kExitAborted:
      return "gave up: abort(), an uncaught exception or memory beyond its limit";
    case spawn::kExitSetup:
      return "could not enter the sandbox";
    case spawn::kExitCgroup:
      return "could not be put into its memory cgroup";
    case spawn::kExitRefused:
      return "was refused";
    default:
      return "exited by itself with status " + std::to_string(exited.status);
  }
}

}  // namespace rapt::sandbox
