// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::runs {

/// The words that ask a model for JSON of that schema and nothing else.
std::string schema_words(const std::string& schema_json);

/// Adds what was wrong with an answer, for the one second try.
void ask_for_repair(gateway::ChatRequest& request, const std::string& answer, const Error& fault);

/// The JSON in a model's answer: bare, inside a Markdown fence, or with words around it. kUnprocessable OUTPUT_INVALID
/// with the faults as `fields` ("output.title") when there is none or it does not fit the schema.
Result<std::string> parse_output(const std::optional<schema::JsonSchema>& schema, std::string_view answer);
/// The same for JSON as it is.
Result<void> check_output(const std::optional<schema::JsonSchema>& schema, const std::string& output_json);

}  // namespace rapt::runs
