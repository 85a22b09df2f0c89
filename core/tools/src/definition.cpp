// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/definition.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "keys.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "reading.hpp"

namespace rapt::tools {
namespace {

using nlohmann::ordered_json;

constexpr const char* kRoot = "definition";
void read_identity(MapReader& map, ToolDefinition& out) {
  out.name = map.required_text("name", kMaxName).value_or("");
  out.behavior = map.required_text("behavior", kMaxBehavior).value_or("");
  out.model = map.text("model", kMaxModel).value_or("");
  if (const auto type = map.required_text("type", 20)) {
    out.type = *type == "product" ? ToolType::kProduct : ToolType::kChat;
    if (*type != "chat" && *type != "product") map.fault("type", "must be chat or product.");
  }
  if (const auto version = map.required_text("version", kMaxVersion)) {
    out.version = *version;
    if (!Version::parse(*version)) map.fault("version", "must be a semantic version such as 1.0.0 or 2.1.0-beta.1.");
  }
}

void read_constraints(MapReader& map, ToolDefinition& out, Faults& faults) {
  const auto node = map.find("constraints");
  if (!node) return;
  MapReader inner(*node, map.path_of("constraints"), kConstraintKeys, faults);
  out.constraints.topics = inner.texts("topics", kMaxTopics, kMaxTopic);
  out.constraints.no_direct_answers = inner.boolean("no_direct_answers").value_or(false);
  out.constraints.max_messages = inner.integer("max_messages", 1, kMaxMessages);
  if (const auto minutes = inner.integer("max_duration", 1, kMaxDurationMinutes)) {
    out.constraints.max_duration = std::chrono::minutes(*minutes);
  }
  for (const char* key : {"max_messages", "max_duration"}) {
    if (out.type == ToolType::kProduct && inner.has(key))
      inner.fault(key, "belongs to chat tools; a product has no conversation.");
  }
}

void read_meta(MapReader& map, ToolDefinition& out, Faults& faults) {
  const auto node = map.find("meta");
  if (!node) return;
  MapReader inner(*node, map.path_of("meta"), kMetaKeys, faults);
  out.description = inner.text("description", kMaxDescription).value_or("");
  out.subject = inner.text("subject", kMaxSubject).value_or("");
  out.tags = inner.texts("tags", kMaxTags, kMaxTag);
  std::size_t index = 0;
  for (const YAML::Node& item : inner.items("grades", kMaxGrades)) {
    const std::string path = inner.path_of("grades") + "[" + std::to_string(index++) + "]";
    const auto grade = item.IsScalar() && item.Scalar() == "K" ? std::optional<int>(0) : integer_of(item, 0, kMaxGrade);
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
  const ordered_json document = json_of(*node, map.path_of(slot.key), faults);
  if (!document.is_object() || document.value("type", ordered_json()) != "object") {
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

namespace {

/// What makes a text no YAML that anybody should read.
std::string unreadable(std::string_view yaml) {
  if (yaml.size() > kMaxDefinitionBytes) return "must not be larger than 256 KiB.";
  if (!is_utf8(yaml)) return "must be UTF-8 text.";
  if (yaml.find('\0') != std::string_view::npos) return "must not hold the character U+0000.";
  return {};
}

}  // namespace

Reading read_definition(std::string_view yaml) {
  if (const auto why = unreadable(yaml); !why.empty()) {
    Reading refused("");
    refused.faults.add(YAML::Mark(), kRoot, why);
    return refused;
  }
  Reading reading(yaml);
  auto& [out, faults, places] = reading;
  const auto root = load_yaml(yaml, faults);
  if (!root) return reading;
  MapReader map(*root, kRoot, kRootKeys, faults);
  if (!root->IsMap()) return reading;
  read_identity(map, out);
  read_constraints(map, out, faults);
  out.summary = map.boolean("summary").value_or(false);
  if (out.type == ToolType::kProduct && map.has("summary"))
    map.fault("summary", "belongs to chat tools; a product has no conversation.");
  read_modules(map, out, places, faults);
  read_meta(map, out, faults);
  read_schema(map, out.type, {"input_schema", out.input_schema_json, out.input_schema}, faults);
  read_schema(map, out.type, {"output_schema", out.output_schema_json, out.output_schema}, faults);
  return reading;
}

Result<ToolDefinition> parse_definition(std::string_view yaml) {
  auto reading = read_definition(yaml);
  if (!reading.faults.empty()) return as_error(reading.faults.all());
  return std::move(reading.definition);
}

}  // namespace rapt::tools
