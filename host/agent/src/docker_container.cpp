// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_container.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "rapt/agent/docker.hpp"
#include "rapt/base/text.hpp"

namespace rapt::agent::docker {

namespace {

using nlohmann::json;

constexpr std::size_t kShortId = 12;
constexpr std::size_t kWords = 300;

Error misread(const json::exception& fault) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.part = "docker";
  error.message = "The Docker Engine described a container in a way that is not known here.";
  error.log_detail = fault.what();
  return error;
}

/// The member, or null where there is none.
const json& at(const json& object, const char* key) {
  static const json kNull;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? kNull : *found;
}

std::string text_at(const json& object, const char* key) {
  const json& value = at(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool shares_network(const std::string& mode) {
  return mode == "host" || mode == "none" || mode.starts_with("container:");
}

bool has_fixed_address(const json& networks) {
  return networks.is_object() && std::any_of(networks.begin(), networks.end(), [](const json& network) {
           const json& fixed = at(network, "IPAMConfig");
           return !text_at(fixed, "IPv4Address").empty() || !text_at(fixed, "IPv6Address").empty();
         });
}

bool ends_first(const json& inspected) {
  const json& host = at(inspected, "HostConfig");
  const std::string mode = text_at(host, "NetworkMode");
  const json& ports = at(host, "PortBindings");
  return (ports.is_object() && !ports.empty()) || at(host, "PublishAllPorts") == json(true) || mode == "host" ||
         mode.starts_with("container:") || has_fixed_address(at(at(inspected, "NetworkSettings"), "Networks"));
}

/// Takes from `config` what `base` has just so: entries of a list, members of an object, or the whole value.
void leave_to_image(json& config, const json& base, const char* key) {
  const json& of_image = at(base, key);
  if (!config.contains(key) || of_image.is_null()) return;
  json& own = config[key];
  if (own == of_image) {
    config.erase(key);
  } else if (own.is_object() && of_image.is_object()) {
    for (const auto& [name, value] : of_image.items()) {
      if (own.contains(name) && own[name] == value) own.erase(name);
    }
  } else if (own.is_array() && of_image.is_array()) {
    json kept = json::array();
    for (const json& entry : own) {
      if (std::find(of_image.begin(), of_image.end(), entry) == of_image.end()) kept.push_back(entry);
    }
    own = std::move(kept);
  }
}

/// A single value, or a list that counts as a whole.
void leave_whole_to_image(json& config, const json& base, const char* key) {
  if (config.contains(key) && config[key] == at(base, key)) config.erase(key);
}

json config_for(const json& inspected, const json& old_image, const NewImage& image, const std::string& update) {
  json config = inspected.at("Config");
  const json& base = at(old_image, "Config");
  const std::string mode = text_at(inspected.at("HostConfig"), "NetworkMode");
  if (shares_network(mode) || text_at(config, "Hostname") == inspected.at("Id").get<std::string>().substr(0, kShortId))
    config.erase("Hostname");
  config.erase("MacAddress");
  // Whoever sets an entry point has none of the image's words behind it.
  if (at(config, "Entrypoint") == at(base, "Entrypoint")) {
    leave_whole_to_image(config, base, "Cmd");
    config.erase("Entrypoint");
  }
  for (const char* key : {"WorkingDir", "User", "StopSignal", "StopTimeout", "Healthcheck", "Shell", "OnBuild"})
    leave_whole_to_image(config, base, key);
  for (const char* key : {"Env", "Labels", "Volumes", "ExposedPorts"}) leave_to_image(config, base, key);
  config["Image"] = image.reference;
  json& labels = config["Labels"];
  if (!labels.is_object()) labels = json::object();
  labels[std::string(kUpdateLabel)] = update;
  // By this, Compose knows whether a container runs the image that its file names.
  if (labels.contains("com.docker.compose.image")) labels["com.docker.compose.image"] = image.id;
  return config;
}

std::set<std::string> named_mounts(const json& host) {
  std::set<std::string> targets;
  const json& binds = at(host, "Binds");
  if (binds.is_array()) {
    for (const json& bind : binds) {
      const auto text = bind.get<std::string>();
      const auto begin = text.find(':');
      if (begin != std::string::npos) targets.insert(text.substr(begin + 1, text.find(':', begin + 1) - begin - 1));
    }
  }
  return targets;
}

/// Volumes without a name have one all the same, by which the new container gets them.
void carry_volumes(json& host, const json& mounts) {
  if (!mounts.is_array()) return;
  const std::set<std::string> named = named_mounts(host);
  for (const json& mount : mounts) {
    const std::string target = text_at(mount, "Destination");
    const std::string name = text_at(mount, "Name");
    if (text_at(mount, "Type") != "volume" || named.contains(target)) continue;
    const auto is_it = [&](const json& wanted) { return text_at(wanted, "Target") == target; };
    if (host.contains("Mounts") && host["Mounts"].is_array()) {
      const auto wanted = std::find_if(host["Mounts"].begin(), host["Mounts"].end(), is_it);
      if (wanted != host["Mounts"].end()) {
        (*wanted)["Source"] = name;
        continue;
      }
    }
    if (!host.contains("Binds") || !host["Binds"].is_array()) host["Binds"] = json::array();
    host["Binds"].push_back(name + ":" + target + (at(mount, "RW") == json(false) ? ":ro" : ""));
  }
}

/// What the container's user has said of its place in a network.
json endpoint_of(const json& network, const std::string& id) {
  json endpoint = json::object();
  for (const char* key : {"IPAMConfig", "Links", "DriverOpts"}) {
    if (!at(network, key).is_null()) endpoint[key] = at(network, key);
  }
  json aliases = json::array();
  if (at(network, "Aliases").is_array()) {
    for (const json& alias : at(network, "Aliases")) {
      if (alias != id.substr(0, kShortId)) aliases.push_back(alias);
    }
  }
  if (!aliases.empty()) endpoint["Aliases"] = std::move(aliases);
  return endpoint;
}

/// The first network goes into the container's making, the others are connected: older engines take but one.
void add_networks(json& body, Recipe& recipe, const json& inspected) {
  std::string mode = text_at(body["HostConfig"], "NetworkMode");
  const json& networks = at(at(inspected, "NetworkSettings"), "Networks");
  if (shares_network(mode) || !networks.is_object()) return;
  if (mode.empty() || mode == "default") mode = "bridge";
  for (const auto& [name, network] : networks.items()) {
    const json endpoint = endpoint_of(network, inspected.at("Id").get<std::string>());
    if (name == mode || text_at(network, "NetworkID") == mode) {
      body["NetworkingConfig"]["EndpointsConfig"][name] = endpoint;
    } else {
      recipe.networks.emplace_back(name, endpoint.dump());
    }
  }
}

json body_for(const json& inspected, const json& old_image, const NewImage& image, const std::string& update) {
  json body = config_for(inspected, old_image, image, update);
  body["HostConfig"] = inspected.at("HostConfig");
  carry_volumes(body["HostConfig"], at(inspected, "Mounts"));
  return body;
}

void forget_ways_in(json& endpoints) {
  for (json& endpoint : endpoints) {
    endpoint.erase("Aliases");
    endpoint.erase("IPAMConfig");
  }
}

}  // namespace

Result<Seen> read_container(const json& inspected) try {
  Seen seen;
  const json& state = inspected.at("State");
  const json& config = inspected.at("Config");
  const json& host = inspected.at("HostConfig");
  if (!host.is_object()) throw json::other_error::create(501, "HostConfig is no object", nullptr);
  seen.id = inspected.at("Id").get<std::string>();
  seen.name = inspected.at("Name").get<std::string>();
  if (seen.name.starts_with('/')) seen.name.erase(0, 1);
  seen.role = text_at(at(config, "Labels"), std::string(kRoleLabel).c_str());
  seen.image_id = inspected.at("Image").get<std::string>();
  seen.image = config.at("Image").get<std::string>();
  seen.status = state.at("Status").get<std::string>();
  seen.running = state.at("Running").get<bool>();
  seen.removes_itself = at(host, "AutoRemove") == json(true);
  seen.ends_first = ends_first(inspected);
  const json& health = at(state, "Health");
  seen.health = text_at(health, "Status");
  if (seen.health == "none") seen.health.clear();
  if (at(health, "Log").is_array() && !health["Log"].empty())
    seen.health_words = printable(text_at(health["Log"].back(), "Output"), kWords);
  seen.fault = printable(text_at(state, "Error"), kWords);
  seen.exit_status = state.value("ExitCode", 0);
  seen.restarts = inspected.value("RestartCount", 0);
  if (at(config, "StopTimeout").is_number_integer())
    seen.grace = std::chrono::seconds(std::clamp(config["StopTimeout"].get<int>(), 0, 3600));
  seen.restart_policy = at(host, "RestartPolicy").is_object() ? host["RestartPolicy"].dump() : R"({"Name":"no"})";
  return seen;
} catch (const json::exception& fault) {
  return misread(fault);
}

std::string connection(const std::string& container, const std::string& endpoint) {
  return json{{"Container", container}, {"EndpointConfig", json::parse(endpoint)}}.dump();
}

Result<Recipe> like(const json& inspected, const json& old_image, const NewImage& image,
                    const std::string& update) try {
  Recipe recipe;
  json body = body_for(inspected, old_image, image, update);
  add_networks(body, recipe, inspected);
  recipe.body = body.dump();
  return recipe;
} catch (const json::exception& fault) {
  return misread(fault);
}

Result<Recipe> once(const json& inspected, const json& old_image, const NewImage& image, const std::string& update,
                    const std::vector<std::string>& command) try {
  Recipe recipe;
  json body = body_for(inspected, old_image, image, update);
  for (const char* key : {"Entrypoint", "Hostname", "ExposedPorts"}) body.erase(key);
  body["Cmd"] = command;
  body["Tty"] = false;
  body["OpenStdin"] = false;
  body["Labels"] = {{std::string(kUpdateLabel), update}};
  body["Healthcheck"] = {{"Test", {"NONE"}}};
  json& host = body["HostConfig"];
  host["PortBindings"] = json::object();
  host["PublishAllPorts"] = false;
  host["RestartPolicy"] = {{"Name", "no"}};
  host["AutoRemove"] = false;
  add_networks(body, recipe, inspected);
  if (body.contains("NetworkingConfig")) forget_ways_in(body["NetworkingConfig"]["EndpointsConfig"]);
  for (auto& [name, endpoint] : recipe.networks) endpoint = "{}";
  recipe.body = body.dump();
  return recipe;
} catch (const json::exception& fault) {
  return misread(fault);
}

}  // namespace rapt::agent::docker
