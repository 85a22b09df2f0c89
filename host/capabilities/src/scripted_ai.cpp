// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/scripted_ai.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "ai_asked.hpp"
#include "asked.hpp"
#include "json_asked.hpp"
#include "rapt/gateway/tokens.hpp"
#include "rapt/schema/example.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr const char* kModel = "scripted";
constexpr const char* kNoAnswers = "No AI was asked: this answer was made for a trial.";

std::int64_t tokens_of(const std::vector<gateway::Message>& messages) {
  std::int64_t sum = 0;
  for (const auto& message : messages) sum += gateway::estimated_tokens(message.content);
  return sum;
}

/// As a model whose answer fits at neither try.
ServiceAnswer unfit(const Error& error) {
  std::string why = "The AI's answer does not fit the schema";
  if (!error.fields.empty()) why += ": " + error.fields[0].path + " " + error.fields[0].message;
  return json_refused(RAPT_E_UNAVAILABLE, {{"error", "gateway"}, {"message", why + "."}});
}

/// The same text has the same vector, its largest number 1. A text is never empty.
std::vector<float> vector_of(const std::string& text) {
  constexpr std::size_t kPlaces = 8;
  std::vector<float> out(kPlaces, 0.0F);
  for (std::size_t i = 0; i < text.size(); ++i)
    out[i % kPlaces] += static_cast<float>(static_cast<unsigned char>(text[i])) / 255.0F;
  float largest = 0;
  for (const float number : out) largest = std::max(largest, number);
  for (float& number : out) number /= largest;
  return out;
}

}  // namespace

ServiceAnswer ScriptedAi::chat(const ServiceRequest& request) {
  const auto asked = parse_chat(request);
  if (!asked) return json_invalid(asked.error());
  std::string text = kNoAnswers;
  if (!answers_.empty()) {
    text = answers_[std::min(given_++, answers_.size() - 1)];
  } else if (asked->schema) {
    auto example = schema::example_of(asked->schema_json);
    if (!example) return unfit(example.error());
    text = std::move(*example);
  }
  json out{{"model", asked->model.empty() ? kModel : asked->model},
           {"input_tokens", tokens_of(asked->messages)},
           {"output_tokens", gateway::estimated_tokens(text)},
           {"finish", "stop"}};
  if (asked->schema) {
    if (const auto fits = asked->schema->validate(text, "answer"); !fits) return unfit(fits.error());
    out["json"] = json::parse(text);
  } else {
    out["text"] = text;
  }
  return json_answered(out);
}

ServiceAnswer ScriptedAi::embed(const ServiceRequest& request) {
  const auto asked = parse_embed(request, kModel);
  if (!asked) return json_invalid(asked.error());
  gateway::Embeddings made;
  made.spent.model = asked->model;
  for (const auto& text : asked->texts) {
    made.vectors.push_back(vector_of(text));
    made.spent.input_tokens += gateway::estimated_tokens(text);
  }
  return answered(embeddings_json(made));
}

Task<ServiceAnswer> ScriptedAi::call(ServiceRequest request) {
  switch (static_cast<sandbox::AiMethod>(request.method)) {
    case sandbox::AiMethod::kChat:
      co_return chat(request);
    case sandbox::AiMethod::kEmbed:
      co_return embed(request);
  }
  co_return refused(RAPT_E_INVALID);
}

}  // namespace rapt::host
