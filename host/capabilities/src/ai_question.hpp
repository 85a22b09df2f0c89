// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "ai_asked.hpp"
#include "ai_payer.hpp"
#include "rapt/host/ai.hpp"

namespace rapt::host {

/// An answer that came, with what it has cost, repair included.
struct ChatTold {
  std::string text, model, finish_reason;
  std::int64_t input_tokens = 0, output_tokens = 0;
};

/// One question of a module, from its admission to its place in the books. Failures are those of core/quota and
/// core/gateway, and OUTPUT_INVALID when an answer with a schema does not fit, also not at the second try.
class AiQuestion {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  AiQuestion(const AiCapability::Parts& parts, AiPayer payer, Deadline deadline)
      : parts_(parts), payer_(std::move(payer)), deadline_(deadline) {}

  Task<Result<ChatTold>> chat(ChatAsked asked);
  Task<Result<gateway::Embeddings>> embed(EmbedAsked asked);

 private:
  Task<Result<std::string>> ask_once(const ChatAsked& asked, gateway::ChatRequest question);
  Task<Result<quota::Grant>> admit(std::string model, std::int64_t input_tokens);
  Task<void> book(usage::Call call, std::optional<gateway::Spent> spent, const char* request_type, bool answered);
  [[nodiscard]] AiBounds bounds() const;

  const AiCapability::Parts& parts_;
  AiPayer payer_;
  Deadline deadline_;
  ChatTold told_;
};

}  // namespace rapt::host
