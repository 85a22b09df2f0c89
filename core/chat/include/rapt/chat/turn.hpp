// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/chat/types.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::chat {

/// What somebody says in a conversation: one turn is a question and its answer.
struct NewTurn {
  std::string content;                     ///< "" when `regenerate`
  std::string request_id{};                ///< a UUID that the client chose, or empty: sent again, it is the same turn
  std::optional<std::int64_t> replaces{};  ///< the number of an own message that this one takes the place of
  bool regenerate = false;                 ///< another answer to the last question
};

/// One thing that happened while an answer was made.
struct TurnEvent {
  enum class Kind : std::uint8_t { kStart, kStatus, kDelta, kNotice, kCutOff, kDone, kBlocked, kError };
  std::int64_t number = 0;  ///< from 1, without a gap
  Kind kind = Kind::kStart;
  /// kDelta: words as chat:on_delta left them. kStart, kStatus, kNotice, kCutOff: a JSON object as docs/api.md has it.
  std::string data{};
  std::shared_ptr<const Result<Reply>> outcome{};  ///< of the last event, which is kDone, kBlocked or kError
};
std::string_view name(TurnEvent::Kind kind);  ///< "start", "status", …

/// Whether a failure is an answer to whoever asked rather than a fault: a module's block, or a limit.
bool is_answer(const Error& error);

/// The code of a failure that will mend itself: the answer was shown, and is stored as soon as that can be done.
inline constexpr const char* kAnswerNotStored = "ANSWER_NOT_STORED";

/// A place in the events of a turn: behind number `number`; as text "TURN:NUMBER".
struct TurnPlace {
  std::string turn;
  std::int64_t number = 0;
  static std::optional<TurnPlace> parse(std::string_view text);
};

/// Follows a turn at its own pace. A reader that goes away changes nothing. Used by one task.
class TurnReader {
 public:
  virtual ~TurnReader() = default;
  [[nodiscard]] virtual const std::string& turn() const = 0;
  /// What happened since the last call: at least one event, for which it waits; nothing after the last one.
  /// kUnavailable when the turn is another host's and cannot be followed now.
  virtual Task<Result<std::vector<TurnEvent>>> next() = 0;
  /// Waits for the end.
  virtual Task<Result<Reply>> outcome() = 0;
};

}  // namespace rapt::chat
