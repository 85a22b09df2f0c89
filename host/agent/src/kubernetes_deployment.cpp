// SPDX-License-Identifier: AGPL-3.0-or-later
#include "kubernetes_deployment.hpp"

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::agent::kubernetes {
namespace {

using nlohmann::json;

/// The container named raptscallions, or the only one.
const json* container_of(const json& deployment) {
  const json& containers = at(deployment, {"spec", "template", "spec", "containers"});
  if (!containers.is_array()) return nullptr;
  for (const json& container : containers)
    if (text(container, "name") == kContainer) return &container;
  return containers.size() == 1 ? &containers.front() : nullptr;
}

/// "a=b,c in (d,e)": what a list of pods takes.
std::string selector_of(const json& deployment) {
  std::string out;
  const auto add = [&out](const std::string& term) { out += (out.empty() ? "" : ",") + term; };
  for (const auto& [key, value] : at(deployment, {"spec", "selector", "matchLabels"}).items())
    if (value.is_string()) add(key + "=" + value.get<std::string>());
  for (const json& rule : at(deployment, {"spec", "selector", "matchExpressions"})) {
    const std::string key = text(rule, "key"), how = text(rule, "operator");
    if (how == "Exists") add(key);
    if (how == "DoesNotExist") add("!" + key);
    if (how != "In" && how != "NotIn") continue;
    std::string values;
    for (const json& value : at(rule, {"values"}))
      if (value.is_string()) values += (values.empty() ? "" : ",") + value.get<std::string>();
    add(key + (how == "In" ? " in (" : " notin (") + values + ")");
  }
  return out;
}

json patch_of(const Deployment& deployment, json annotations, const std::string& image) {
  json out = {
      {"metadata", {{"resourceVersion", deployment.resource_version}, {"annotations", std::move(annotations)}}}};
  if (!image.empty()) {
    json container = {{"name", deployment.container}, {"image", image}};
    out["spec"]["template"]["spec"]["containers"] = json::array({std::move(container)});
  }
  return out;
}

}  // namespace

Result<Deployment> deployment_of(const json& object) {
  Deployment out;
  out.name = text(at(object, {"metadata"}), "name");
  out.resource_version = text(at(object, {"metadata"}), "resourceVersion");
  const json* container = container_of(object);
  if (out.name.empty() || out.resource_version.empty() || container == nullptr)
    return Error::conflict("The deployment " + out.name +
                           " has several containers, none of them named raptscallions: name the one to update so.");
  out.container = text(*container, "name");
  out.image = text(*container, "image");
  const json& notes = at(object, {"metadata", "annotations"});
  out.version = text(notes, kVersion);
  out.image_by_agent = text(notes, kImage);
  out.previous_version = text(notes, kPreviousVersion);
  out.previous_image = text(notes, kPreviousImage);
  out.journal = text(notes, kUpdate);
  out.selector = selector_of(object);
  out.replicas = number(at(object, {"spec"}), "replicas", 1);
  out.paused = flag(at(object, {"spec"}), "paused");
  return out;
}

Result<std::string> version_of(const Deployment& deployment) {
  const bool is_ours = deployment.image_by_agent.empty() || deployment.image_by_agent == deployment.image;
  if (is_ours && Version::parse(deployment.version)) return deployment.version;
  std::string tag = deployment.image.substr(0, deployment.image.find('@'));
  const auto colon = tag.rfind(':');
  tag = colon == std::string::npos || tag.find('/', colon) != std::string::npos ? "" : tag.substr(colon + 1);
  if (Version::parse(tag)) return tag;
  return Error::conflict("Nobody says which version the deployment " + deployment.name +
                         " runs: kubectl annotate deployment " + deployment.name + " " + std::string(kVersion) +
                         "=VERSION " + std::string(kImage) + "-");
}

std::string encode(const Journal& journal) {
  constexpr std::size_t kMaxBecause = 1000;
  const json out = {{"step", static_cast<int>(journal.step)},
                    {"asked_back", journal.asked_back},
                    {"from", journal.from},
                    {"to", journal.to},
                    {"image", journal.image},
                    {"because", journal.because.substr(0, kMaxBecause)}};
  return out.dump(-1, ' ', true, json::error_handler_t::replace);
}

Result<Journal> parse_journal(const std::string& encoded) {
  const json in = json::parse(encoded, nullptr, false);
  const auto step = in.is_object() ? number(in, "step", -1) : -1;
  Journal out;
  if (step >= 0 && step <= static_cast<int>(Journal::Step::kRollingBack)) {
    out.step = static_cast<Journal::Step>(step);
    out.asked_back = flag(in, "asked_back");
    out.from = text(in, "from");
    out.to = text(in, "to");
    out.image = text(in, "image");
    out.because = text(in, "because");
  }
  if (out.image.empty() || !Version::parse(out.from) || !Version::parse(out.to))
    return Error::conflict("The annotation " + std::string(kUpdate) +
                           " cannot be read: look at the deployments, then take it away with kubectl annotate.");
  return out;
}

std::string journal_patch(const Deployment& deployment, const std::string& journal) {
  const json note = journal.empty() ? json(nullptr) : json(journal);
  return patch_of(deployment, {{kUpdate, note}}, "").dump();
}

std::string forward_patch(const Deployment& deployment, const Journal& journal) {
  const json notes = {{kVersion, journal.to},
                      {kImage, journal.image},
                      {kPreviousVersion, journal.from},
                      {kPreviousImage, deployment.image},
                      {"kubernetes.io/change-cause", "raptscallions " + journal.from + " to " + journal.to}};
  return patch_of(deployment, notes, journal.image).dump();
}

std::string backward_patch(const Deployment& deployment, const Journal& journal) {
  const std::string cause = "raptscallions back from " + journal.to + " to " + journal.from;
  const json notes = {{kVersion, journal.from},
                      {kImage, deployment.previous_image},
                      {kPreviousVersion, nullptr},
                      {kPreviousImage, nullptr},
                      {"kubernetes.io/change-cause", cause}};
  return patch_of(deployment, notes, deployment.previous_image).dump();
}

}  // namespace rapt::agent::kubernetes
