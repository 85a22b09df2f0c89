// SPDX-License-Identifier: AGPL-3.0-or-later
// The layers of the sandbox that need no knowledge of the module, in the order that docs/sandbox.md explains.
#include <sched.h>
#include <sys/prctl.h>

#include <cerrno>

#include "runner.hpp"

namespace rapt::runner {

namespace spawn = sandbox::spawn;
namespace wire = sandbox::wire;

const char* enter_sandbox(const Abilities& abilities, const spawn::SpawnMessage& order) {
  const auto failed = [](int error) {
    errno = error;
    return error != 0;
  };
  if ((abilities.namespaces & CLONE_NEWUSER) != 0 && failed(map_identity(abilities.uid, abilities.gid)))
    return "user namespace";
  if (abilities.empty_root && failed(enter_empty_root())) return "empty root";
  const std::uint64_t own = abilities.own_bytes + wire::kRequestBytes + wire::kReplyBytes;
  // With a cgroup, what counts is what is touched; address space that is only reserved may be more.
  const std::uint64_t room = order.in_cgroup != 0 ? 4 * order.memory_bytes : order.memory_bytes;
  if (failed(limit_resources(own + room))) return "resource limits";
  if (failed(drop_capabilities())) return "capabilities";
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return "protection from debuggers";
  if (failed(forbid_new_privileges())) return "no new privileges";
  if (abilities.landlock_abi > 0 && failed(restrict_with_landlock(abilities.landlock_abi))) return "Landlock";
  return nullptr;
}

}  // namespace rapt::runner
