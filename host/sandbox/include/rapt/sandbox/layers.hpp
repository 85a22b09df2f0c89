// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rapt::sandbox {

/// One layer of the sandbox, as found on this machine.
struct Layer {
  std::string name;  ///< "seccomp", "no-new-privileges", "landlock", "rlimits", "user-namespace", "pid-namespace", …
  bool on = false;
  std::string detail;  ///< why not, or how (e.g. "ABI 7", "cgroup v1")
};

/// Tries each layer in a child process and says what this machine gives. Takes some milliseconds.
/// `cgroup` as in ForkServer::start().
std::vector<Layer> probe_layers(const std::string& runner_path, const std::filesystem::path& cgroup = {});

}  // namespace rapt::sandbox
