// SPDX-License-Identifier: AGPL-3.0-or-later
#include "hook_context.hpp"

#include "rapt/tools/hook_context.hpp"

namespace rapt::chat {

hooks::Context context_of(const identity::Actor& actor, const OpenSession& open, const tools::ToolDefinition& tool) {
  auto context = tools::hook_context(actor, open.session.tool.id, tool);
  if (!open.group.id.empty()) context.group = open.group;
  context.session = {open.session.id.str(), std::string(name(open.session.state)), open.session.started_at};
  tell(context, open.history);
  return context;
}

}  // namespace rapt::chat
