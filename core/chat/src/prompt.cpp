// SPDX-License-Identifier: AGPL-3.0-or-later
#include "prompt.hpp"

#include <utility>

namespace rapt::chat {

/// The first message of an excerpt does in any case.
static bool begins_exchange(const gateway::Excerpt& earlier, std::size_t place) {
  return place == earlier.first || earlier.of->role(place) == "user";
}

std::string system_prompt(const tools::ToolDefinition& tool, const std::vector<std::string>& instructions) {
  std::string text = tool.instructions();
  for (const auto& instruction : instructions) text += (text.empty() ? "" : "\n\n") + instruction;
  return text;
}

gateway::ChatRequest prompt_for(const tools::ToolDefinition& tool, const hooks::Context& context,
                                const HistoryPtr& history, const std::vector<std::string>& instructions) {
  gateway::ChatRequest request;
  request.messages.push_back({"system", system_prompt(tool, instructions)});
  std::shared_ptr<const gateway::Transcript> transcript(history, &history->transcript());
  request.earlier = {std::move(transcript), 0, context.messages.size()};
  if (context.current) request.messages.push_back({context.current->role, context.current->content});
  return request;
}

std::vector<std::int64_t> exchange_tokens(const gateway::Excerpt& earlier) {
  std::vector<std::int64_t> tokens;
  for (auto i = earlier.first; i < earlier.last; ++i) {
    if (begins_exchange(earlier, i)) tokens.push_back(0);
    tokens.back() += earlier.of->most_tokens(i);
  }
  return tokens;
}

std::size_t leave_out(gateway::Excerpt& earlier, std::size_t exchanges) {
  auto first = earlier.first;
  for (; first < earlier.last; ++first) {
    if (begins_exchange(earlier, first) && exchanges-- == 0) break;
  }
  return first - std::exchange(earlier.first, first);
}

}  // namespace rapt::chat
