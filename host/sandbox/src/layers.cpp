// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/layers.hpp"

#include "rapt/sandbox/fork_server.hpp"

namespace rapt::sandbox {

std::vector<Layer> probe_layers(const std::string& runner_path, const std::filesystem::path& cgroup) {
  auto server = ForkServer::start(runner_path, cgroup);
  if (!server) return {Layer{"runner", false, server.error().message}};
  return server->layers();
}

}  // namespace rapt::sandbox
