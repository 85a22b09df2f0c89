// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/chat/chat_service.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/delta_filter.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/quota/admission.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/usage.hpp"
#include "session_store.hpp"

namespace rapt::chat {

/// One message on its way: on_message, before_ai, the AI through on_delta, after_ai, and one transaction at the end.
/// Used once.
class MessageFlow {
 public:
  MessageFlow(ChatService::Parts parts, OpenSession open, tools::DefinitionPtr tool, hooks::Context context,
              MessageSink* sink);
  /// As ChatService::send_message. Must run to its end: the flow may not be destroyed while it does.
  Task<Result<Reply>> run();

 private:
  Task<Result<void>> before_ai();
  Task<Result<void>> ask();
  Task<Result<void>> admit(gateway::ChatRequest& request);
  Task<Result<void>> ask(gateway::ChatRequest request, hooks::DeltaFilter& filter);
  Task<Result<void>> take_filtered(std::string text, hooks::Outcome& outcome);
  Task<Result<void>> after_ai();
  Task<Result<Reply>> store();
  Task<Result<void>> stop_before(hooks::Point point, const hooks::Outcome& outcome);
  Task<Result<void>> stop_after(hooks::Point point, const hooks::Outcome& outcome);
  Task<Result<void>> stop_unavailable(const hooks::Outcome& outcome);
  void begin_answer();
  Task<void> show(const std::string& content);
  Task<void> record_spent(usage::Outcome outcome);
  struct WriteExchange;
  [[nodiscard]] WriteExchange write_exchange(usage::Outcome outcome, std::string_view topic,
                                             nlohmann::json payload) const;
  void absorb(hooks::Outcome& outcome);
  [[nodiscard]] usage::Record usage_record(usage::Outcome outcome) const;
  [[nodiscard]] NewMessage user_message() const;
  [[nodiscard]] NewMessage assistant_message() const;

  ChatService::Parts parts_;
  OpenSession open_;
  tools::DefinitionPtr tool_;
  hooks::Context context_;
  MessageSink* sink_;
  bool held_ = false;  ///< the answer is shown only after chat:after_ai
  TimePoint asked_at_{};
  hooks::Message question_;  ///< as the modules left it
  std::vector<std::string> instructions_;
  std::vector<std::string> modified_question_, modified_answer_;
  std::vector<std::string> skipped_;
  std::vector<hooks::Extraction> extractions_;
  std::string finish_reason_;
  std::optional<CutOff> cut_off_;
  quota::Grant grant_;
  std::optional<gateway::Spent> spent_;
};

}  // namespace rapt::chat
