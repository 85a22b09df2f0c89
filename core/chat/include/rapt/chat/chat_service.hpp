// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rapt/chat/turn.hpp"
#include "rapt/chat/types.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/identity/login_check.hpp"
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
class Redis;
}  // namespace store
namespace tools {
class ToolService;
}
}  // namespace rapt

namespace rapt::chat {

class Turns;

/// Longest message, in code points.
inline constexpr std::size_t kMaxMessageCharacters = 32000;

/// What ChatService::open() began: a turn of which nothing is known yet but that its owner's login holds. It is sent or
/// withdrawn.
struct OpenedTurn {
  explicit OpenedTurn(identity::CheckedLogin checked) : login(std::move(checked)) {}
  virtual ~OpenedTurn() = default;
  identity::CheckedLogin login;
};

/// Conversations: who may hold and read them, and what happens to a message. Thread-safe.
class ChatService {
 public:
  /// The parts must outlive the service and every task that it has begun (finish()).
  struct Parts {
    store::Database& database;
    tools::ToolService& tools;
    hooks::Dispatcher& dispatcher;
    gateway::Gateway& gateway;
    quota::Admission& admission;
    const Clock& clock;
    store::Redis& redis;
    std::string host;             ///< unique among the hosts that live at once
    std::string prefix = "rapt";  ///< of keys in Redis; instances that share one need one each
  };
  explicit ChatService(Parts parts);
  ~ChatService();
  ChatService(const ChatService&) = delete;
  ChatService& operator=(const ChatService&) = delete;

  /// Starts a conversation with the tool's current version (or the one that the assignment pins). kNotFound when the
  /// actor may not see the tool or assignment, kInvalid for a product tool, kConflict outside the assignment's window.
  Task<Result<Session>> create(identity::Actor actor, ToolId tool, AssignmentId assignment_or_empty);
  /// The owner, teachers of the class concerned and administrators above it; kNotFound for everybody else.
  Task<Result<SessionWithMessages>> get(identity::Actor actor, SessionId id, bool with_replaced = false);
  /// kForbidden for the teaching list of somebody who teaches and administers nothing.
  Task<Result<SessionPage>> list(identity::Actor actor, SessionFilter filter);
  /// The owner only. active <-> paused, either -> completed; kConflict from completed.
  Task<Result<Session>> set_state(identity::Actor actor, SessionId id, SessionState state);
  /// Readers as for get().
  Task<Result<usage::ExtractionPage>> extractions(identity::Actor actor, SessionId id,
                                                  usage::ExtractionFilter which = {});

  /// Says something for the owner. The answer is made by a task of its own, on the caller's executor, whether anybody
  /// reads it or not; what is sent again under its request_id is the same turn, also on another host and after it has
  /// been answered. kInvalid (empty, too long, not UTF-8, nothing to replace), kNotFound, kConflict (session not
  /// active, outside its window or limits, another message is still being answered: on any host), kUnprocessable
  /// IDEMPOTENCY_KEY_REUSED (the request_id of something else). The turn itself ends with the assistant's message as
  /// stored, or with kBlocked (`part` = module, message = its reason), MODULE_UNAVAILABLE, what quota::Admission and
  /// the gateway say, and ANSWER_NOT_STORED. Nothing of a failed or blocked message is ever half stored.
  Task<Result<std::unique_ptr<TurnReader>>> send(identity::Actor actor, SessionId id, NewTurn said,
                                                 std::shared_ptr<OpenedTurn> opened = {});
  /// What send() begins with for the person of `login`, in one statement with the check of that. null when nothing was
  /// begun, as for a login that does not hold, somebody else's conversation, or what send() refuses or does by itself.
  Task<Result<std::shared_ptr<OpenedTurn>>> open(identity::LoginCheck login, SessionId id, const NewTurn& said);
  /// Nothing is said after all: as if it had not been opened.
  Task<void> withdraw(std::shared_ptr<OpenedTurn> opened);
  /// The owner's running turn from its beginning, or what happened behind a place; null when there is nothing to
  /// follow.
  Task<Result<std::unique_ptr<TurnReader>>> follow(identity::Actor actor, SessionId id,
                                                   std::optional<TurnPlace> behind);
  /// Ends the owner's running turn: what was shown is the answer. False when none is running.
  Task<Result<bool>> stop(identity::Actor actor, SessionId id);

  /// Looks after the turns of this host and those that other hosts have lost, until finish(). Once, on an executor that
  /// runs one handler at a time.
  Task<void> tend();
  /// Waits for the turns that run, at most for `grace`; what is left then is another host's to clear away. Once.
  Task<void> finish(std::chrono::milliseconds grace);

 private:
  Parts parts_;
  std::shared_ptr<Turns> turns_;
};

}  // namespace rapt::chat
