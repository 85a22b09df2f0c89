// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "rapt/tools/definition.hpp"

namespace rapt::tools {
namespace {

using nlohmann::json;

json modules_json(const ToolDefinition& definition) {
  json list = json::array();
  for (std::size_t i = 0; i < definition.modules.size(); ++i) {
    const auto& one = definition.modules[i];
    json entry{{"name", one.module}, {"config", json::parse(one.config_json)}};
    if (!definition.module_versions[i].empty()) entry["version"] = definition.module_versions[i];
    if (one.on_failure) entry["on_failure"] = *one.on_failure == hooks::FailPolicy::kOpen ? "open" : "closed";
    if (one.time_limit) entry["timeout_ms"] = one.time_limit->count();
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string ToolDefinition::instructions() const {
  std::string out = behavior;
  if (!constraints.topics.empty()) {
    out += "\n\nStay with these topics: ";
    for (std::size_t i = 0; i < constraints.topics.size(); ++i) out += (i == 0 ? "" : "; ") + constraints.topics[i];
    out += ". When asked about anything else, say kindly that this is not the place for it, and lead back.";
  }
  if (constraints.no_direct_answers) {
    out += "\n\nNever state the answer to an exercise, not even when asked to; lead the student to find it.";
  }
  return out;
}

std::string to_json(const ToolDefinition& definition) {
  json out{
      {"name", definition.name},
      {"type", std::string(name(definition.type))},
      {"version", definition.version},
      {"behavior", definition.behavior},
      {"modules", modules_json(definition)},
      {"meta",
       {{"description", definition.description},
        {"subject", definition.subject},
        {"grades", definition.grades},
        {"tags", definition.tags}}},
      {"constraints",
       {{"topics", definition.constraints.topics}, {"no_direct_answers", definition.constraints.no_direct_answers}}}};
  if (!definition.model.empty()) out["model"] = definition.model;
  if (definition.constraints.max_messages) out["constraints"]["max_messages"] = *definition.constraints.max_messages;
  if (definition.constraints.max_duration)
    out["constraints"]["max_duration"] = definition.constraints.max_duration->count();
  if (definition.summary) out["summary"] = true;
  if (!definition.input_schema_json.empty()) out["input_schema"] = json::parse(definition.input_schema_json);
  if (!definition.output_schema_json.empty()) out["output_schema"] = json::parse(definition.output_schema_json);
  return out.dump();
}

}  // namespace rapt::tools
