// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openai_protocol.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "json_access.hpp"
#include "plain_chunk.hpp"
#include "rapt/base/json_parse.hpp"
#include "reported_error.hpp"

namespace rapt::gateway {

namespace {

using nlohmann::json;

/// PostgreSQL stores no NUL; a model has no use for one either.
std::string without_nul(std::string text) {
  std::size_t at = 0;
  while ((at = text.find('\0', at)) != std::string::npos) text.replace(at, 1, "\xEF\xBF\xBD");
  return text;
}

std::optional<std::int64_t> first_count(const json& usage, const char* name, const char* other_name) {
  const auto count = count_of(member(usage, name));
  return count ? count : count_of(member(usage, other_name));
}

ReportedUsage usage_of(const json& answer) {
  const auto* usage = member(answer, "usage");
  if (usage == nullptr) return {};
  return {first_count(*usage, "prompt_tokens", "input_tokens"),
          first_count(*usage, "completion_tokens", "output_tokens")};
}

/// A string, or a list of parts of which those with text count.
std::string words_of(const json* content) {
  if (content == nullptr || !content->is_array()) return text_of(content);
  std::string words;
  for (const auto& part : *content) words += text_of(member(part, "text"));
  return words;
}

/// Reads `choices[0]`. False when it is not one.
bool read_choice(const json& choice, Piece& piece, const Discretion& discretion) {
  if (!choice.is_object()) return false;
  if (const auto* error = member(choice, "error")) piece.error = reported_error(*error, 0, discretion);
  piece.finish_reason = name_of(member(choice, "finish_reason"));
  const auto* said = member(choice, "delta");
  if (said == nullptr) said = member(choice, "message");
  if (said == nullptr) return piece.error || !piece.finish_reason.empty() || choice.contains("delta");
  piece.content = without_nul(words_of(member(*said, "content")));
  // A refusal is what the model has to say.
  if (piece.content.empty()) piece.content = without_nul(text_of(member(*said, "refusal")));
  if (piece.finish_reason.empty()) piece.finish_reason = name_of(member(*said, "finish_reason"));
  return true;
}

}  // namespace

Result<Piece> parse_piece(std::string_view text, const Discretion& discretion) {
  Piece piece;
  if (read_plain_chunk(text, piece)) return piece;
  piece = {};
  const auto answer = parse_json(text);
  if (!answer.is_object()) return invalid_response("a piece of the answer is not a JSON object");
  piece.model = name_of(member(answer, "model"));
  piece.id = name_of(member(answer, "id"));
  piece.usage = usage_of(answer);
  const auto* choices = member(answer, "choices");
  const bool listed = choices != nullptr && choices->is_array();
  if (listed && !choices->empty() && !read_choice(choices->front(), piece, discretion) &&
      member(answer, "error") == nullptr)
    return invalid_response("the first choice has neither delta nor message");
  if (const auto* error = member(answer, "error")) piece.error = reported_error(*error, 0, discretion);
  if (!piece.error && piece.finish_reason == "error") piece.error = ReportedError{};
  if (!listed && !piece.error && member(answer, "usage") == nullptr)
    return invalid_response("the answer has no choices");
  return piece;
}

ReportedError parse_error_body(int status, std::string_view body, const Discretion& discretion) {
  const auto answer = parse_json(body);
  if (const auto* error = member(answer, "error")) return reported_error(*error, status, discretion);
  return {.status = status, .codes = "no error object in the body"};
}

}  // namespace rapt::gateway
