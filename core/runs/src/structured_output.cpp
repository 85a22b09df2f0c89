// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runs/structured_output.hpp"

#include <utility>

#include "rapt/usage/storable.hpp"

namespace rapt::runs {

namespace {

Error output_invalid(std::vector<FieldError> fields) {
  return Error{.kind = ErrorKind::kUnprocessable,
               .code = "OUTPUT_INVALID",
               .message = "The AI's answer does not have the form that this tool asks for. Please try again.",
               .fields = std::move(fields)};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// From the first opening bracket to the last closing one of its kind.
std::string_view bracketed(std::string_view text) {
  const auto first = text.find_first_of("{[");
  if (first == std::string_view::npos) return {};
  const auto last = text.rfind(text[first] == '{' ? '}' : ']');
  return last == std::string_view::npos || last < first ? std::string_view{} : text.substr(first, last - first + 1);
}

}  // namespace

std::string schema_words(const std::string& schema_json) {
  return "Answer with one JSON value and nothing else: no Markdown fence, no words before or after it. It must fit "
         "this "
         "JSON Schema:\n" +
         schema_json;
}

void ask_for_repair(gateway::ChatRequest& request, const std::string& answer, const Error& fault) {
  std::string words = "That does not fit the JSON Schema:\n";
  for (const auto& field : fault.fields) words += "- " + field.path + ": " + field.message + "\n";
  request.messages.push_back({"assistant", answer});
  request.messages.push_back({"user", words + "Answer again with the corrected JSON value and nothing else."});
}

Result<std::string> parse_output(const std::optional<schema::JsonSchema>& schema, std::string_view answer) {
  for (auto candidate : {trimmed(answer), bracketed(answer)}) {
    if (candidate.empty() || !usage::storable_json(candidate)) continue;
    std::string json(candidate);
    RAPT_TRY(check_output(schema, json));
    return json;
  }
  return output_invalid({{"output", "is no JSON"}});
}

Result<void> check_output(const std::optional<schema::JsonSchema>& schema, const std::string& output_json) {
  if (!usage::storable_json(output_json)) return output_invalid({{"output", "is no JSON that can be stored"}});
  if (!schema) return {};
  auto valid = schema->validate(output_json, "output");
  if (!valid) return output_invalid(valid.error().fields);
  return {};
}

}  // namespace rapt::runs
