// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::chat {

/// What the AI is told before the conversation: the teacher's words, the tool's constraints, the modules' instructions
/// for this one answer.
std::string system_prompt(const tools::ToolDefinition& tool, const std::vector<std::string>& instructions);

/// The whole question: system prompt, history, and the student's message last.
std::vector<gateway::Message> prompt_for(const tools::ToolDefinition& tool, const hooks::Context& context,
                                         const std::vector<std::string>& instructions);

}  // namespace rapt::chat
