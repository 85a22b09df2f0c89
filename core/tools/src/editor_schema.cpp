// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "keys.hpp"
#include "rapt/hooks/module_catalog.hpp"
#include "rapt/tools/check.hpp"

namespace rapt::tools {
namespace {

using nlohmann::ordered_json;
using ModuleList = std::vector<hooks::ModuleFactsPtr>;

ordered_json text(std::size_t most, const char* about) {
  return {{"type", "string"}, {"minLength", 1}, {"maxLength", most}, {"description", about}};
}

ordered_json texts(std::size_t most, std::size_t longest, const char* about) {
  return {{"type", "array"},
          {"maxItems", most},
          {"items", {{"type", "string"}, {"minLength", 1}, {"maxLength", longest}}},
          {"description", about}};
}

ordered_json number(int most, const char* about) {
  return {{"type", "integer"}, {"minimum", 1}, {"maximum", most}, {"description", about}};
}

ordered_json object(ordered_json properties, const char* about) {
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(properties)},
          {"description", about}};
}

ordered_json constraints() {
  return object(
      {{"topics", texts(kMaxTopics, kMaxTopic, "What the conversation stays with; none: anything.")},
       {"no_direct_answers", {{"type", "boolean"}, {"description", "The AI never states the answer to an exercise."}}},
       {"max_messages", number(kMaxMessages, "Of the student in one conversation. Chat tools alone.")},
       {"max_duration", number(kMaxDurationMinutes, "Minutes from the start of a conversation. Chat tools alone.")}},
      "Limits that the teacher sets.");
}

ordered_json meta() {
  ordered_json grade = {{"anyOf", {{{"type", "integer"}, {"minimum", 0}, {"maximum", kMaxGrade}}, {{"const", "K"}}}}};
  return object({{"description", text(kMaxDescription, "One line for lists.")},
                 {"subject", text(kMaxSubject, "math, history, …")},
                 {"grades",
                  {{"type", "array"},
                   {"maxItems", kMaxGrades},
                   {"items", std::move(grade)},
                   {"description", "From K (0) to 13."}}},
                 {"tags", texts(kMaxTags, kMaxTag, "Words to find the tool by.")}},
                "What people see of the tool.");
}

/// References of a schema lead to its own root, which lies deeper here.
void move_references(ordered_json& value, const std::string& root) {
  if (!value.is_structured()) return;
  for (auto& item : value.items()) {
    const bool reference = value.is_object() && item.key() == "$ref" && item.value().is_string();
    if (reference) item.value() = root + item.value().get<std::string>().substr(1);
    if (!reference) move_references(item.value(), root);
  }
}

/// A tool need not say what administrators have set, and must not say a secret.
ordered_json config_of(const hooks::ModuleFacts& module) {
  if (module.config_schema_json.empty()) return {{"type", "object"}};
  auto schema = ordered_json::parse(module.config_schema_json, nullptr, false);
  if (!schema.is_object()) return {{"type", "object"}};
  for (const char* key : {"$schema", "$id", "required", "minProperties", "dependencies"}) schema.erase(key);
  if (schema.contains("properties") && schema["properties"].is_object()) {
    auto kept = ordered_json::object();
    for (const auto& [name, property] : schema["properties"].items()) {
      if (!property.is_object() || !property.contains("x-rapt-secret") || property["x-rapt-secret"] != true)
        kept[name] = property;
    }
    schema["properties"] = std::move(kept);
  }
  move_references(schema, "#/definitions/" + module.name);
  return schema;
}

ordered_json attachment(const ModuleList& modules) {
  auto names = ordered_json::array();
  auto configs = ordered_json::array();
  for (const auto& module : modules) {
    names.push_back(module->name);
    configs.push_back({{"if", {{"properties", {{"name", {{"const", module->name}}}}}, {"required", {"name"}}}},
                       {"then", {{"properties", {{"config", {{"$ref", "#/definitions/" + module->name}}}}}}}});
  }
  ordered_json name = {{"type", "string"}, {"description", "A module that is installed."}};
  // An empty enum is no schema; where nothing is installed, nothing can be attached.
  if (names.empty()) {
    name["maxLength"] = 0;
  } else {
    name["enum"] = std::move(names);
  }
  auto whole = object(
      {{"name", name},
       {"version", text(kMaxRange, R"(The range of versions that is good: ">=1.2 <2", "^1.2".)")},
       {"config",
        {{"type", "object"}, {"description", "As the module's config_schema says; only what the settings allow."}}},
       {"on_failure",
        {{"enum", {"open", "closed"}},
         {"description", "open: go on without the module; closed: stop. Otherwise what the module says itself."}}},
       {"timeout_ms", number(kMaxTimeLimitMs, "Narrows the module's time limit.")}},
      "A module with its configuration.");
  whole["required"] = {"name"};
  if (!configs.empty()) whole["allOf"] = std::move(configs);
  return {{"if", {{"type", "object"}}}, {"then", std::move(whole)}, {"else", std::move(name)}};
}

ordered_json root_properties(const ModuleList& modules) {
  const ordered_json schema = {
      {"type", "object"}, {"properties", {{"type", {{"const", "object"}}}}}, {"required", {"type"}}};
  auto input = schema, output = schema;
  input["description"] = "JSON Schema of what is put in. Product tools alone.";
  output["description"] = "JSON Schema of what comes out. Product tools alone.";
  return {{"name", text(kMaxName, "What people call the tool.")},
          {"type",
           {{"enum", {"chat", "product"}},
            {"description", "chat: a conversation; product: one input, one structured output."}}},
          {"version", text(kMaxVersion, "A semantic version; every change needs a newer one.")},
          {"behavior", text(kMaxBehavior, "Your instructions to the AI.")},
          {"model", text(kMaxModel, "Otherwise the default where the tool is used.")},
          {"constraints", constraints()},
          {"summary",
           {{"type", "boolean"}, {"description", "Teachers get a summary of each conversation. Chat tools alone."}}},
          {"modules",
           {{"type", "array"},
            {"maxItems", kMaxModules},
            {"items", attachment(modules)},
            {"description", "Modules that are asked about every message, by name or with a configuration."}}},
          {"meta", meta()},
          {"input_schema", std::move(input)},
          {"output_schema", std::move(output)}};
}

}  // namespace

std::string editor_schema(const std::vector<hooks::ModuleFactsPtr>& modules) {
  auto definitions = ordered_json::object();
  for (const auto& module : modules) definitions[module->name] = config_of(*module);
  ordered_json out = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                      {"title", "A tool of RaptScallions"},
                      {"type", "object"},
                      {"additionalProperties", false},
                      {"required", {"name", "type", "version", "behavior"}},
                      {"properties", root_properties(modules)},
                      {"if", {{"properties", {{"type", {{"const", "product"}}}}}, {"required", {"type"}}}},
                      {"then", {{"required", {"input_schema", "output_schema"}}, {"properties", {{"summary", false}}}}},
                      {"else", {{"properties", {{"input_schema", false}, {"output_schema", false}}}}},
                      {"definitions", std::move(definitions)}};
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace rapt::tools
