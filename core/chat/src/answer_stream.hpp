// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/chat/chat_service.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/delta_filter.hpp"

namespace rapt::chat {

/// The AI's words on their way through the modules that filter them, and to the reader. What has passed is the answer.
/// Both must outlive it.
class AnswerStream final : public gateway::DeltaSink {
 public:
  /// `reader` is null when nobody watches, or may not watch yet.
  AnswerStream(hooks::DeltaFilter& filter, MessageSink* reader) : filter_(filter), reader_(reader) {}
  /// False once a module has ended the answer: then the gateway need not write on.
  Task<bool> on_delta(std::string_view words) override;
  /// The gateway has written everything: what the modules still hold passes or does not.
  Task<void> finish();
  /// What has passed, all of which the reader has been shown (when there is one).
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Task<void> show_new();

  hooks::DeltaFilter& filter_;
  MessageSink* reader_;
  std::string text_;
  std::size_t shown_ = 0;
};

}  // namespace rapt::chat
