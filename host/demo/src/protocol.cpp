// SPDX-License-Identifier: AGPL-3.0-or-later
#include "protocol.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "structured.hpp"
#include "tutor.hpp"

namespace rapt::demo {

namespace {

using nlohmann::json;

constexpr std::size_t kMostMessages = 1000;

constexpr std::size_t kMostInputs = 2048;
constexpr std::size_t kDimensions = 16;

json envelope(const DemoAnswer& answer, const char* object) {
  return {{"id", answer.id}, {"object", object}, {"created", 0}, {"model", answer.model}};
}

std::string body_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The words of a message: a string, or the texts among its parts.
std::optional<std::string> words_of_content(const json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) return std::nullopt;
  std::string words;
  for (const auto& part : content) {
    if (part.is_object() && part.contains("text") && part["text"].is_string()) words += part["text"].get<std::string>();
  }
  return words;
}

/// A vector of length 1 that follows from the text.
json vector_of(std::string_view text) {
  std::vector<double> numbers;
  double square = 0;
  for (std::size_t i = 0; i < kDimensions; ++i) {
    std::uint32_t hash = 2166136261U + static_cast<std::uint32_t>(i);
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    numbers.push_back(static_cast<double>(hash >> 8U) / (1U << 23U) - 1.0);
    square += numbers.back() * numbers.back();
  }
  for (auto& number : numbers) number /= std::sqrt(square);
  return numbers;
}

json usage_of(const DemoAnswer& answer) {
  return {{"prompt_tokens", answer.prompt_tokens},
          {"completion_tokens", answer.completion_tokens},
          {"total_tokens", answer.prompt_tokens + answer.completion_tokens}};
}

Result<gateway::Message> message_of(const json& item, std::size_t index) {
  const auto path = "messages[" + std::to_string(index) + "]";
  if (!item.is_object()) return Error::invalid(path, "must be an object with role and content");
  const auto role = item.value("role", json());
  const auto content = item.value("content", json());
  if (role != "system" && role != "user" && role != "assistant")
    return Error::invalid(path + ".role", "must be system, user or assistant");
  auto words = words_of_content(content);
  if (!words) return Error::invalid(path + ".content", "must be a string or a list of parts");
  return gateway::Message{role.get<std::string>(), std::move(*words)};
}

bool flag(const json& object, const char* name) {
  if (!object.is_object()) return false;
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

void read_format(const json& body, DemoRequest& request) {
  const auto format = body.value("response_format", json());
  if (!format.is_object()) return;
  const auto type = format.value("type", json());
  request.structured = type == "json_schema" || type == "json_object";
  const auto schema = format.value("json_schema", json());
  if (schema.is_object() && schema.contains("schema")) request.schema_json = schema["schema"].dump();
}

std::string last_of_user(const DemoRequest& request) {
  for (auto at = request.messages.rbegin(); at != request.messages.rend(); ++at) {
    if (at->role == "user") return at->content;
  }
  return {};
}

}  // namespace

std::size_t tokens_of(std::string_view text) {
  return (text.size() + 3) / 4;
}

Result<DemoRequest> parse_demo_request(std::string_view text) {
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object()) return Error::invalid("body", "must be a JSON object with model and messages");
  DemoRequest request;
  if (body.contains("model") && body["model"].is_string()) request.model = body["model"].get<std::string>();
  const auto messages = body.value("messages", json());
  if (!messages.is_array() || messages.empty())
    return Error::invalid("messages", "must be a list with at least one message");
  if (messages.size() > kMostMessages)
    return Error::invalid("messages", "are more than " + std::to_string(kMostMessages));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto message = message_of(messages[i], i);
    if (!message) return message.error();
    request.messages.push_back(std::move(*message));
  }
  request.stream = flag(body, "stream");
  request.include_usage = flag(body.value("stream_options", json()), "include_usage");
  read_format(body, request);
  return request;
}

DemoAnswer demo_answer(const DemoRequest& request) {
  DemoAnswer answer;
  answer.model = kDemoModel;
  answer.content = request.structured ? structured_answer(request.schema_json, last_of_user(request))
                                      : tutor_answer(request.messages);
  for (const auto& message : request.messages) answer.prompt_tokens += tokens_of(message.content);
  answer.completion_tokens = tokens_of(answer.content);
  return answer;
}

std::string whole_json(const DemoAnswer& answer, bool with_usage) {
  auto body = envelope(answer, "chat.completion");
  body["choices"] = json::array(
      {{{"index", 0}, {"message", {{"role", "assistant"}, {"content", answer.content}}}, {"finish_reason", "stop"}}});
  if (with_usage) body["usage"] = usage_of(answer);
  return body_of(body);
}

std::string chunk_json(const DemoAnswer& answer, std::string_view words, Beside beside) {
  auto body = envelope(answer, "chat.completion.chunk");
  body["choices"] = json::array({{{"index", 0}, {"delta", {{"content", words}}}, {"finish_reason", nullptr}}});
  if (beside == Beside::kNull) body["usage"] = nullptr;
  if (beside == Beside::kUsage) body["usage"] = usage_of(answer);
  return body_of(body);
}

std::string last_chunk_json(const DemoAnswer& answer) {
  auto body = envelope(answer, "chat.completion.chunk");
  body["choices"] = json::array({{{"index", 0}, {"delta", json::object()}, {"finish_reason", "stop"}}});
  return body.dump();
}

std::string usage_chunk_json(const DemoAnswer& answer) {
  auto body = envelope(answer, "chat.completion.chunk");
  body["choices"] = json::array();
  body["usage"] = usage_of(answer);
  return body.dump();
}

std::string generation_json(const BookEntry& entry) {
  return body_of({{"data",
                   {{"id", entry.generation_id},
                    {"model", entry.model},
                    {"tokens_prompt", entry.input_tokens},
                    {"tokens_completion", entry.output_tokens},
                    {"native_tokens_prompt", entry.input_tokens},
                    {"native_tokens_completion", entry.output_tokens},
                    {"finish_reason", entry.outcome == "answered" ? json("stop") : json(nullptr)}}}});
}

Result<DemoEmbeddings> demo_embeddings(std::string_view text) {
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object()) return Error::invalid("body", "must be a JSON object with model and input");
  auto input = body.value("input", json());
  if (input.is_string()) input = json::array({input});
  if (!input.is_array() || input.empty() || input.size() > kMostInputs)
    return Error::invalid("input", "must be a text, or a list of at most " + std::to_string(kMostInputs));
  DemoEmbeddings made;
  json data = json::array();
  for (const auto& one : input) {
    if (!one.is_string() || one.get_ref<const std::string&>().empty())
      return Error::invalid("input", "must be of texts that are not empty");
    const auto& words = one.get_ref<const std::string&>();
    made.tokens += tokens_of(words);
    data.push_back({{"object", "embedding"}, {"index", data.size()}, {"embedding", vector_of(words)}});
  }
  made.json = body_of({{"object", "list"},
                       {"model", kDemoModel},
                       {"data", std::move(data)},
                       {"usage", {{"prompt_tokens", made.tokens}, {"total_tokens", made.tokens}}}});
  return made;
}

std::string models_json() {
  return json{{"object", "list"},
              {"data", json::array({{{"id", kDemoModel}, {"object", "model"}, {"owned_by", "raptscallions"}}})}}
      .dump();
}

std::string error_json(std::string_view message, std::string_view code) {
  return json{{"error", {{"message", message}, {"code", code}, {"type", "invalid_request_error"}}}}.dump();
}

std::string error_json(std::string_view message, int code, bool as_text) {
  json error = {{"message", message}, {"code", code}};
  if (as_text) error["code"] = std::to_string(code);
  return json{{"error", std::move(error)}}.dump();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto blank = text.find_first_of(" \n");
    const auto end = blank == std::string_view::npos ? text.size() : blank + 1;
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

}  // namespace rapt::demo
