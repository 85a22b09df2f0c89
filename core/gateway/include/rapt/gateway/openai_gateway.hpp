// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "rapt/gateway/gateway.hpp"
#include "rapt/http/client.hpp"

namespace rapt::gateway {

/// Any server that speaks OpenAI's chat completions (POST BASE/chat/completions, with or without streaming).
class OpenAiGateway final : public Gateway {
 public:
  struct Options {
    std::string base_url;  ///< without the trailing /chat/completions
    std::string api_key;   ///< sent as a bearer token when not empty; never logged
    std::string default_model;
    std::chrono::milliseconds request_timeout{120000};
    std::chrono::milliseconds first_token_timeout{30000};  ///< also the longest silence between two pieces
    int max_retries = 2;                                   ///< before the first byte of an answer only
    std::chrono::milliseconds retry_pause{400};            ///< doubles with each retry, up to 5 s
  };
  OpenAiGateway(http::Client& client, Options options);

  Task<Exchange> complete(ChatRequest request, DeltaSink* sink) override;
  Task<Result<void>> check() override;

 private:
  /// Asks until the head of an answer has come; asks again only where that can help.
  Task<Result<std::unique_ptr<http::ClientStream>>> open_with_retries(std::string body,
                                                                      std::chrono::milliseconds time_limit);

  http::Client& client_;
  Options options_;
};

}  // namespace rapt::gateway
