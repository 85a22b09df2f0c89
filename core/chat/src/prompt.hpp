// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "history.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::chat {

/// What the AI is told before the conversation: the teacher's words, the tool's constraints, the modules' instructions
/// for this one answer.
std::string system_prompt(const tools::ToolDefinition& tool, const std::vector<std::string>& instructions);

/// The whole question: system prompt, history, and the student's message last. The context tells the first messages of
/// `history`.
gateway::ChatRequest prompt_for(const tools::ToolDefinition& tool, const hooks::Context& context,
                                const HistoryPtr& history, const std::vector<std::string>& instructions);

/// What the exchanges of the history come to at most, the oldest first. An exchange is what a student said and what was
/// answered: the model is told it whole or not at all.
std::vector<std::int64_t> exchange_tokens(const gateway::Excerpt& earlier);
/// Takes the oldest `exchanges` out. Returns how many messages that were.
std::size_t leave_out(gateway::Excerpt& earlier, std::size_t exchanges);

}  // namespace rapt::chat
