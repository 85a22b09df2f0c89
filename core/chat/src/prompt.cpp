// SPDX-License-Identifier: AGPL-3.0-or-later
#include "prompt.hpp"

namespace rapt::chat {

std::string system_prompt(const tools::ToolDefinition& tool, const std::vector<std::string>& instructions) {
  std::string text = tool.instructions();
  for (const auto& instruction : instructions) text += (text.empty() ? "" : "\n\n") + instruction;
  return text;
}

std::vector<gateway::Message> prompt_for(const tools::ToolDefinition& tool, const hooks::Context& context,
                                         const std::vector<std::string>& instructions) {
  std::vector<gateway::Message> messages;
  messages.push_back({"system", system_prompt(tool, instructions)});
  for (const auto& message : context.messages) messages.push_back({message.role, message.content});
  if (context.current) messages.push_back({context.current->role, context.current->content});
  return messages;
}

}  // namespace rapt::chat
