// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::runs {

/// The question that asks for JSON: the tool's instructions and the output's schema, then the input.
gateway::ChatRequest structured_request(const tools::ToolDefinition& tool, const std::string& input_json,
                                        const std::vector<std::string>& instructions);

/// Adds what was wrong with an answer, for the one second try.
void ask_for_repair(gateway::ChatRequest& request, const std::string& answer, const Error& fault);

/// The JSON in a model's answer: bare, inside a Markdown fence, or with words around it. kUnprocessable OUTPUT_INVALID
/// with the faults as `fields` ("output.title") when there is none or it does not fit the tool's output schema.
Result<std::string> parse_output(const tools::ToolDefinition& tool, std::string_view answer);
/// The same for JSON as it is.
Result<void> check_output(const tools::ToolDefinition& tool, const std::string& output_json);

}  // namespace rapt::runs
