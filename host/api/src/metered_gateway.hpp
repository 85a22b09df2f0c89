// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/gateway/gateway.hpp"

namespace rapt::api {

/// Another gateway whose questions are counted, with how long they took (telemetry::gateway_calls). Thread-safe.
class MeteredGateway final : public gateway::Gateway {
 public:
  /// `inner` must outlive it.
  explicit MeteredGateway(gateway::Gateway& inner) : inner_(inner) {}
  Task<gateway::Exchange> complete(gateway::ChatRequest request, gateway::DeltaSink* sink) override;
  Task<Result<gateway::Embeddings>> embed(gateway::EmbeddingRequest request) override;
  Task<Result<std::optional<gateway::Spent>>> find_spent(std::string generation_or_call_id) override;
  Task<Result<void>> check() override;

 private:
  gateway::Gateway& inner_;
};

}  // namespace rapt::api
