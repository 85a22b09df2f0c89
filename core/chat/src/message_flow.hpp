// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "answer_stream.hpp"
#include "history_cache.hpp"
#include "rapt/chat/chat_service.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/delta_filter.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/quota/admission.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/usage.hpp"
#include "turn_facts.hpp"
#include "turn_store.hpp"

namespace rapt::chat {

/// A turn that has been taken, and what it is about.
struct TurnStart {
  OpenSession open;
  tools::DefinitionPtr tool;
  hooks::Context context;                       ///< `current` is the question
  std::optional<std::int64_t> replaces_from{};  ///< older messages from here on are replaced
  bool regenerate = false;                      ///< the question is stored already
  std::int64_t policy_version = 0;              ///< as begin_turn() read it
  std::size_t told = 0;                         ///< how many messages of the history the modules are told
};

/// One message on its way: on_message, before_ai, the AI through on_delta, after_ai, and one statement at the end. What
/// readers see goes into the turn, but for its end. Used once.
class MessageFlow {
 public:
  /// All that it refers to outlives it.
  MessageFlow(const ChatService::Parts& parts, HistoryCache& histories, std::shared_ptr<Turn> turn, TurnStart start,
              std::shared_ptr<Interruption> interruption, const std::atomic<bool>& stopping);
  /// Must run to its end: the flow may not be destroyed while it does.
  Task<Result<Reply>> run();
  /// Whether the turn's row is gone: stored, or dropped.
  [[nodiscard]] bool row_ended() const { return row_ended_; }
  /// After run() has failed to store: keeps trying until it is stored, cannot be, or the host stops.
  Task<void> store_later();

 private:
  // message_flow.cpp: the way
  Task<Result<void>> before_ai();
  Task<Result<void>> ask();
  Task<Result<void>> admit(gateway::ChatRequest& request);
  Task<gateway::Exchange> ask_gateway(Task<gateway::Exchange> asking, const AnswerStream& stream);
  Task<Result<void>> take_answer(gateway::Exchange& exchange, AnswerStream& stream, hooks::DeltaFilter& filter);
  Task<Result<void>> take_filtered(std::string text, hooks::Outcome& outcome);
  Task<Result<void>> after_ai();
  void begin_answer();
  void let_go_of_history();
  void show_start();
  void show(const std::string& content);
  void absorb(hooks::Outcome& outcome);
  [[nodiscard]] TurnFacts facts(std::string_view model, std::string_view generation) const;
  [[nodiscard]] bool asks_again() const { return start_.regenerate; }

  // message_outcome.cpp: what it leaves behind
  Task<Result<Reply>> store();
  void remember(const NewMessage& answer);
  Task<Result<void>> store_patiently();
  Task<Result<void>> store_once(bool again);
  Task<Result<void>> stop_before(hooks::Point point, const hooks::Outcome& outcome);
  Task<Result<void>> stop_after(hooks::Point point, const hooks::Outcome& outcome);
  Task<Result<void>> stop_unavailable(const hooks::Outcome& outcome);
  Task<Result<void>> stop_unshown();
  Task<void> record_spent(usage::Outcome outcome);
  [[nodiscard]] TurnEffects effects(usage::Outcome outcome, std::string_view topic, nlohmann::json payload) const;
  [[nodiscard]] usage::Record usage_record(usage::Outcome outcome) const;
  [[nodiscard]] NewMessage user_message() const;
  [[nodiscard]] NewMessage assistant_message() const;

  const ChatService::Parts& parts_;
  HistoryCache& histories_;
  const std::shared_ptr<Turn> turn_;
  TurnStart start_;
  OpenSession& open_ = start_.open;
  hooks::Context& context_ = start_.context;
  const tools::ToolDefinition& tool_;
  const std::shared_ptr<Interruption> interruption_;
  const std::atomic<bool>& stopping_;
  bool held_ = false;     ///< the answer is shown only after chat:after_ai
  bool stopped_ = false;  ///< by its reader
  bool row_ended_ = false;
  TimePoint asked_at_{};
  std::size_t input_bytes_ = 0;
  std::size_t untold_ = 0;   ///< messages of the history that the model's context had no room for
  hooks::Message question_;  ///< as the modules left it
  std::vector<std::string> instructions_;
  std::vector<std::string> modified_question_, modified_answer_;
  std::vector<std::string> skipped_;
  std::vector<hooks::Extraction> extractions_;
  std::string finish_reason_;
  std::optional<CutOff> cut_off_;
  quota::Grant grant_;
  std::optional<gateway::Spent> spent_;
  std::unique_ptr<TurnEffects> effects_;  ///< what is being stored: large, and late
};

}  // namespace rapt::chat
