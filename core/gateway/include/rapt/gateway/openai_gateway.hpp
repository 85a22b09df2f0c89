// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rapt/gateway/gateway.hpp"
#include "rapt/http/client.hpp"

namespace rapt::gateway {

/// Any server that speaks OpenAI's chat completions (POST BASE/chat/completions, with or without streaming),
/// POST BASE/embeddings, and, for find_spent(), OpenRouter's GET BASE/generation.
class OpenAiGateway final : public Gateway {
 public:
  struct Options {
    std::string base_url;  ///< without the trailing /chat/completions
    std::string api_key;   ///< sent as a bearer token when not empty; never logged
    std::string default_model;
    std::optional<double> temperature{};                   ///< of answers; else the model's own
    std::chrono::milliseconds request_timeout{120000};     ///< a whole call, with every retry and fallback
    std::chrono::milliseconds first_token_timeout{30000};  ///< of one try, from its start to the first words
    std::chrono::milliseconds token_timeout{30000};        ///< between two pieces; comments are none
    std::chrono::milliseconds connect_timeout{5000};
    int max_retries = 2;                         ///< of each model, before the first byte of an answer only
    std::chrono::milliseconds retry_pause{400};  ///< doubles with each retry, up to 5 s
    std::chrono::milliseconds books_pause{300};  ///< before find_spent() is asked again about an answer that broke off
  };
  OpenAiGateway(http::Client& client, Options options);

  Task<Exchange> complete(ChatRequest request, DeltaSink* sink) override;
  Task<Result<Embeddings>> embed(EmbeddingRequest request) override;
  Task<Result<std::optional<Spent>>> find_spent(std::string generation_or_call_id) override;
  Task<Result<void>> check() override;

 private:
  http::Client& client_;
  Options options_;
};

}  // namespace rapt::gateway
