// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/definition.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "semver.hpp"
#include "yaml_reader.hpp"

namespace rapt::tools {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* kRoot = "definition";
constexpr std::size_t kMaxBehavior = 20000;
constexpr std::size_t kMaxModules = 16;
constexpr int kMaxTimeLimitMs = 10000;

bool is_module_name(const std::string& name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), allowed);
}

void read_identity(MapReader& map, ToolDefinition& out) {
  out.name = map.required_text("name", 100).value_or("");
  out.behavior = map.required_text("behavior", kMaxBehavior).value_or("");
  out.model = map.text("model", 200).value_or("");
  if (const auto type = map.required_text("type", 20)) {
    out.type = *type == "product" ? ToolType::kProduct : ToolType::kChat;
    if (*type != "chat" && *type != "product") map.fault("type", "must be chat or product.");
  }
  if (const auto version = map.required_text("version", 64)) {
    out.version = *version;
    if (!SemanticVersion::parse(*version))
      map.fault("version", "must be a semantic version such as 1.0.0 or 2.1.0-beta.1.");
  }
}

void read_constraints(MapReader& map, ToolDefinition& out, Faults& faults) {
  const auto node = map.find("constraints");
  if (!node) return;
  MapReader inner(*node, map.path_of("constraints"), {"topics", "no_direct_answers", "max_messages", "max_duration"},
                  faults);
  out.constraints.topics = inner.texts("topics", 50, 200);
  out.constraints.no_direct_answers = inner.boolean("no_direct_answers").value_or(false);
  out.constraints.max_messages = inner.integer("max_messages", 1, 1000);
  if (const auto minutes = inner.integer("max_duration", 1, 1440)) {
    out.constraints.max_duration = std::chrono::minutes(*minutes);
  }
  for (const char* key : {"max_messages", "max_duration"}) {
    if (out.type == ToolType::kProduct && inner.has(key))
      inner.fault(key, "belongs to chat tools; a product has no conversation.");
  }
}

void read_attachment_options(MapReader& map, hooks::Attachment& out, Faults& faults) {
  if (const auto config = map.find("config")) {
    if (config->IsMap()) {
      out.config_json = json_of(*config, map.path_of("config"), faults).dump();
    } else {
      map.fault("config", "must be a mapping of keys to values.");
    }
  }
  if (const auto policy = map.text("on_failure", 20)) {
    out.on_failure = *policy == "open" ? hooks::FailPolicy::kOpen : hooks::FailPolicy::kClosed;
    if (*policy != "open" && *policy != "closed") {
      map.fault("on_failure", "must be open (go on without the module) or closed (stop).");
    }
  }
  if (const auto limit = map.integer("timeout_ms", 1, kMaxTimeLimitMs))
    out.time_limit = std::chrono::milliseconds(*limit);
}

hooks::Attachment read_attachment(const YAML::Node& node, const std::string& path, Faults& faults) {
  hooks::Attachment out;
  if (node.IsMap()) {
    MapReader map(node, path, {"name", "config", "on_failure", "timeout_ms"}, faults);
    out.module = map.required_text("name", 64).value_or("");
    read_attachment_options(map, out, faults);
  } else if (node.IsScalar()) {
    out.module = node.Scalar();
  } else {
    faults.add(node.Mark(), path,
               "must be a module's name, or a mapping with name, config, on_failure and timeout_ms.");
    return out;
  }
  if (!is_module_name(out.module)) {
    faults.add(node.Mark(), path, "must name a module in lower-case letters, digits and hyphens.");
  }
  return out;
}

void read_modules(MapReader& map, ToolDefinition& out, Faults& faults) {
  const auto nodes = map.items("modules", kMaxModules);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::string path = map.path_of("modules") + "[" + std::to_string(i) + "]";
    auto attachment = read_attachment(nodes[i], path, faults);
    const bool twice = std::any_of(out.modules.begin(), out.modules.end(),
                                   [&](const auto& one) { return one.module == attachment.module; });
    if (twice) faults.add(nodes[i].Mark(), path, "the module is attached a second time; remove one of them.");
    out.modules.push_back(std::move(attachment));
  }
}

void read_meta(MapReader& map, ToolDefinition& out, Faults& faults) {
  const auto node = map.find("meta");
  if (!node) return;
  MapReader inner(*node, map.path_of("meta"), {"description", "subject", "grades", "tags"}, faults);
  out.description = inner.text("description", 300).value_or("");
  out.subject = inner.text("subject", 100).value_or("");
  out.tags = inner.texts("tags", 20, 50);
  std::size_t index = 0;
  for (const YAML::Node& item : inner.items("grades", 14)) {
    const std::string path = inner.path_of("grades") + "[" + std::to_string(index++) + "]";
    const auto grade = item.IsScalar() && item.Scalar() == "K" ? std::optional<int>(0) : integer_of(item, 0, 13);
    if (grade) {
      out.grades.push_back(*grade);
    } else {
      faults.add(item.Mark(), path, "must be a grade from 0 (or K) to 13.");
    }
  }
}

struct SchemaSlot {
  const char* key;
  std::string& text;
  std::optional<schema::JsonSchema>& compiled;
};

void read_schema(MapReader& map, ToolType type, SchemaSlot slot, Faults& faults) {
  const auto node = map.find(slot.key);
  if (type == ToolType::kChat) {
    if (node) map.fault(slot.key, "belongs to product tools; remove it or set type: product.");
    return;
  }
  if (!node) {
    map.fault(slot.key, "is required for a product tool.");
    return;
  }
  const json document = json_of(*node, map.path_of(slot.key), faults);
  if (!document.is_object() || document.value("type", json()) != "object") {
    map.fault(slot.key, "must be a JSON Schema with type: object.");
    return;
  }
  slot.text = document.dump();
  auto compiled = schema::JsonSchema::compile(slot.text);
  if (compiled) {
    slot.compiled = std::move(*compiled);
  } else {
    map.fault(slot.key, compiled.error().message);
  }
}

}  // namespace

std::string_view name(ToolType type) {
  return type == ToolType::kChat ? "chat" : "product";
}

Result<ToolDefinition> parse_definition(std::string_view yaml) {
  if (yaml.size() > kMaxDefinitionBytes) return Error::invalid(kRoot, "must not be larger than 256 KiB.");
  if (!is_utf8(yaml)) return Error::invalid(kRoot, "must be UTF-8 text.");
  if (yaml.find('\0') != std::string_view::npos) return Error::invalid(kRoot, "must not hold the character U+0000.");
  Faults faults;
  const auto root = load_yaml(yaml, faults);
  if (!root) return faults.error();
  ToolDefinition out;
  MapReader map(*root, kRoot,
                {"name", "type", "version", "behavior", "model", "constraints", "modules", "meta", "summary",
                 "input_schema", "output_schema"},
                faults);
  if (!root->IsMap()) return faults.error();
  read_identity(map, out);
  read_constraints(map, out, faults);
  out.summary = map.boolean("summary").value_or(false);
  if (out.type == ToolType::kProduct && map.has("summary"))
    map.fault("summary", "belongs to chat tools; a product has no conversation.");
  read_modules(map, out, faults);
  read_meta(map, out, faults);
  read_schema(map, out.type, {"input_schema", out.input_schema_json, out.input_schema}, faults);
  read_schema(map, out.type, {"output_schema", out.output_schema_json, out.output_schema}, faults);
  if (!faults.empty()) return faults.error();
  return out;
}

}  // namespace rapt::tools
