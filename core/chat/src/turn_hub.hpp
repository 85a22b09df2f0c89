// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rapt/chat/turn.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "turn_facts.hpp"

namespace rapt::chat {

/// The events of one answer on its way, kept in memory for whoever reads them. Thread-safe; one task writes.
class Turn {
 public:
  struct About {
    std::string id;  ///< also of the call to the model
    SessionId session;
    UserId user;
    NewTurn said;  ///< as it was sent
    TimePoint started_at{};
  };
  explicit Turn(About about) : about_(std::move(about)) {}

  [[nodiscard]] const About& about() const { return about_; }
  void add(TurnEvent::Kind kind, std::string_view data);
  /// The last event.
  void end(Result<Reply> outcome);
  /// What else another host has to know to settle this turn. Goes out with the next event.
  void tell_heirs(TurnFacts facts);

  /// Everything after event `number`.
  [[nodiscard]] std::vector<TurnEvent> after(std::int64_t number) const;
  /// The words of the answer so far.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::shared_ptr<const Result<Reply>> outcome() const;
  /// What was told last: another object each time. Null before.
  [[nodiscard]] std::shared_ptr<const TurnFacts> facts() const;

  /// The reader wants no more. `cancel` (any thread) is called then, or at once when that has been said before.
  void stop();
  [[nodiscard]] bool stopped() const;
  void on_stop(std::function<void()> cancel);

  /// Is woken by every event, or by the last one alone, as long as it lives.
  class Watch {
   public:
    Watch(std::shared_ptr<Turn> turn, bool end_only);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    [[nodiscard]] Task<bool> wait() const { return wakeup_.wait(); }

   private:
    friend class Turn;
    std::shared_ptr<Turn> turn_;
    runtime::Wakeup wakeup_;
    bool end_only_;
  };

 private:
  void append(TurnEvent::Kind kind, std::string_view data);

  /// Where an event's data ends in `data_`: an answer of a thousand words costs little more than its text.
  struct Mark {
    std::uint32_t end : 28;
    std::uint32_t kind : 4;
  };

  const About about_;
  mutable std::mutex mutex_;
  std::string data_;
  std::vector<Mark> marks_;
  std::shared_ptr<const Result<Reply>> outcome_;
  std::shared_ptr<const TurnFacts> facts_;
  std::vector<Watch*> watches_;
  bool stopped_ = false;
  std::function<void()> cancel_;
};

/// The turns of this host: those that run, and for a while those that have ended. Thread-safe.
class TurnHub {
 public:
  /// How long, and how many of them, ended turns are kept.
  static constexpr std::chrono::seconds kKept{60};
  static constexpr std::size_t kMostKept = 1024;

  std::shared_ptr<Turn> begin(Turn::About about);
  /// Its task has ended, and with it all that the database knew of it as running.
  void finished(const std::shared_ptr<Turn>& turn);
  /// The newest turn of a conversation, running or ended.
  [[nodiscard]] std::shared_ptr<Turn> latest(const SessionId& session) const;
  [[nodiscard]] std::shared_ptr<Turn> find(const std::string& turn_id) const;
  [[nodiscard]] std::vector<std::shared_ptr<Turn>> running() const;
  [[nodiscard]] bool idle() const;
  /// Woken when a turn begins where none was running; one task waits.
  [[nodiscard]] const runtime::Wakeup& busy() const { return busy_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  void forget_old(Time now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Turn>> running_;  ///< by turn
  std::unordered_map<SessionId, std::shared_ptr<Turn>> latest_;     ///< by conversation
  std::deque<std::pair<Time, std::shared_ptr<Turn>>> ended_;        ///< oldest first
  runtime::Wakeup busy_;
};

/// Reads a turn of this host, from after event `seen`.
std::unique_ptr<TurnReader> read_turn(std::shared_ptr<Turn> turn, std::int64_t seen);

}  // namespace rapt::chat
