// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openai_protocol.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::gateway {

namespace {

using nlohmann::json;

constexpr std::int64_t kMostTokens = 100'000'000;
constexpr std::size_t kErrorTextBytes = 200;
constexpr std::size_t kNameBytes = 200;

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const json* value) {
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

/// PostgreSQL stores no NUL; a model has no use for one either.
std::string without_nul(std::string text) {
  std::size_t at = 0;
  while ((at = text.find('\0', at)) != std::string::npos) text.replace(at, 1, "\xEF\xBF\xBD");
  return text;
}

std::optional<std::int64_t> token_count(const json* value) {
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(kMostTokens))
    return std::nullopt;
  const auto count = value->get<std::int64_t>();
  return count < 0 || count > kMostTokens ? std::nullopt : std::optional(count);
}

std::optional<ReportedUsage> usage_of(const json& answer) {
  const auto* usage = member(answer, "usage");
  if (usage == nullptr) return std::nullopt;
  const auto input = token_count(member(*usage, "prompt_tokens"));
  const auto output = token_count(member(*usage, "completion_tokens"));
  if (!input || !output) return std::nullopt;
  return ReportedUsage{*input, *output};
}

ReportedError error_of(const json& error, int status) {
  ReportedError reported{status, text_of(member(error, "message"))};
  if (error.is_string()) reported.text = error.get<std::string>();
  const auto* code = member(error, "code");
  if (code != nullptr && code->is_string()) reported.text = code->get<std::string>() + ": " + reported.text;
  if (status == 0 && code != nullptr && code->is_number_unsigned() && code->get<std::uint64_t>() < 600) {
    reported.status = code->get<int>();
  }
  reported.text = printable(reported.text, kErrorTextBytes);
  return reported;
}

bool names_model(std::string_view text) {
  return text.find("model") != std::string_view::npos;
}

Error upstream(const char* code, std::string message, std::string log_detail) {
  return Error{
      .kind = ErrorKind::kUpstream, .code = code, .message = std::move(message), .log_detail = std::move(log_detail)};
}

}  // namespace

std::string request_body(const ChatRequest& request, const std::string& default_model) {
  json body = {{"model", request.model.empty() ? default_model : request.model},
               {"stream", true},
               {"stream_options", {{"include_usage", true}}},
               {"messages", json::array()}};
  for (const auto& message : request.messages)
    body["messages"].push_back({{"role", message.role}, {"content", message.content}});
  if (request.response_schema_json) {
    auto schema = json::parse(*request.response_schema_json, nullptr, false);
    if (!schema.is_discarded()) {
      body["response_format"] = {
          {"type", "json_schema"},
          {"json_schema", {{"name", "output"}, {"strict", false}, {"schema", std::move(schema)}}}};
    }
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Piece> parse_piece(std::string_view text) {
  const auto answer = json::parse(text, nullptr, false);
  if (!answer.is_object()) return invalid_response("a piece of the answer is not a JSON object");
  Piece piece;
  piece.model = printable(text_of(member(answer, "model")), kNameBytes);
  piece.usage = usage_of(answer);
  if (const auto* error = member(answer, "error")) {
    piece.error = error_of(*error, 0);
    return piece;
  }
  const auto* choices = member(answer, "choices");
  if (choices == nullptr || !choices->is_array()) return invalid_response("the answer has no choices");
  if (choices->empty()) return piece;
  const auto& choice = choices->front();
  piece.finish_reason = printable(text_of(member(choice, "finish_reason")), kNameBytes);
  const auto* words = member(choice, "delta");
  if (words == nullptr) words = member(choice, "message");
  if (words == nullptr && piece.finish_reason.empty())
    return invalid_response("the first choice has neither delta nor message");
  if (words != nullptr) piece.content = without_nul(text_of(member(*words, "content")));
  return piece;
}

ReportedError parse_error_body(int status, std::string_view body) {
  const auto answer = json::parse(body, nullptr, false);
  if (const auto* error = member(answer, "error")) return error_of(*error, status);
  return {status, "no error object in the body"};
}

Error to_error(const ReportedError& reported, int retry_after_seconds) {
  const auto detail = "HTTP " + std::to_string(reported.status) + ", " + reported.text;
  switch (reported.status) {
    case 401:
    case 403:
      return upstream("AI_AUTHENTICATION_FAILED",
                      "The AI service refused this server's key. An administrator has to check AI_API_KEY.", detail);
    case 404:
      return upstream("AI_MODEL_NOT_AVAILABLE", "The AI service does not offer the model that this tool asks for.",
                      detail);
    case 400:
      if (names_model(reported.text)) {
        return upstream("AI_MODEL_NOT_AVAILABLE", "The AI service does not offer the model that this tool asks for.",
                        detail);
      }
      break;
    case 402:
      return gateway_error("The AI service's account has no credit left. An administrator has to see to it.", detail);
    case 408:
    case 504:
      return Error{.kind = ErrorKind::kTimeout,
                   .code = "AI_TIMEOUT",
                   .message = "The AI service took too long. Please try again.",
                   .log_detail = detail};
    case 429:
      return Error{.kind = ErrorKind::kRateLimited,
                   .code = "AI_RATE_LIMITED",
                   .message = "The AI service is asked too often at the moment. Please try again shortly.",
                   .log_detail = detail,
                   .retry_after_seconds = retry_after_seconds};
    default:
      break;
  }
  return gateway_error("The AI service reported a failure. Please try again.", detail);
}

Error invalid_response(std::string log_detail) {
  return upstream("AI_INVALID_RESPONSE", "The AI service sent an answer that cannot be read. Please try again.",
                  std::move(log_detail));
}

Error gateway_error(std::string message, std::string log_detail) {
  return upstream("AI_GATEWAY_ERROR", std::move(message), std::move(log_detail));
}

}  // namespace rapt::gateway
