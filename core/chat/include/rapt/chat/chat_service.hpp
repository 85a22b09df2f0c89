// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/chat/types.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/extractions.hpp"

namespace rapt {
class Clock;
namespace gateway {
class Gateway;
}
namespace hooks {
class Dispatcher;
}
namespace quota {
class Admission;
}
namespace store {
class Database;
}
namespace tools {
class ToolService;
}
}  // namespace rapt

namespace rapt::chat {

class InFlight;

/// Longest message, in code points.
inline constexpr std::size_t kMaxMessageCharacters = 32000;

/// Sees an answer come into being. Called from the sender's task only. What it does with a reader who has gone is its
/// own affair: the work goes on, because what was asked will be paid for.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual Task<void> status(std::string_view state) = 0;  ///< "thinking" or "checking"
  virtual Task<void> delta(std::string_view words) = 0;   ///< the next words, as chat:on_delta left them
};

/// Conversations: who may hold and read them, and what happens to a message. Thread-safe.
///
/// Whoever awaits send_message must let it run to its end: it is not to be cancelled because the reader has gone.
class ChatService {
 public:
  /// The parts must outlive the service.
  struct Parts {
    store::Database& database;
    tools::ToolService& tools;
    hooks::Dispatcher& dispatcher;
    gateway::Gateway& gateway;
    quota::Admission& admission;
    const Clock& clock;
  };
  explicit ChatService(Parts parts);

  /// Starts a conversation with the tool's current version (or the one that the assignment pins). kNotFound when the
  /// actor may not see the tool or assignment, kInvalid for a product tool, kConflict outside the assignment's window.
  Task<Result<Session>> create(identity::Actor actor, ToolId tool, AssignmentId assignment_or_empty);
  /// The owner, teachers of the class concerned and administrators above it; kNotFound for everybody else.
  Task<Result<SessionWithMessages>> get(identity::Actor actor, SessionId id);
  /// kForbidden for the teaching list of somebody who teaches and administers nothing.
  Task<Result<SessionPage>> list(identity::Actor actor, SessionFilter filter);
  /// The owner only. active <-> paused, either -> completed; kConflict from completed.
  Task<Result<Session>> set_state(identity::Actor actor, SessionId id, SessionState state);
  /// Readers as for get().
  Task<Result<std::vector<usage::Extraction>>> extractions(identity::Actor actor, SessionId id);

  /// Sends a message of the owner and answers with the assistant's. `sink` may be null: the same is stored. What the
  /// sink was shown is the answer unless a module changes it at chat:after_ai, so the reply counts. kInvalid (empty,
  /// too long, not UTF-8), kNotFound, kConflict (session not active, limit of messages reached, another message is
  /// still being answered; on this host that is known before the AI is asked), kBlocked (`part` = module, message = its
  /// reason), kUnavailable MODULE_UNAVAILABLE, and the gateway's failures. Nothing of a failed or blocked message is
  /// ever half stored.
  Task<Result<Reply>> send_message(identity::Actor actor, SessionId id, std::string content, MessageSink* sink);

 private:
  Parts parts_;
  std::shared_ptr<InFlight> in_flight_;
};

}  // namespace rapt::chat
