// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/hook_context.hpp"

namespace rapt::tools {

hooks::Context hook_context(const identity::Actor& actor, const ToolId& id, const ToolDefinition& tool) {
  hooks::Context context;
  context.tool = {id.str(), tool.name, std::string(name(tool.type)), tool.version, tool.behavior, tool.subject};
  const auto roles = actor.roles();
  context.user = {actor.id.str(), roles.empty() ? std::string(name(identity::GroupRole::kStudent)) : roles.front()};
  if (!actor.groups.empty()) context.group = {actor.groups.front().group.str(), actor.groups.front().group_name};
  return context;
}

}  // namespace rapt::tools
