// SPDX-License-Identifier: AGPL-3.0-or-later
#include "metered_gateway.hpp"

#include "rapt/telemetry/timings.hpp"
#include "rapt/telemetry/tracing.hpp"

namespace rapt::api {
namespace {

using Clock = std::chrono::steady_clock;

template <class T>
void count(const char* kind, const Result<T>& result, Clock::time_point since) {
  const std::string outcome = result ? "ok" : result.error().code.empty() ? "failed" : result.error().code;
  const auto spent = Clock::now() - since;
  telemetry::gateway_calls().record({kind, outcome}, spent);
  if (!telemetry::is_tracing()) return;
  telemetry::Span span;
  span.name = std::string("ai ") + kind;
  span.kind = telemetry::Span::Kind::kClient;
  span.ended = std::chrono::system_clock::now();
  span.began = span.ended - std::chrono::duration_cast<std::chrono::system_clock::duration>(spent);
  span.failed = !result;
  span.texts = {{"outcome", outcome}};
  telemetry::tell(std::move(span));
}

}  // namespace

Task<gateway::Exchange> MeteredGateway::complete(gateway::ChatRequest request, gateway::DeltaSink* sink) {
  const auto since = Clock::now();
  auto exchange = co_await inner_.complete(std::move(request), sink);
  count("chat", exchange.completion, since);
  co_return exchange;
}

Task<Result<gateway::Embeddings>> MeteredGateway::embed(gateway::EmbeddingRequest request) {
  const auto since = Clock::now();
  auto embeddings = co_await inner_.embed(std::move(request));
  count("embeddings", embeddings, since);
  co_return embeddings;
}

Task<Result<std::optional<gateway::Spent>>> MeteredGateway::find_spent(std::string generation_or_call_id) {
  return inner_.find_spent(std::move(generation_or_call_id));
}

Task<Result<void>> MeteredGateway::check() {
  return inner_.check();
}

}  // namespace rapt::api
