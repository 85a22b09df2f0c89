// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ai_asked.hpp"

#include <rapt/ai.h>

#include <charconv>

#include <nlohmann/json.hpp>

#include "json_asked.hpp"
#include "rapt/base/json_text.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr std::size_t kMostModel = 200;
constexpr unsigned kMostDepth = 64;

Result<std::string> model_of(const json& asked) {
  if (!asked.contains("model")) return std::string();
  return text_of(asked, "model", kMostModel);
}

Result<gateway::Message> message_of(const json& one, const std::string& at) {
  if (!one.is_object() || one.size() != 2 || !one.contains("role") || !one.contains("content"))
    return Error::invalid(at, "It must be {\"role\", \"content\"} and nothing else.");
  const json &role = one["role"], &content = one["content"];
  if (role != "system" && role != "user" && role != "assistant")
    return Error::invalid(at + ".role", "It must be \"system\", \"user\" or \"assistant\".");
  if (!content.is_string() || content.get_ref<const std::string&>().empty())
    return Error::invalid(at + ".content", "It must be a text that is not empty.");
  return gateway::Message{role.get<std::string>(), content.get<std::string>()};
}

Result<std::vector<gateway::Message>> messages_of(const json& asked) {
  const auto found = asked.find("messages");
  if (found == asked.end() || !found->is_array() || found->empty() || found->size() > RAPT_AI_MAX_MESSAGES)
    return Error::invalid("messages", "It must be a list of 1 to 64 messages.");
  std::vector<gateway::Message> out;
  for (const auto& one : *found) {
    auto message = message_of(one, "messages[" + std::to_string(out.size()) + "]");
    if (!message) return message.error();
    out.push_back(std::move(*message));
  }
  if (out.back().role != "user") return Error::invalid("messages", "The last one must be of the role \"user\".");
  return out;
}

Result<void> read_numbers(const json& asked, ChatAsked& out) {
  if (const auto most = asked.find("max_tokens"); most != asked.end()) {
    if (!most->is_number_integer() || *most < 1 || *most > RAPT_AI_MAX_TOKENS)
      return Error::invalid("max_tokens", "It must be a whole number from 1 to 8192.");
    out.max_tokens = most->get<int>();
  }
  if (const auto heat = asked.find("temperature"); heat != asked.end()) {
    if (!heat->is_number() || *heat < 0 || *heat > 2)
      return Error::invalid("temperature", "It must be a number from 0 to 2.");
    out.temperature = heat->get<double>();
  }
  return {};
}

Result<void> read_schema(const json& asked, ChatAsked& out) {
  const auto found = asked.find("schema");
  if (found == asked.end()) return {};
  if (!found->is_object()) return Error::invalid("schema", "It must be a JSON Schema, an object.");
  out.schema_json = found->dump();
  auto compiled = schema::JsonSchema::compile(out.schema_json);
  if (!compiled) {
    const auto& error = compiled.error();
    return Error::invalid("schema", error.fields.empty() ? error.message : error.fields[0].message);
  }
  out.schema = std::move(*compiled);
  return {};
}

void append_number(std::string& out, float number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::general, 6).ptr;
  out.append(text, end);
}

}  // namespace

Result<ChatAsked> parse_chat(const ServiceRequest& request) {
  const auto asked = json_asked(request, {"messages", "model", "max_tokens", "temperature", "schema"}, kMostDepth);
  if (!asked) return asked.error();
  auto messages = messages_of(*asked);
  if (!messages) return messages.error();
  auto model = model_of(*asked);
  if (!model) return model.error();
  ChatAsked out{.messages = std::move(*messages), .model = std::move(*model)};
  RAPT_TRY(read_numbers(*asked, out));
  RAPT_TRY(read_schema(*asked, out));
  return out;
}

Result<EmbedAsked> parse_embed(const ServiceRequest& request, const std::string& default_model) {
  const auto asked = json_asked(request, {"texts", "model"}, 4);
  if (!asked) return asked.error();
  const auto texts = asked->find("texts");
  if (texts == asked->end() || !texts->is_array() || texts->empty() || texts->size() > RAPT_AI_MAX_TEXTS)
    return Error::invalid("texts", "It must be a list of 1 to 64 texts.");
  EmbedAsked out;
  for (const auto& one : *texts) {
    const auto at = "texts[" + std::to_string(out.texts.size()) + "]";
    if (!one.is_string()) return Error::invalid(at, "It must be a text.");
    out.texts.push_back(one.get<std::string>());
    if (out.texts.back().empty() || out.texts.back().size() > RAPT_AI_MAX_TEXT_BYTES)
      return Error::invalid(at, "It must have 1 to 65536 bytes.");
  }
  auto model = model_of(*asked);
  if (!model) return model.error();
  out.model = model->empty() ? default_model : std::move(*model);
  if (out.model.empty())
    return Error::invalid("model", "Name a model: this host has no default for embeddings (AI_EMBEDDING_MODEL).");
  return out;
}

std::string embeddings_json(const gateway::Embeddings& embeddings) {
  std::string out = R"({"vectors":[)";
  for (const auto& vector : embeddings.vectors) {
    out += out.back() == '[' ? "[" : ",[";
    for (const float number : vector) {
      if (out.back() != '[') out += ',';
      append_number(out, number);
    }
    out += ']';
  }
  out += R"(],"model":)";
  append_json_string(out, embeddings.spent.model);
  return out + R"(,"input_tokens":)" + std::to_string(embeddings.spent.input_tokens) + "}";
}

}  // namespace rapt::host
