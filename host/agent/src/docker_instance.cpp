// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_instance.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "docker_changes.hpp"
#include "docker_pull.hpp"
#include "rapt/agent/docker.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::agent::docker {

namespace {

using nlohmann::json;

constexpr std::size_t kIdLength = 64;

bool is_id(std::string_view text) {
  return text.size() == kIdLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string label(std::string_view key, std::string_view value) {
  return std::string(key) + "=" + std::string(value);
}

Task<Result<std::vector<Seen>>> with_role(Engine& engine, std::string instance, std::string role) {
  const std::vector<std::string> labels{label(kInstanceLabel, instance), label(kRoleLabel, role)};
  auto listed = co_await engine.containers(labels);
  if (!listed) co_return listed.error();
  std::vector<Seen> all;
  for (const json& each : *listed) {
    auto inspected = co_await engine.inspect(each.value("Id", ""));
    if (!inspected) co_return inspected.error();
    auto seen = read_container(*inspected);
    if (!seen) co_return seen.error();
    all.push_back(std::move(*seen));
  }
  std::sort(all.begin(), all.end(), [](const Seen& a, const Seen& b) { return a.name < b.name; });
  co_return all;
}

Task<Result<void>> check_free(Engine& engine, std::string name) {
  auto found = co_await engine.inspect(name);
  if (!found && found.error().kind == ErrorKind::kNotFound) co_return Result<void>{};
  if (!found) co_return found.error();
  co_return Error::conflict("There is a container " + name +
                            " already, a name that an update needs. Look whether it is " +
                            "still of use, then remove it (`docker rm " + name + "`).");
}

}  // namespace

std::string Instance::lowest() const {
  std::string lowest;
  for (const std::string& each : versions) {
    const auto version = Version::parse(each);
    if (lowest.empty() || (version && *version < *Version::parse(lowest))) lowest = each;
  }
  return lowest;
}

/// The engine mounts the file of the container's name from the folder that is called as the container.
std::string own_container(const std::filesystem::path& mounts) {
  constexpr std::string_view kFolder = "/containers/";
  constexpr std::string_view kFile = "/hostname /etc/hostname ";
  std::ifstream file(mounts);
  std::string line;
  while (std::getline(file, line)) {
    const auto end = line.find(kFile);
    const auto begin = line.rfind(kFolder, end);
    if (end == std::string::npos || begin == std::string::npos) continue;
    const std::string id = line.substr(begin + kFolder.size(), end - begin - kFolder.size());
    if (is_id(id)) return id;
  }
  return {};
}

Task<Result<std::string>> instance_name(Engine& engine, std::filesystem::path mounts, std::string otherwise) {
  const std::string id = own_container(mounts);
  if (id.empty()) co_return otherwise;
  auto own = co_await engine.inspect(id);
  // A container of another engine than the one that is asked.
  if (!own && own.error().kind == ErrorKind::kNotFound) co_return otherwise;
  if (!own) co_return own.error();
  const json labels = own->value("Config", json::object()).value("Labels", json());
  if (!labels.is_object()) co_return otherwise;
  co_return labels.value(std::string(kInstanceLabel), otherwise);
}

Task<Result<Instance>> look_at_instance(Engine& engine, std::string name) {
  Instance instance;
  for (const char* role : {"server", "worker"}) {
    auto some = co_await with_role(engine, name, role);
    if (!some) co_return some.error();
    instance.containers.insert(instance.containers.end(), some->begin(), some->end());
  }
  if (instance.containers.empty()) {
    co_return Error::unavailable("docker", "No container has the labels " + label(kInstanceLabel, name) + " and " +
                                               std::string(kRoleLabel) + "=server or worker.");
  }
  for (const Seen& each : instance.containers) {
    auto version = co_await version_of_image(engine, each.image_id);
    if (!version) co_return version.error();
    if (!Version::parse(*version)) {
      co_return Error::unavailable("docker", "The image of the container " + each.name +
                                                 " does not say which release it is (the label " +
                                                 std::string(kVersionLabel) + ").");
    }
    instance.versions.push_back(*version);
  }
  co_return instance;
}

Task<Result<void>> check_replaceable(Engine& engine, Instance instance) {
  for (const Seen& each : instance.containers) {
    if (!each.running) {
      co_return Error::conflict("The container " + each.name + " does not run (" + each.status +
                                "). Start it, or remove it, so that an update leaves all of the instance alike.");
    }
    if (each.removes_itself) {
      co_return Error::conflict(
          "The container " + each.name +
          " was made to remove itself when it ends (--rm), so there would be no way back. Make it "
          "anew without that.");
    }
    RAPT_CO_TRY(co_await check_free(engine, next_name(each.name)));
    RAPT_CO_TRY(co_await check_free(engine, before_name(each.name)));
  }
  co_return Result<void>{};
}

}  // namespace rapt::agent::docker
