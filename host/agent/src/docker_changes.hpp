// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "docker_container.hpp"
#include "docker_engine.hpp"
#include "docker_journal.hpp"
#include "rapt/agent/docker.hpp"

namespace rapt::agent::docker {

/// The steps of an update that change containers. restore(), keep() and clear() may be taken again, whatever of them
/// has been done already.
class Changes {
 public:
  Changes(Engine& engine, const DockerOptions& options, const Work& work)
      : engine_(engine), options_(options), work_(work) {}

  /// Runs `command` of the image once where the place's container runs. kUpstream with its last words when it fails.
  Task<Result<void>> run_once(Place place, NewImage image, std::vector<std::string> command);
  /// A new container of the image, under the place's name, and well; the old one waits beside it.
  Task<Result<void>> replace(Place place, NewImage image);
  /// All new containers have been well for as long as they are on probation.
  Task<Result<void>> watch(Progress& progress);
  /// The old container under its name, and well; no new one.
  Task<Result<void>> restore(Place place);
  /// The old container is gone.
  Task<Result<void>> keep(Place place);
  /// Nothing that was made to run once is left.
  Task<Result<void>> clear();

 private:
  Task<Result<nlohmann::json>> inspect(std::string container);
  Task<Result<Seen>> see(std::string container);
  /// What this update has made, with names that begin with the place's.
  Task<Result<std::vector<Seen>>> made();
  Task<Result<std::string>> make(std::string name, Recipe recipe);
  Task<Result<void>> wait_until_well(std::string container, std::string name, int restarts);
  Task<Error> ended(Seen seen, std::string name);
  Task<Result<void>> retire(Place place);
  Task<Result<void>> bring_back(Place place);
  Task<Result<void>> take_away(std::string name);
  Task<Result<void>> await_exit(std::string container, std::string what);

  Engine& engine_;
  const DockerOptions& options_;
  const Work& work_;
};

std::string next_name(const std::string& name);    ///< of the new container, until it is well
std::string before_name(const std::string& name);  ///< of the old one, while the new one is on probation

}  // namespace rapt::agent::docker
