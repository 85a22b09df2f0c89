// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/chat/types.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::chat {

/// The SQL of conversations. Every function that reads for somebody checks who asks, in the statement itself.

/// At most so many earlier messages go into a prompt and a hook's context.
inline constexpr int kHistoryMessages = 100;
/// And so many bytes of text together: about 12,000 tokens.
inline constexpr std::int64_t kHistoryBytes = 48 * 1024;

/// What one message needs to know of its conversation: one round trip.
struct OpenSession {
  Session session;  ///< without the tool's name and type
  ToolVersionId version;
  std::int64_t next_seq = 1;
  ClassId class_id;                    ///< of the assignment, may be empty
  hooks::Context::Group group;         ///< of that class, may be empty
  GroupId payer;                       ///< whose limits and budget count, may be empty
  std::optional<TimePoint> closes_at;  ///< of the assignment
  /// The newest that fit into kHistoryMessages and kHistoryBytes, oldest first. Never begins with an answer whose
  /// question no longer fits: many models refuse such a conversation.
  std::vector<hooks::Message> history;
};

struct NewSession {
  SessionId id;
  ToolId tool;
  ToolVersionId version;
  UserId user;
  AssignmentId assignment;
  TimePoint started_at{};
};

struct NewMessage {
  MessageId id;
  SessionId session;
  std::int64_t seq = 0;
  std::string role;
  std::string content;
  std::string meta_json = "{}";
  TimePoint created_at{};
};

/// The owner's own session; kNotFound otherwise.
Task<Result<OpenSession>> load_open_session(store::Database& database, UserId owner, SessionId id);
/// Any session, with the history before the message `before`: for jobs, which nobody asks. kNotFound.
Task<Result<OpenSession>> load_session_before(store::Database& database, SessionId id, std::int64_t before);
Task<Result<hooks::Message>> load_message(store::Database& database, SessionId session, std::int64_t seq);
/// kNotFound unless the actor may read it. Two statements: head and messages.
Task<Result<SessionWithMessages>> load_readable_session(store::Database& database, identity::Actor actor, SessionId id);
/// The head's check alone.
Task<Result<void>> check_readable(store::Database& database, identity::Actor actor, SessionId id);
Task<Result<SessionPage>> list_sessions(store::Database& database, identity::Actor actor, SessionFilter filter);

Result<void> insert_session(store::Transaction& tx, const NewSession& session);
Result<void> insert_message(store::Transaction& tx, const NewMessage& message);
/// Takes `count` sequence numbers from `expected_next` on. kConflict when another message was faster or the session is
/// no longer active.
Result<void> claim_sequence(store::Transaction& tx, const SessionId& id, std::int64_t expected_next, int count,
                            TimePoint now);
/// kConflict when the session has been completed.
Result<void> update_state(store::Transaction& tx, const SessionId& id, SessionState state, TimePoint now);

}  // namespace rapt::chat
