// SPDX-License-Identifier: AGPL-3.0-or-later
#include "prompt.hpp"

#include "rapt/gateway/tokens.hpp"

namespace rapt::chat {

/// The history lies between the system prompt and the message that is to be answered.
static bool begins_exchange(const std::vector<gateway::Message>& messages, std::size_t place) {
  return place == 1 || messages[place].role == "user";
}

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

std::vector<std::int64_t> exchange_tokens(const std::vector<gateway::Message>& messages) {
  std::vector<std::int64_t> tokens;
  for (std::size_t i = 1; i + 1 < messages.size(); ++i) {
    if (begins_exchange(messages, i)) tokens.push_back(0);
    tokens.back() += gateway::most_tokens(messages[i]);
  }
  return tokens;
}

std::size_t leave_out(std::vector<gateway::Message>& messages, std::size_t exchanges) {
  if (exchanges == 0) return 0;
  std::size_t first = 1;
  for (; first + 1 < messages.size(); ++first) {
    if (begins_exchange(messages, first) && exchanges-- == 0) break;
  }
  messages.erase(messages.begin() + 1, messages.begin() + static_cast<std::ptrdiff_t>(first));
  return first - 1;
}

}  // namespace rapt::chat
