// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "history.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/chat/types.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::chat {

/// The SQL of conversations. Every function that reads for somebody checks who asks, in the statement itself.

/// At most so many earlier messages go into a prompt and a hook's context.
inline constexpr int kHistoryMessages = 100;
/// And so many bytes of text together: about 12,000 tokens. The model's context may hold less (quota::Grant::left_out).
inline constexpr std::int64_t kHistoryBytes = 48 * 1024;

/// What one message needs to know of its conversation: one round trip.
struct OpenSession {
  Session session;  ///< without the tool's name and type
  ToolVersionId version;
  std::int64_t next_seq = 1;
  ClassId class_id;             ///< of the assignment, may be empty
  hooks::Context::Group group;  ///< of that class, may be empty
  std::string group_path;       ///< of that group
  GroupId payer;                ///< whose limits and budget count, may be empty
  /// Of the assignment.
  std::optional<TimePoint> available_at, closes_at;
  std::optional<std::chrono::seconds> time_limit;
  /// The newest that fit into kHistoryMessages and kHistoryBytes, oldest first. Never begins with an answer whose
  /// question no longer fits: many models refuse such a conversation.
  HistoryPtr history = no_history();
  std::int64_t left_out = 0;  ///< earlier messages that are not in it
  std::int64_t asked = 0;     ///< messages of the owner, also those that were replaced
};

struct NewSession {
  SessionId id;
  ToolId tool;
  ToolVersionId version;
  UserId user;
  AssignmentId assignment;
  TimePoint started_at{};
};

Message message_from(const store::Row& row);
/// What the columns of RAPT_CHAT_SESSION say: all but the history and the count of messages (history.hpp).
OpenSession open_session_from(const store::Row& row);
/// The owner's own session; kNotFound otherwise.
Task<Result<OpenSession>> load_open_session(store::Database& database, UserId owner, SessionId id);
/// Any session, with the history before the message `before`: for jobs, which nobody asks. kNotFound.
Task<Result<OpenSession>> load_session_before(store::Database& database, SessionId id, std::int64_t before);
Task<Result<hooks::Message>> load_message(store::Database& database, SessionId session, std::int64_t seq);
/// A session as its readers see it, with what decides when it ends.
struct ReadableSession {
  SessionWithMessages shown;
  ToolVersionId version;
  std::optional<TimePoint> closes_at;
  std::optional<std::chrono::seconds> time_limit;
};
/// kNotFound unless the actor may read it. Two statements: head and messages. `now`: which turns still count.
Task<Result<ReadableSession>> load_readable_session(store::Database& database, identity::Actor actor, SessionId id,
                                                    bool with_replaced, TimePoint now);
/// The head's check alone.
Task<Result<void>> check_readable(store::Database& database, identity::Actor actor, SessionId id);
Task<Result<SessionPage>> list_sessions(store::Database& database, identity::Actor actor, SessionFilter filter);

Result<void> insert_session(store::Transaction& tx, const NewSession& session);

}  // namespace rapt::chat

// A session `s` with its assignment, class and group, for statements that open one.
#define RAPT_CHAT_SESSION                                                                                           \
  " s.id, s.tool_id, s.tool_version_id, s.user_id, s.assignment_id, s.state, s.next_seq, s.started_at, s.ended_at," \
  " a.class_id, a.available_at, a.closes_at, extract(epoch FROM a.time_limit)::bigint AS time_limit,"               \
  " s.group_id AS payer, g.id AS group_id, g.name AS group_name, g.path::text AS group_path"
#define RAPT_CHAT_SESSION_FROM                                                                                  \
  " chat_sessions s LEFT JOIN assignments a ON a.id = s.assignment_id LEFT JOIN classes c ON c.id = a.class_id" \
  " LEFT JOIN groups g ON g.id = c.group_id"
