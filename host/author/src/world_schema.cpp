// SPDX-License-Identifier: AGPL-3.0-or-later
#include "world_schema.hpp"

#include <nlohmann/json.hpp>

#include "rapt/schema/json_schema.hpp"
#include "world_files.hpp"

namespace rapt::author {
namespace {

using nlohmann::json;

const json* child(const json& object, std::string_view member) {
  const auto found = object.find(std::string(member));
  return found == object.end() ? nullptr : &*found;
}

/// What the schema says of "sessions[0].messages[2].role".
const json* node_at(const json& schema, std::string_view path) {
  const json* node = &schema;
  while (node != nullptr && !path.empty()) {
    if (const auto* reference = child(*node, "$ref")) {
      node = &schema.at(json::json_pointer(reference->get<std::string>().substr(1)));
    } else if (path.front() == '[') {
      path.remove_prefix(path.find(']') + 1);
      node = child(*node, "items");
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      const auto end = std::min(path.find_first_of(".["), path.size());
      const auto* members = child(*node, "properties");
      node = members == nullptr ? nullptr : child(*members, path.substr(0, end));
      path.remove_prefix(end);
    }
  }
  return node;
}

/// The library says that it is none of them, and not which they are.
void name_choices(FieldError& fault, const json& schema) {
  const auto* node = node_at(schema, fault.path);
  const auto* choices = node == nullptr ? nullptr : child(*node, "enum");
  if (choices == nullptr) return;
  fault.message = "must be one of: ";
  for (const auto& one : *choices) fault.message += (&one == &choices->front() ? "" : ", ") + one.get<std::string>();
}

std::string_view schema_text() {
  for (const auto& file : world_files()) {
    if (file.name == "world") return file.text;
  }
  return {};
}

}  // namespace

std::vector<FieldError> faults_by_schema(std::string_view text) {
  const auto schema = schema::JsonSchema::compile(schema_text());
  if (!schema) return {{"", schema.error().message}};
  const auto fits = schema->validate(text);
  if (fits) return {};
  auto faults = fits.error().fields;
  if (faults.empty()) faults.push_back({"", fits.error().message});
  const auto document = json::parse(schema_text());
  for (auto& fault : faults) name_choices(fault, document);
  return faults;
}

}  // namespace rapt::author
