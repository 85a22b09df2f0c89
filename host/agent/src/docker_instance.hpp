// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "docker_container.hpp"
#include "docker_engine.hpp"
#include "rapt/base/result.hpp"

namespace rapt::agent::docker {

/// The containers that make up an instance, as an update needs to know them.
struct Instance {
  std::vector<Seen> containers;       ///< servers first, then workers; each by name
  std::vector<std::string> versions;  ///< of each, by its image; "" for one that does not say
  [[nodiscard]] std::string lowest() const;
};

/// The id of the container that this process runs in, by the table of its mounts; "" outside of one.
std::string own_container(const std::filesystem::path& mounts);

/// Which instance's containers these are: the label of the container that this process runs in, else `otherwise`.
Task<Result<std::string>> instance_name(Engine& engine, std::filesystem::path mounts, std::string otherwise);

/// kUnavailable when there is none, or one does not say its version.
Task<Result<Instance>> look_at_instance(Engine& engine, std::string name);

/// Whether all of it can be replaced. kConflict names the container that stands in the way.
Task<Result<void>> check_replaceable(Engine& engine, Instance instance);

}  // namespace rapt::agent::docker
