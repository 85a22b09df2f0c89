// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/chat/types.hpp"

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

}  // namespace rapt::chat
