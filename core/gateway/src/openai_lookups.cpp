// SPDX-License-Identifier: AGPL-3.0-or-later
// What is asked of a gateway beside conversations.
#include <algorithm>
#include <utility>

#include "answer_reader.hpp"
#include "embedding_protocol.hpp"
#include "generation_protocol.hpp"
#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/gateway/tokens.hpp"
#include "wire.hpp"

namespace rapt::gateway {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookupTime{5000};
constexpr std::size_t kMaxGenerationBytes = 64 * 1024;
constexpr std::size_t kMaxEmbeddingBytes = 16 * 1024 * 1024;

struct Embedded {
  std::optional<Failure> failure{};
  Embeddings embeddings{};
};

Task<Embedded> embed_once(http::Client& client, http::ClientRequest request, std::size_t inputs,
                          const Discretion& discretion) {
  auto opened = co_await open_once(client, std::move(request), discretion);
  if (opened.failure) co_return Embedded{std::move(opened.failure)};
  auto body = co_await read_body(*opened.stream, {}, kMaxEmbeddingBytes);
  if (!body) co_return Embedded{Failure{body.error()}};
  auto embeddings = parse_embeddings(*body, inputs);
  if (!embeddings) co_return Embedded{Failure{embeddings.error()}};
  co_return Embedded{std::nullopt, std::move(*embeddings)};
}

void complete_spent(Spent& spent, const EmbeddingRequest& request, const Allowance& allowance) {
  if (spent.model.empty()) spent.model = request.model;
  spent.latency = allowance.used();
  if (!spent.estimated) return;
  for (const auto& input : request.inputs) spent.input_tokens += estimated_tokens(input);
}

}  // namespace

Task<Result<Embeddings>> OpenAiGateway::embed(EmbeddingRequest request) {
  const auto body = embedding_body(request);
  if (!body) co_return body.error();
  const Allowance allowance(options_.request_timeout);
  std::vector<Message> asked;
  for (const auto& input : request.inputs) asked.push_back({"user", input});
  const Discretion discretion(options_.api_key, asked);
  for (int retry = 0;; ++retry) {
    auto ask = to_http(options_, "POST", "/embeddings", request.call_id, allowance);
    ask.headers.set("Content-Type", "application/json");
    ask.headers.set("Accept-Encoding", "gzip");
    ask.body = *body;
    auto embedded = co_await embed_once(client_, std::move(ask), request.inputs.size(), discretion);
    if (!embedded.failure) {
      complete_spent(embedded.embeddings.spent, request, allowance);
      co_return std::move(embedded.embeddings);
    }
    const bool again = co_await wait_to_retry(options_, *embedded.failure, retry, allowance);
    if (!again) co_return std::move(embedded.failure->error);
  }
}

Task<Result<std::optional<Spent>>> OpenAiGateway::find_spent(std::string generation_or_call_id) {
  const Allowance allowance(std::min(options_.request_timeout, kLookupTime));
  const Discretion discretion(options_.api_key);
  const auto path = "/generation?id=" + percent_encoded(generation_or_call_id);
  auto request = to_http(options_, "GET", path, std::string(), allowance);
  auto opened = co_await client_.open(std::move(request));
  if (!opened) co_return transfer_failure(opened.error(), false).error;
  const int status = (*opened)->status();
  auto body = co_await read_body(**opened, {}, kMaxGenerationBytes);
  // A server that keeps no books has no such address.
  if (status == 404 || status == 405 || status == 501) co_return std::optional<Spent>();
  if (!body) co_return body.error();
  if (status != 200) co_return to_failure(parse_error_body(status, *body, discretion), std::nullopt).error;
  co_return parse_generation(*body);
}

Task<Result<void>> OpenAiGateway::check() {
  const Allowance allowance(std::min(options_.first_token_timeout, kLookupTime));
  const Discretion discretion(options_.api_key);
  auto request = to_http(options_, "GET", "/models", std::string(), allowance);
  auto opened = co_await open_once(client_, std::move(request), discretion);
  if (opened.failure) co_return std::move(opened.failure->error);
  opened.stream->let_end();
  co_return Result<void>{};
}

}  // namespace rapt::gateway
