// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session_limits.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"
#include "rapt/chat/chat_service.hpp"
#include "rapt/identity/ability.hpp"

namespace rapt::chat {

namespace {

std::string minutes(std::chrono::seconds time) {
  const auto count = std::chrono::ceil<std::chrono::minutes>(time).count();
  return std::to_string(count) + (count == 1 ? " minute" : " minutes");
}

/// Whoever may change the assignment tries it out when they like.
bool prepares(const identity::Actor& owner, const OpenSession& open) {
  const identity::Place place{.group_path = open.group_path, .class_id = open.class_id};
  return identity::can(owner, identity::Action::kUpdate, identity::Subject::kAssignment, place);
}

Result<void> check_assignment(const identity::Actor& owner, const OpenSession& open, TimePoint now) {
  if (open.session.assignment.empty() || prepares(owner, open)) return {};
  if (open.available_at && now < *open.available_at)
    return Error::conflict("The assignment opens at " + to_rfc3339(*open.available_at) + ": come back then.");
  if (open.closes_at && now >= *open.closes_at) return Error::conflict("The assignment has closed.");
  if (open.time_limit && now >= open.session.started_at + *open.time_limit) {
    return Error::conflict("The assignment gives " + minutes(*open.time_limit) +
                           " from the start of the conversation, and they have passed.");
  }
  return {};
}

}  // namespace

Result<void> check_content(const std::string& content) {
  if (!is_utf8(content)) {
    return Error{.kind = ErrorKind::kInvalid,
                 .code = "INVALID_UTF8",
                 .message = "The message is not valid UTF-8.",
                 .fields = {{"content", "is not valid UTF-8"}}};
  }
  if (content.find_first_not_of(" \t\r\n") == std::string::npos)
    return Error::invalid("content", "is empty: write a message first");
  if (content.find('\0') != std::string::npos) return Error::invalid("content", "holds a NUL character: remove it");
  if (count_code_points(content) > kMaxMessageCharacters) {
    return Error::invalid("content", "is longer than " + std::to_string(kMaxMessageCharacters) +
                                         " characters: shorten it or send it in parts");
  }
  return {};
}

Result<void> check_open(const identity::Actor& owner, const OpenSession& open, const tools::ToolDefinition& tool,
                        TimePoint now) {
  if (open.session.state == SessionState::kPaused)
    return Error::conflict("This conversation is paused: resume it first.");
  if (open.session.state == SessionState::kCompleted)
    return Error::conflict("This conversation has ended: start a new one.");
  RAPT_TRY(check_assignment(owner, open, now));
  const auto& longest = tool.constraints.max_duration;
  if (longest && now >= open.session.started_at + *longest) {
    return Error::conflict("This tool allows conversations of " + minutes(*longest) +
                           ", and they have passed: start a new one.");
  }
  return {};
}

Result<void> check_message_count(const OpenSession& open, const tools::ToolDefinition& tool) {
  const auto& limit = tool.constraints.max_messages;
  if (!limit || open.asked < *limit) return {};
  return Error::conflict("This tool allows " + std::to_string(*limit) + (*limit == 1 ? " message" : " messages") +
                         " in a conversation, and you have used them up.");
}

std::optional<TimePoint> ends_at(TimePoint started_at, const tools::ToolDefinition& tool,
                                 const std::optional<TimePoint>& closes_at,
                                 const std::optional<std::chrono::seconds>& time_limit) {
  auto earliest = closes_at;
  const auto also = [&earliest](TimePoint time) { earliest = earliest ? std::min(*earliest, time) : time; };
  if (time_limit) also(started_at + *time_limit);
  if (tool.constraints.max_duration) also(started_at + *tool.constraints.max_duration);
  return earliest;
}

}  // namespace rapt::chat
