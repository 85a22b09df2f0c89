// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/chat/types.hpp"

#include <charconv>

#include "rapt/chat/turn.hpp"

namespace rapt::chat {

std::string_view name(SessionState state) {
  switch (state) {
    case SessionState::kActive:
      return "active";
    case SessionState::kPaused:
      return "paused";
    case SessionState::kCompleted:
      return "completed";
  }
  return "active";
}

std::optional<SessionState> parse_session_state(std::string_view text) {
  for (auto state : {SessionState::kActive, SessionState::kPaused, SessionState::kCompleted}) {
    if (name(state) == text) return state;
  }
  return std::nullopt;
}

std::string_view name(TurnEvent::Kind kind) {
  using Kind = TurnEvent::Kind;
  switch (kind) {
    case Kind::kStart:
      return "start";
    case Kind::kStatus:
      return "status";
    case Kind::kDelta:
      return "delta";
    case Kind::kNotice:
      return "notice";
    case Kind::kCutOff:
      return "cut_off";
    case Kind::kDone:
      return "done";
    case Kind::kBlocked:
      return "blocked";
    case Kind::kError:
      break;
  }
  return "error";
}

bool is_answer(const Error& error) {
  return error.kind == ErrorKind::kBlocked || error.code == "AI_LIMIT_REACHED" || error.code == "AI_BUDGET_EXHAUSTED";
}

std::optional<TurnPlace> TurnPlace::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto turn = canonical_uuid(text.substr(0, colon));
  const auto digits = text.substr(colon + 1);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!turn || fault != std::errc{} || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return TurnPlace{std::move(*turn), number};
}

}  // namespace rapt::chat
