// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "rapt/agent/strategy.hpp"
#include "rapt/http/client.hpp"

namespace rapt::agent {

/// Labels by which the containers of an instance are found.
inline constexpr std::string_view kInstanceLabel = "org.raptscallions.instance";  ///< the instance's name
inline constexpr std::string_view kRoleLabel = "org.raptscallions.role";          ///< server, worker or agent
/// Of containers that an update has made: the update's id.
inline constexpr std::string_view kUpdateLabel = "org.raptscallions.update";
/// Of images: the release's version.
inline constexpr std::string_view kVersionLabel = "org.opencontainers.image.version";

struct DockerOptions {
  std::filesystem::path socket;   ///< of the Docker Engine
  std::filesystem::path journal;  ///< a file that outlives this process, RAPT_VAR_DIR/docker-update.json
  /// For image registries: a Docker client's config.json, which may be missing. Empty: that of $DOCKER_CONFIG, if it is
  /// set.
  std::filesystem::path credentials;
  std::string instance = "raptscallions";    ///< whose containers, where the process itself runs in none
  std::chrono::seconds patience{180};        ///< for a container to become healthy, and for an engine that is away
  std::chrono::seconds watch{600};           ///< how long new containers are on probation
  std::chrono::seconds settle{10};           ///< a container without a health check is well when it has run so long
  std::chrono::seconds answer{120};          ///< for the engine to answer (a pull: between two pieces of its report)
  std::chrono::minutes migration{60};        ///< for `rapt migrate` of the new release
  std::chrono::milliseconds interval{1000};  ///< between two looks at a container
  std::filesystem::path mounts = "/proc/self/mountinfo";  ///< says in which container this process runs
  /// Copies the database before its schema changes; empty: no copy is made.
  std::function<Task<Result<void>>(std::string version)> backup;
};

/// For DockerOptions::backup: a copy of the database in `folder`/backups by PostgreSQL's own programs, of which the
/// last `keep` stay. It runs on a thread of its own.
std::function<Task<Result<void>>(std::string version)> backup_into(std::filesystem::path folder,
                                                                   std::string database_url, int keep);

/// Goes to another release by the Docker Engine's API: pulls the release's image by its digest, runs its `rapt migrate`
/// once, and replaces the containers with the label kInstanceLabel and the role server or worker one by one, each with
/// what its user has set. Where a container publishes ports of its host, the old one has to end first; elsewhere it
/// goes on until the new one is healthy. The container of the agent stays as it is. `client` outlives the strategy.
std::unique_ptr<Strategy> docker_strategy(DockerOptions options, http::Client& client);

}  // namespace rapt::agent
