// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "message_flow.hpp"
#include "rapt/chat/chat_service.hpp"
#include "turn_facts.hpp"
#include "turn_hub.hpp"
#include "turn_log.hpp"
#include "turn_store.hpp"

namespace rapt::chat {

/// The turns of this host: begins, follows and stops them, and looks after those that run or were lost. Thread-safe.
class Turns : public std::enable_shared_from_this<Turns> {
 public:
  using Reader = std::unique_ptr<TurnReader>;

  explicit Turns(ChatService::Parts parts);
  Task<Result<Reader>> send(identity::Actor owner, SessionId session, NewTurn said, std::shared_ptr<OpenedTurn> opened);
  Task<Result<std::shared_ptr<OpenedTurn>>> open(identity::LoginCheck login, SessionId session, const NewTurn& said);
  Task<void> withdraw(std::shared_ptr<OpenedTurn> opened);
  Task<Result<Reader>> follow(identity::Actor owner, SessionId session, std::optional<TurnPlace> behind);
  Task<Result<bool>> stop(identity::Actor owner, SessionId session);
  Task<void> tend();
  Task<void> finish(std::chrono::milliseconds grace);

 private:
  /// As begin_turn() took it, or what stands in its way.
  struct Opened final : OpenedTurn {
    using OpenedTurn::OpenedTurn;
    TurnRow row{};
    BegunTurn begun{};
    std::optional<KnownHistory> known{};
  };

  // turns.cpp
  [[nodiscard]] std::shared_ptr<Turn> running_here(const UserId& owner, const SessionId& session,
                                                   const NewTurn& said) const;
  Task<Result<std::shared_ptr<Opened>>> begin(UserId owner, SessionId session, std::string request_id,
                                              std::optional<std::int64_t> replaces,
                                              std::optional<identity::LoginCheck> login);
  Task<Result<Reader>> attach(const identity::Actor& owner, const SessionId& session, const TurnRow& row,
                              const NewTurn& said);
  Task<Result<Reader>> told_before(const SessionId& session, std::int64_t seq, const NewTurn& said);
  Task<Result<Reader>> start(const identity::Actor& owner, const std::string& id, BegunTurn begun, NewTurn said);
  Task<Result<void>> fill_history(BegunTurn& begun, const std::optional<KnownHistory>& known, bool replaces);
  Task<Result<TurnStart>> prepare(const identity::Actor& owner, BegunTurn begun, const NewTurn& said);
  Task<void> run(std::shared_ptr<Turn> turn, std::unique_ptr<MessageFlow> flow);
  Task<void> drop(SessionId session, std::string turn);

  // turn_keeper.cpp
  Task<void> copy_turns();
  Task<void> prolong();
  Task<void> sweep();

  // lost_turns.cpp
  Task<Result<void>> clear_away(TurnRow lost);
  Task<Result<void>> forget(const TurnRow& lost);
  Task<void> find_spent(const TurnRow& lost, std::size_t answered_bytes, TurnFacts& facts);
  Task<Result<void>> fill_from_session(const TurnRow& lost, TurnFacts& facts);
  Task<Result<void>> recall(const TurnRow& lost, TurnFacts& facts);

  ChatService::Parts parts_;
  TurnHub hub_;
  HistoryCache histories_;
  TurnLog log_;
  const TimePoint started_;
  std::atomic<bool> stopping_{false};
  runtime::Wakeup kept_;  ///< at the end of tend()
  std::atomic<bool> tending_{false};
};

}  // namespace rapt::chat
