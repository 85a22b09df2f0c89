// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/gateway/transcript.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::gateway {

/// A picture beside the words of a message.
struct Image {
  std::string media_type;  ///< "image/png", "image/jpeg", "image/webp", "image/gif"
  std::string bytes;
};

struct Message {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
  std::vector<Image> images{};
};

/// One question to a model.
struct ChatRequest {
  std::string call_id{};  ///< UUID; told to the gateway as X-Request-Id, so that find_spent() may ask for it later
  std::string model{};    ///< empty: the configured default
  std::vector<std::string> fallback_models{};  ///< asked in turn when the one before is not to be had
  std::optional<int> max_output_tokens{};
  std::vector<Message> messages{};
  Excerpt earlier{};  ///< has its place behind the first of `messages`
  /// A JSON Schema that the answer should fit: asked for by response_format. The caller checks the answer all the same,
  /// because a model need not keep to it.
  std::optional<std::string> response_schema_json{};
};

/// What has to be paid. `estimated` when the gateway reported nothing (tokens.hpp).
struct Spent {
  std::string model{};  ///< as the gateway named it
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool estimated = false;
  std::chrono::milliseconds latency{0};  ///< from the request to its end
  std::string generation_id{};           ///< the gateway's name for the answer; empty when it gave none
};

struct Completion {
  std::string content;        ///< for a sink that joins, only what it has not been told
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
  /// An answer has begun: by which model, and what the gateway calls it (may be empty). Before the first words, once.
  virtual void on_begin(std::string_view /*model*/, std::string_view /*generation_id*/) {}
  /// The next words, well-formed UTF-8. False ends the request: what was written until then has been paid for.
  virtual Task<bool> on_delta(std::string_view words) = 0;
  /// Whether on_delta() is told at once of pieces that came at once; those of the end stand in the completion, alone.
  [[nodiscard]] virtual bool joins() const { return false; }
};

/// Texts to be placed in a space of meanings.
struct EmbeddingRequest {
  std::string call_id{};
  std::string model;
  std::vector<std::string> inputs;  ///< at most 256, none of them empty
};

struct Embeddings {
  std::vector<std::vector<float>> vectors;  ///< one for each input, all of one length
  Spent spent;
};

/// The one way to a language model. Failures: AI_GATEWAY_ERROR, AI_INVALID_RESPONSE, AI_AUTHENTICATION_FAILED,
/// AI_MODEL_NOT_AVAILABLE (kUpstream), AI_RATE_LIMITED (kRateLimited, with a time), AI_TIMEOUT (kTimeout). Thread-safe.
class Gateway {
 public:
  virtual ~Gateway() = default;
  /// `sink` may be null; otherwise it must outlive the call.
  virtual Task<Exchange> complete(ChatRequest request, DeltaSink* sink) = 0;
  virtual Task<Result<Embeddings>> embed(EmbeddingRequest request);
  /// What the gateway's own books say of an answer, by its generation id or by our call id: for calls whose host died.
  /// nullopt when it keeps no such books or does not know it.
  virtual Task<Result<std::optional<Spent>>> find_spent(std::string generation_or_call_id);
  /// Whether the gateway answers and takes the key; costs no tokens.
  virtual Task<Result<void>> check() = 0;
};

}  // namespace rapt::gateway
