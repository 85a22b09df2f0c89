// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "keys.hpp"
#include "rapt/base/semver.hpp"
#include "reading.hpp"

namespace rapt::tools {
namespace {

struct Attached {
  hooks::Attachment attachment{};
  std::string version{};
};

bool is_module_name(const std::string& name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kMaxModuleName && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), allowed);
}

void read_options(MapReader& map, Attached& out, Faults& faults) {
  if (const auto range = map.text("version", kMaxRange)) {
    out.version = *range;
    if (!VersionRange::parse(*range))
      map.fault("version", R"(must be a range of versions such as ">=1.2 <2", "^1.2" or "1.2.3".)");
  }
  if (const auto config = map.find("config")) {
    if (config->IsMap()) {
      out.attachment.config_json = json_of(*config, map.path_of("config"), faults).dump();
    } else {
      map.fault("config", "must be a mapping of keys to values.");
    }
  }
  if (const auto policy = map.text("on_failure", 20)) {
    out.attachment.on_failure = *policy == "open" ? hooks::FailPolicy::kOpen : hooks::FailPolicy::kClosed;
    if (*policy != "open" && *policy != "closed") {
      map.fault("on_failure", "must be open (go on without the module) or closed (stop).");
    }
  }
  if (const auto limit = map.integer("timeout_ms", 1, kMaxTimeLimitMs))
    out.attachment.time_limit = std::chrono::milliseconds(*limit);
}

Attached read_attachment(const YAML::Node& node, const std::string& path, Places& places, Faults& faults) {
  Attached out;
  YAML::Mark mark = node.Mark();
  if (node.IsMap()) {
    MapReader map(node, path, kAttachmentKeys, faults);
    out.attachment.module = map.required_text("name", kMaxModuleName).value_or("");
    if (map.has("name")) mark = map.find("name")->Mark();
    read_options(map, out, faults);
    places.put_all(path, mark, node);
  } else if (node.IsScalar()) {
    out.attachment.module = node.Scalar();
  } else {
    faults.add(mark, path,
               "must be a module's name, or a mapping with name, version, config, on_failure and timeout_ms.");
    return out;
  }
  places.put(path, mark, mark);
  const bool told = node.IsMap() && out.attachment.module.empty();
  if (!told && !is_module_name(out.attachment.module))
    faults.add(mark, path, "must name a module in lower-case letters, digits and hyphens.");
  return out;
}

}  // namespace

void Places::put_all(const std::string& path, const YAML::Mark& key, const YAML::Node& node) {
  put(path, key, node.Mark());
  if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i)
      put_all(path + "[" + std::to_string(i) + "]", node[i].Mark(), node[i]);
  } else if (node.IsMap()) {
    for (const auto& entry : node)
      if (entry.first.IsScalar()) put_all(path + "." + entry.first.Scalar(), entry.first.Mark(), entry.second);
  }
}

Places::Place Places::of(std::string path) const {
  while (!path.empty()) {
    if (const auto found = places_.find(path); found != places_.end()) return found->second;
    const auto end = path.find_last_of(".[");
    path.resize(end == std::string::npos ? 0 : end);
  }
  return {};
}

void read_modules(MapReader& map, ToolDefinition& out, Places& places, Faults& faults) {
  const auto nodes = map.items("modules", kMaxModules);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::string path = map.path_of("modules") + "[" + std::to_string(i) + "]";
    auto attached = read_attachment(nodes[i], path, places, faults);
    const bool twice = std::any_of(out.modules.begin(), out.modules.end(), [&](const auto& one) {
      return !one.module.empty() && one.module == attached.attachment.module;
    });
    if (twice) faults.add(nodes[i].Mark(), path, "the module is attached a second time; remove one of them.");
    out.modules.push_back(std::move(attached.attachment));
    out.module_versions.push_back(std::move(attached.version));
  }
}

}  // namespace rapt::tools
