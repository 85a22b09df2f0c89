// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/runtime/runtime.hpp"
#include "scripted_gateway.hpp"

namespace rapt::gateway::testing {

/// Keeps what it is told, and has enough when it is told to.
struct Listener final : DeltaSink {
  std::vector<std::string> pieces;
  std::vector<std::pair<std::string, std::string>> begun;
  bool go_on = true;
  void on_begin(std::string_view model, std::string_view generation_id) override {
    begun.emplace_back(model, generation_id);
  }
  Task<bool> on_delta(std::string_view words) override {
    pieces.emplace_back(words);
    co_return go_on;
  }
};

inline const char* const kCallId = "7d4a3c56-0d7e-4c11-9c64-94a3b5a1c001";

/// A gateway to ask a scripted one, with no pauses to speak of.
struct Caller {
  explicit Caller(const ScriptedGateway& server) {
    options.base_url = server.url();
    options.api_key = "sk-test-secret-4711";
    options.default_model = "first";
    options.retry_pause = std::chrono::milliseconds(1);
    options.books_pause = std::chrono::milliseconds(1);
  }
  Exchange ask(ChatRequest request = {}, DeltaSink* sink = nullptr) {
    if (request.messages.empty()) request.messages = {{"user", "How do I solve 3x + 5 = 20?"}};
    if (request.call_id.empty()) request.call_id = kCallId;
    OpenAiGateway gateway(client, options);
    return runtime::run_blocking(gateway.complete(std::move(request), sink));
  }
  std::string code_of(ChatRequest request = {}) {
    const auto exchange = ask(std::move(request));
    return exchange.completion ? "answered" : exchange.completion.error().code;
  }

  http::Client client;
  OpenAiGateway::Options options{};
};

}  // namespace rapt::gateway::testing
