// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ai_question.hpp"

#include <algorithm>

#include "rapt/base/log.hpp"
#include "rapt/gateway/tokens.hpp"
#include "rapt/runs/structured_output.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

using std::chrono::milliseconds;

// Before the question is put: what is lost with its host is known to be the module's.
constexpr store::Statement kNote{"ai_service.note", "INSERT INTO ai_module_calls (id, module) VALUES ($1::uuid, $2)"};
constexpr store::Statement kForget{"ai_service.forget", "DELETE FROM ai_module_calls WHERE id = $1::uuid"};

gateway::ChatRequest question_of(const ChatAsked& asked) {
  gateway::ChatRequest question{.messages = asked.messages};
  if (!asked.schema) return question;
  question.response_schema_json = asked.schema_json;
  const auto words = runs::schema_words(asked.schema_json);
  if (question.messages.front().role == "system") {
    question.messages.front().content += "\n\n" + words;
  } else {
    question.messages.insert(question.messages.begin(), gateway::Message{"system", words});
  }
  return question;
}

/// A call that was too slow or answered nonsense has most likely been paid for, and nobody tells for how much.
std::optional<gateway::Spent> likely_spent(const Error& error, const gateway::EmbeddingRequest& request) {
  if (error.code != "AI_TIMEOUT" && error.code != "AI_INVALID_RESPONSE") return std::nullopt;
  gateway::Spent spent{.model = request.model, .estimated = true};
  for (const auto& text : request.inputs) spent.input_tokens += gateway::estimated_tokens(text);
  return spent;
}

}  // namespace

AiBounds AiQuestion::bounds() const {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  return {.time_limit = std::max(left, milliseconds(1))};
}

Task<Result<quota::Grant>> AiQuestion::admit(std::string model, std::int64_t input_tokens) {
  auto ask = payer_.ask(model);
  ask.input_tokens = input_tokens;
  auto grant = co_await parts_.admission.admit(std::move(ask));
  if (!grant) co_return grant.error();
  const auto noted = co_await parts_.database.query(kNote, store::params(grant->call.id, payer_.module));
  if (noted) co_return std::move(*grant);
  co_await usage::release(parts_.database, std::move(grant->call));
  co_return noted.error();
}

Task<void> AiQuestion::book(usage::Call call, std::optional<gateway::Spent> spent, const char* request_type,
                            bool answered) {
  if (!spent) {
    const auto forgotten = co_await parts_.database.query(kForget, store::params(call.id));
    if (!forgotten) log::warn("ai_service.note_stays", {{"call", call.id}, {"detail", forgotten.error().log_detail}});
    co_await usage::release(parts_.database, std::move(call));
    co_return;
  }
  const auto outcome = answered ? usage::Outcome::kAnswered : usage::Outcome::kFailed;
  auto record = payer_.record(std::move(call), *spent, request_type, outcome);
  co_await usage::settle_alone(parts_.database, std::move(record));
}

Task<Result<std::string>> AiQuestion::ask_once(const ChatAsked& asked, gateway::ChatRequest question) {
  auto grant = co_await admit(asked.model, gateway::most_tokens(question));
  if (!grant) co_return grant.error();
  question.call_id = grant->call.id;
  question.model = grant->model;
  question.fallback_models = grant->fallback_models;
  question.max_output_tokens = grant->max_output_tokens;
  if (asked.max_tokens)
    question.max_output_tokens = std::min(grant->max_output_tokens.value_or(8192), *asked.max_tokens);
  auto within = bounds();
  within.temperature = asked.temperature;
  const auto gateway = parts_.gateway(within);
  auto exchange = co_await gateway->complete(std::move(question), nullptr);
  if (exchange.spent) {
    told_.model = exchange.spent->model;
    told_.input_tokens += exchange.spent->input_tokens;
    told_.output_tokens += exchange.spent->output_tokens;
  }
  co_await book(std::move(grant->call), std::move(exchange.spent), "module", exchange.completion.has_value());
  if (!exchange.completion) co_return exchange.completion.error();
  told_.finish_reason = std::move(exchange.completion->finish_reason);
  co_return std::move(exchange.completion->content);
}

Task<Result<ChatTold>> AiQuestion::chat(ChatAsked asked) {
  auto question = question_of(asked);
  auto first = co_await ask_once(asked, question);
  if (!first) co_return first.error();
  told_.text = std::move(*first);
  if (!asked.schema) co_return told_;
  auto output = runs::parse_output(asked.schema, told_.text);
  if (!output) {
    runs::ask_for_repair(question, told_.text, output.error());
    auto second = co_await ask_once(asked, std::move(question));
    if (!second) co_return second.error();
    output = runs::parse_output(asked.schema, *second);
  }
  if (!output) co_return output.error();
  told_.text = std::move(*output);
  co_return told_;
}

Task<Result<gateway::Embeddings>> AiQuestion::embed(EmbedAsked asked) {
  std::int64_t tokens = 0;
  for (const auto& text : asked.texts) tokens += gateway::most_tokens(text);
  auto grant = co_await admit(asked.model, tokens);
  if (!grant) co_return grant.error();
  gateway::EmbeddingRequest request{grant->call.id, grant->model, std::move(asked.texts)};
  const auto gateway = parts_.gateway(bounds());
  auto made = co_await gateway->embed(request);
  auto spent = made ? std::optional(made->spent) : likely_spent(made.error(), request);
  co_await book(std::move(grant->call), std::move(spent), "embedding", made.has_value());
  co_return made;
}

}  // namespace rapt::host
