// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "interruption.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/delta_filter.hpp"
#include "turn_hub.hpp"

namespace rapt::chat {

/// The AI's words on their way through the modules that filter them, and to the readers. What has passed is the answer.
/// What it is made of must outlive it.
class AnswerStream final : public gateway::DeltaSink {
 public:
  /// `shown`: readers see the words as they pass.
  AnswerStream(hooks::DeltaFilter& filter, Turn& turn, Interruption& interruption, bool shown)
      : filter_(filter), turn_(turn), interruption_(interruption), shows_(shown) {}
  /// Called once, when the model has begun.
  std::function<void(std::string_view model, std::string_view generation_id)> begun;

  void on_begin(std::string_view model, std::string_view generation_id) override;
  /// False once a module has ended the answer, or its reader: then the gateway need not write on.
  Task<bool> on_delta(std::string_view words) override;
  /// The modules are asked once about what came at once.
  [[nodiscard]] bool joins() const override { return true; }
  /// The gateway has written everything: its last words, and what the modules still hold, pass or do not.
  Task<void> finish(std::string_view last_words);
  /// What has passed, all of which the readers have been shown (when they are).
  [[nodiscard]] std::string text() const;
  /// Bytes that the model has written.
  [[nodiscard]] std::size_t written() const { return written_; }
  /// Words came that the reader did not want any more.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  void show_new();

  hooks::DeltaFilter& filter_;
  Turn& turn_;
  Interruption& interruption_;
  const bool shows_;
  std::string text_;  ///< what has passed, without what the turn has
  std::size_t written_ = 0;
  bool refused_ = false;
};

}  // namespace rapt::chat
