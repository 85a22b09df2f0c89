// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::chat {

enum class SessionState : std::uint8_t { kActive, kPaused, kCompleted };
std::string_view name(SessionState state);  ///< "active", "paused", "completed"
std::optional<SessionState> parse_session_state(std::string_view text);

/// The tool as a reader of a conversation sees it.
struct ToolRef {
  ToolId id;
  std::string name;
  std::string type;
};

/// A conversation. Its tool version is pinned when it starts.
struct Session {
  SessionId id;
  ToolRef tool;
  std::string tool_version;
  UserId user;
  AssignmentId assignment;  ///< empty when started without one
  SessionState state = SessionState::kActive;
  TimePoint started_at{};
  std::optional<TimePoint> ended_at;
};

struct Message {
  MessageId id;
  std::string role;  ///< "user", "assistant" or "system"
  std::string content;
  std::int64_t seq = 0;  ///< from 1 within the session
  TimePoint created_at{};
  std::string meta_json = "{}";            ///< docs/api.md lists its members
  std::string request_id{};                ///< of a user's message, when its client chose one
  std::optional<TimePoint> replaced_at{};  ///< edited or generated anew since: kept, but no longer told to the AI
};

/// An answer that is being made.
struct TurnInfo {
  std::string id;
  std::string request_id;  ///< may be empty
  TimePoint started_at{};
};

struct SessionWithMessages {
  Session session;
  std::string user_name;
  std::vector<Message> messages;
  std::optional<TurnInfo> turn{};
  std::optional<TimePoint> ends_at{};  ///< when nothing more can be written
};

/// A line of a list, with what a teacher wants to see at a glance.
struct SessionSummary {
  Session session;
  std::string user_name;
  std::int64_t message_count = 0;
  std::int64_t extraction_count = 0;
  std::optional<TimePoint> last_message_at;
};

struct SessionPage {
  std::vector<SessionSummary> items;
  std::optional<std::string> next_cursor;
};

/// Which sessions to list, newest first.
struct SessionFilter {
  bool teaching = false;  ///< those of students in the caller's reach instead of the caller's own
  std::optional<ClassId> class_id{};
  std::optional<ToolId> tool_id{};
  std::optional<SessionState> state{};
  int limit = 50;        ///< 1 to 100
  std::string cursor{};  ///< next_cursor of the page before, or empty
};

struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::string model;
  bool estimated = false;
};

/// A module ended an answer while it was being written.
struct CutOff {
  std::string module;
  std::string reason;  ///< for the reader
};

/// The answer to one message: the assistant's message as stored, and what it cost.
struct Reply {
  Message message;
  Usage usage;
  std::optional<CutOff> cut_off;  ///< then the message is what the reader had seen; also in its meta_json
};

}  // namespace rapt::chat
