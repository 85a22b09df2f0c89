// SPDX-License-Identifier: AGPL-3.0-or-later
#include "metered_gateway.hpp"

#include <boost/asio/this_coro.hpp>

#include "rapt/telemetry/open_span.hpp"
#include "rapt/telemetry/timings.hpp"

namespace rapt::api {
namespace {

using Steady = std::chrono::steady_clock;

template <class T>
void count(const char* kind, const Result<T>& result, Steady::time_point since, telemetry::OpenSpan& span) {
  const std::string outcome = result ? "ok" : result.error().code.empty() ? "failed" : result.error().code;
  telemetry::gateway_calls().record({kind, outcome}, Steady::now() - since);
  if (!span.is_kept()) return;
  span.say("outcome", outcome);
  span.end(!result);
}

Task<gateway::Exchange> counted(Task<gateway::Exchange> asking) {
  const auto since = Steady::now();
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto span = telemetry::begin_span(executor, "ai chat", telemetry::Span::Kind::kClient);
  auto exchange = co_await std::move(asking);
  count("chat", exchange.completion, since, span);
  co_return exchange;
}

}  // namespace

// No coroutine: its frame would hold the request a second time.
Task<gateway::Exchange> MeteredGateway::complete(gateway::ChatRequest request, gateway::DeltaSink* sink) {
  return counted(inner_.complete(std::move(request), sink));
}

Task<Result<gateway::Embeddings>> MeteredGateway::embed(gateway::EmbeddingRequest request) {
  const auto since = Steady::now();
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto span = telemetry::begin_span(executor, "ai embeddings", telemetry::Span::Kind::kClient);
  auto embeddings = co_await inner_.embed(std::move(request));
  count("embeddings", embeddings, since, span);
  co_return embeddings;
}

Task<Result<std::optional<gateway::Spent>>> MeteredGateway::find_spent(std::string generation_or_call_id) {
  return inner_.find_spent(std::move(generation_or_call_id));
}

Task<Result<void>> MeteredGateway::check() {
  return inner_.check();
}

}  // namespace rapt::api
