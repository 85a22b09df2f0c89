// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/openai_gateway.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "answer_reader.hpp"
#include "rapt/base/log.hpp"
#include "rapt/gateway/tokens.hpp"
#include "rapt/runtime/runtime.hpp"
#include "request_body.hpp"
#include "wire.hpp"

namespace rapt::gateway {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostFallbacks = 5;

/// How often the gateway's books are asked about an answer that ended before its usage came: they are not written at
/// once.
constexpr int kLooksIntoBooks = 3;

/// What came of one model.
struct Tried {
  std::optional<Failure> failure{};
  Answer answer{};
  bool answered = false;  ///< the head of an answer came, so there may be something to pay for
};

/// One question, while it is being asked.
struct Asking {
  http::Client& client;
  const OpenAiGateway::Options& options;
  const ChatRequest& request;  ///< whose messages go once an answer has begun
  DeltaSink* sink;
  Discretion discretion;
  std::int64_t input_tokens;  ///< as estimated
  Allowance allowance;
  Tried tried{};  ///< the last try: it stands here once, and in none of the tasks that wait
};

std::vector<std::string> models_of(const ChatRequest& request, const std::string& default_model) {
  std::vector<std::string> models = {request.model.empty() ? default_model : request.model};
  for (const auto& model : request.fallback_models) {
    const bool known = std::find(models.begin(), models.end(), model) != models.end();
    if (!model.empty() && !known && models.size() <= kMostFallbacks) models.push_back(model);
  }
  return models;
}

/// Up to the head of an answer. What was needed for that is gone when the long wait begins.
Task<Opened> send_to(Asking& asking, const std::string& model) {
  auto body = chat_body(asking.request, model, asking.options.temperature);
  if (!body) co_return Opened{nullptr, Failure{body.error()}};
  auto request = to_http(asking.options, "POST", "/chat/completions", asking.request.call_id, asking.allowance);
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(*body);
  co_return co_await open_once(asking.client, std::move(request), asking.discretion);
}

Task<void> try_once(Asking& asking, const std::string& model) {
  const auto first_words_by = std::chrono::steady_clock::now() + asking.options.first_token_timeout;
  asking.tried = {};
  auto opened = co_await send_to(asking, model);
  if (opened.failure) {
    asking.tried.failure = std::move(opened.failure);
    co_return;
  }
  AnswerReader reader(*opened.stream, asking.sink, {first_words_by, asking.options.token_timeout}, asking.discretion);
  co_await reader.read();
  asking.tried = {std::move(reader.failure()), std::move(reader.answer()), true};
}

/// Asks one model, again where that can help: never after an answer has begun, and never after a head that was followed
/// by nothing, because that may have been paid for.
Task<void> try_model(Asking& asking, const std::string& model) {
  auto& tried = asking.tried;
  for (int retry = 0;; ++retry) {
    co_await try_once(asking, model);
    if (tried.answer.model.empty()) tried.answer.model = model;
    if (!tried.failure || tried.answer.begun) co_return;
    const bool again = co_await wait_to_retry(asking.options, *tried.failure, retry, asking.allowance);
    if (!again) co_return;
  }
}

/// Of several failures, the first tells most: it is the one of the model that was wanted.
Task<void> try_models(Asking& asking) {
  auto& tried = asking.tried;
  std::optional<Failure> first;
  const auto models = models_of(asking.request, asking.options.default_model);
  for (std::size_t i = 0;; ++i) {
    co_await try_model(asking, models[i]);
    const bool over = !tried.failure || tried.answer.begun || !tried.failure->other_model;
    if (over || i + 1 == models.size() || !asking.allowance.lasts(milliseconds(0))) {
      if (first && tried.failure && !tried.answer.begun) tried.failure = std::move(first);
      co_return;
    }
    log::info("gateway.fallback", {{"code", tried.failure->error.code},
                                   {"detail", tried.failure->error.log_detail},
                                   {"from", models[i]},
                                   {"to", models[i + 1]}});
    if (!first) first = std::move(tried.failure);
  }
}

/// What the books of the gateway say, when they say something soon.
Task<std::optional<Spent>> booked(Gateway& gateway, std::string id, milliseconds pause) {
  for (int look = 0; look < kLooksIntoBooks; ++look) {
    if (look > 0) co_await runtime::sleep_for(look * pause);
    auto found = co_await gateway.find_spent(id);
    if (!found) co_return std::nullopt;
    if (*found) co_return *found;
  }
  co_return std::nullopt;
}

Spent estimate(const Tried& tried, std::int64_t input_tokens) {
  const auto& usage = tried.answer.usage;
  Spent spent{.model = tried.answer.model, .generation_id = tried.answer.generation_id};
  spent.estimated = !usage.input_tokens || !usage.output_tokens;
  spent.input_tokens = usage.input_tokens ? *usage.input_tokens : input_tokens;
  if (usage.output_tokens) {
    spent.output_tokens = *usage.output_tokens;
  } else {
    auto written = tried.answer.told;
    written.add(tried.answer.content);
    spent.output_tokens = written.count();
  }
  return spent;
}

/// What has to be paid: as it was reported; of an answer that ended early, as the books have it; else an estimate.
Task<std::optional<Spent>> spent_on(Gateway& gateway, const Asking& asking) {
  const auto& tried = asking.tried;
  if (!tried.answered) co_return std::nullopt;
  auto spent = estimate(tried, asking.input_tokens);
  const bool early = tried.failure || tried.answer.finish_reason == "cancelled";
  const bool nothing = tried.answer.bytes == 0 && !tried.answer.usage.input_tokens;
  const auto& id = spent.generation_id.empty() ? asking.request.call_id : spent.generation_id;
  if (spent.estimated && early && !id.empty()) {
    auto known = co_await booked(gateway, id, asking.options.books_pause);
    if (known) {
      if (known->input_tokens == 0 && known->output_tokens == 0 && nothing) co_return std::nullopt;
      if (known->model.empty()) known->model = spent.model;
      known->latency = asking.allowance.used();
      co_return known;
    }
  }
  if (nothing) co_return std::nullopt;
  spent.latency = asking.allowance.used();
  co_return spent;
}

}  // namespace

OpenAiGateway::OpenAiGateway(http::Client& client, Options options) : client_(client), options_(std::move(options)) {
  while (!options_.base_url.empty() && options_.base_url.back() == '/') options_.base_url.pop_back();
}

Task<Exchange> OpenAiGateway::complete(ChatRequest request, DeltaSink* sink) {
  Asking asking{client_,
                options_,
                request,
                sink,
                Discretion(options_.api_key, request),
                estimated_tokens(request),
                Allowance(options_.request_timeout)};
  co_await try_models(asking);
  auto spent = co_await spent_on(*this, asking);
  auto& tried = asking.tried;
  if (tried.failure) co_return Exchange{std::move(tried.failure->error), std::move(spent)};
  Completion completion{std::move(tried.answer.content), std::move(tried.answer.finish_reason)};
  co_return Exchange{std::move(completion), std::move(spent)};
}

}  // namespace rapt::gateway
