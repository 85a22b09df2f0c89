// SPDX-License-Identifier: AGPL-3.0-or-later
#include "world_place.hpp"

#include <nlohmann/json.hpp>

namespace rapt::author {
namespace {

using Being = World::Kind;
using nlohmann::json;

void place(std::string& name, Being kind, const World& world) {
  if (const auto id = world.id(kind, name)) name = *id;
}

void place_caller(json& caller, const World& world, const ToldOf& told) {
  const auto id = world.id(Being::kUser, caller.value("user", ""));
  if (!id) return;
  const auto& belongings = world.belongings(*id);
  caller["user"] = told.pseudonym(*id);
  if (told.id) caller["id"] = *id;
  if (caller["groups"].empty()) caller["groups"] = belongings.groups;
  for (auto& group : caller["groups"]) {
    if (const auto known = world.id(Being::kGroup, group.get<std::string>())) group = *known;
  }
  caller["classes"] = json::array();
  for (const auto& [of, role] : belongings.classes) caller["classes"].push_back({{"id", of}, {"role", role}});
}

}  // namespace

hooks::Context placed(hooks::Context context, const World& world) {
  place(context.tool.id, Being::kTool, world);
  place(context.user.id, Being::kUser, world);
  place(context.group.id, Being::kGroup, world);
  place(context.session.id, Being::kSession, world);
  place(context.run_id, Being::kRun, world);
  return context;
}

std::string placed_input(const std::string& input_json, const World& world, const ToldOf& told) {
  auto input = json::parse(input_json);
  const auto caller = input.find("caller");
  if (caller == input.end() || !caller->is_object()) return input_json;
  place_caller(*caller, world, told);
  return input.dump();
}

}  // namespace rapt::author
