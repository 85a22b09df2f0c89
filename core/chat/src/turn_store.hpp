// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/hooks/hook.hpp"
#include "rapt/identity/login_check.hpp"
#include "rapt/jobs/queue.hpp"
#include "rapt/usage/usage.hpp"
#include "session_store.hpp"

namespace rapt::chat {

/// The SQL of turns: one statement begins one, one stores it.

/// A turn belongs to the host that began it for so long after its last word; then it is anybody's to clear away.
inline constexpr std::chrono::seconds kTurnLease{30};
/// So many of the newest messages are looked through for a request that comes again.
inline constexpr int kRememberedRequests = 100;

/// A row of chat_turns.
struct TurnRow {
  std::string id;
  SessionId session;
  UserId user;
  std::string request_id;  ///< may be empty
  std::string host;
  TimePoint started_at{};
  TimePoint expires_at{};
};

struct BegunTurn {
  OpenSession open;
  bool reads_history = false;                     ///< `open` has the history
  bool taken = false;                             ///< the turn is ours; otherwise what stands in its way:
  bool stale = false;                             ///< ours, but read before the end of another that it waited for
  std::int64_t known_seq = 0;                     ///< a stored message of the same request
  std::optional<TurnRow> other;                   ///< a turn that was there before
  bool replaces_own_message = false;              ///< what is to be replaced is there
  std::int64_t policy_version = 0;                ///< of models, limits and budgets
  std::optional<identity::CheckedLogin> login{};  ///< that was asked about
};

/// Takes the turn of an active session for its owner (`row`: everything but expires_at), and loads what it needs to
/// know: one statement, whose loss in a crash of the server would do no harm. kNotFound unless it is the owner's.
/// `history_is_known`: it need not be read, unless something is to be replaced. `login`: of the owner, checked by the
/// same statement; when it does not hold nothing is taken, and the answer is kNotFound as well.
Task<Result<BegunTurn>> begin_turn(store::Database& database, TurnRow row, std::optional<std::int64_t> replaces,
                                   bool history_is_known = false, std::optional<identity::LoginCheck> login = {});

struct NewMessage {
  MessageId id{};
  std::int64_t seq = 0;
  std::string role{};
  std::string content{};
  std::string meta_json = "{}";
  TimePoint created_at{};
  std::string request_id{};
};

/// What a turn leaves behind.
struct TurnEffects {
  SessionId session{};
  std::string turn{};
  std::int64_t first_seq = 0;                   ///< of the new messages
  std::optional<std::int64_t> replaces_from{};  ///< older messages from here on are replaced
  std::vector<NewMessage> messages{};           ///< one or two
  std::optional<usage::Record> usage{};
  std::string_view topic{};
  std::string payload_json{};
  std::vector<jobs::NewJob> jobs{};
  std::vector<hooks::Extraction> extractions{};
  TimePoint now{};
};
/// Stores all of it and ends the turn, or nothing: kConflict when the session has been closed, or written to,
/// meanwhile. One statement, in a transaction with others where there are jobs.
Task<Result<void>> store_turn(store::Database& database, TurnEffects effects);
/// Whether a message is stored: after a failure that left it open.
Task<Result<bool>> has_message(store::Database& database, MessageId id);

/// Ends a turn that leaves nothing behind.
Task<Result<void>> drop_turn(store::Database& database, SessionId session, std::string turn);
Result<void> drop_turn(store::Transaction& tx, const SessionId& session, const std::string& turn);
Task<Result<void>> prolong_turns(store::Database& database, std::string host, std::vector<std::string> turns,
                                 TimePoint until);
/// Turns that nobody works on any more: expired, or begun by this host before it was started anew.
Task<Result<std::vector<TurnRow>>> lost_turns(store::Database& database, std::string host, TimePoint started,
                                              TimePoint now);
/// Makes a lost turn this host's. False when another host was faster.
Task<Result<bool>> take_over(store::Database& database, TurnRow lost, std::string host, TimePoint until);
/// The turn that is running in a session of the owner's; kNotFound when there is no such session.
Task<Result<std::optional<TurnRow>>> running_turn(store::Database& database, UserId owner, SessionId session);

/// A stored question and its answer, where there is one.
struct StoredTurn {
  std::optional<Message> question, answer;
};
Task<Result<StoredTurn>> load_turn(store::Database& database, SessionId session, std::int64_t seq);

}  // namespace rapt::chat
