// SPDX-License-Identifier: AGPL-3.0-or-later
#include "hook_context.hpp"

namespace rapt::chat {

namespace {

std::string role_of(const identity::Actor& actor) {
  if (actor.is_system_admin()) return "system_admin";
  if (actor.administers_anything()) return "group_admin";
  return actor.teaches_anything() ? "teacher" : "student";
}

}  // namespace

hooks::Context context_of(const identity::Actor& actor, const OpenSession& open, const tools::ToolDefinition& tool) {
  hooks::Context context;
  context.tool = {open.session.tool.id.str(),
                  tool.name,
                  std::string(tools::name(tool.type)),
                  tool.version,
                  tool.behavior,
                  tool.subject};
  context.user = {actor.id.str(), role_of(actor)};
  context.group = open.group;
  if (context.group.id.empty() && !actor.groups.empty()) {
    context.group = {actor.groups.front().group.str(), actor.groups.front().group_name};
  }
  context.session = {open.session.id.str(), std::string(name(open.session.state)), open.session.started_at};
  context.messages = open.history;
  return context;
}

}  // namespace rapt::chat
