// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/runtime/task.hpp"

namespace rapt::gateway {

struct Message {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
};

/// One question to a model.
struct ChatRequest {
  std::string model{};  ///< empty: the configured default
  std::vector<Message> messages{};
  /// A JSON Schema that the answer should fit: asked for by response_format. The caller checks the answer all the same,
  /// because a model need not keep to it.
  std::optional<std::string> response_schema_json{};
};

/// What has to be paid. `estimated` when the gateway reported nothing: then a token is taken to be four bytes.
struct Spent {
  std::string model{};  ///< as the gateway named it
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool estimated = false;
  std::chrono::milliseconds latency{0};  ///< from the request to its end
};

struct Completion {
  std::string content;
  std::string finish_reason;  ///< "stop", "length", "content_filter", …; empty when the gateway gave none
};

/// What came of a question. An answer that broke off was paid for as well, so `spent` may stand beside a failure.
struct Exchange {
  Result<Completion> completion;
  std::optional<Spent> spent;
};

/// Receives the answer while it is being written.
class DeltaSink {
 public:
  virtual ~DeltaSink() = default;
  /// The next words, well-formed UTF-8. False ends the request: what was written until then has been paid for.
  virtual Task<bool> on_delta(std::string_view words) = 0;
};

/// The one way to a language model. Failures: AI_GATEWAY_ERROR, AI_INVALID_RESPONSE, AI_AUTHENTICATION_FAILED,
/// AI_MODEL_NOT_AVAILABLE (kUpstream), AI_RATE_LIMITED (kRateLimited, with a time), AI_TIMEOUT (kTimeout). Thread-safe.
class Gateway {
 public:
  virtual ~Gateway() = default;
  /// `sink` may be null; otherwise it must outlive the call.
  virtual Task<Exchange> complete(ChatRequest request, DeltaSink* sink) = 0;
  /// Whether the gateway answers and takes the key; costs no tokens.
  virtual Task<Result<void>> check() = 0;
};

}  // namespace rapt::gateway
