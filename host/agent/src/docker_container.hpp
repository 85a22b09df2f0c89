// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::agent::docker {

/// What GET /containers/ID/json says of a container, as far as an update asks.
struct Seen {
  std::string id, name, role;
  std::string image_id;  ///< "sha256:…"
  std::string image;     ///< as its user named it
  std::string status;    ///< created, running, restarting, exited, …
  bool running = false;
  bool removes_itself = false;  ///< made with --rm
  bool ends_first = false;      ///< a second one beside it would ask for the same ports or addresses
  std::string health;           ///< "" without a health check; starting, healthy, unhealthy
  std::string health_words;     ///< what its check said last
  std::string fault;            ///< why the engine could not start it
  int exit_status = 0;
  int restarts = 0;                ///< how often the engine has started it again by itself
  std::chrono::seconds grace{10};  ///< between SIGTERM and SIGKILL
  std::string restart_policy;      ///< JSON
};
Result<Seen> read_container(const nlohmann::json& inspected);

/// A container to be made: the body of POST /containers/create, and the networks that it is connected to before it
/// starts, each with the JSON of its endpoint.
struct Recipe {
  std::string body;
  std::vector<std::pair<std::string, std::string>> networks;
};
std::string connection(const std::string& container, const std::string& endpoint);  ///< body of POST …/connect

struct NewImage {
  std::string reference, id;
};

/// A container as `inspected`, of another image. What the old image had set, and not the container's user, is left to
/// the new image. Volumes without a name are carried over.
Result<Recipe> like(const nlohmann::json& inspected, const nlohmann::json& old_image, const NewImage& image,
                    const std::string& update);
/// One that runs `command` once where `inspected` runs: its environment, volumes and networks; no ports, no names in
/// networks, no labels of its own.
Result<Recipe> once(const nlohmann::json& inspected, const nlohmann::json& old_image, const NewImage& image,
                    const std::string& update, const std::vector<std::string>& command);

}  // namespace rapt::agent::docker
