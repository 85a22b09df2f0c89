// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "turn_hub.hpp"

namespace rapt::store {
class Redis;
}

namespace rapt::chat {

/// What Redis knows of a turn.
struct LoggedTurn {
  std::vector<TurnEvent> events;
  std::string facts;  ///< the newest Turn::tell_heirs(), or empty
};

/// A copy of this host's turns in Redis streams ("PREFIX:turn:ID"), so that other hosts can show and, should this one
/// die, store what was said. One command for all turns every few milliseconds, never in a reader's way. A turn is
/// copied from the second look at it on: most that end before that need no copy, for the database knows them by then.
/// What Redis has lost is written again from the beginning.
class TurnLog {
 public:
  /// `redis` must outlive it.
  TurnLog(store::Redis& redis, std::string prefix, std::string host)
      : redis_(redis), prefix_(std::move(prefix)), host_(std::move(host)) {}

  /// Copies what is new. Answers the ids of turns that readers at other hosts have asked to stop. Used by one task.
  Task<Result<std::vector<std::string>>> copy(const std::vector<std::shared_ptr<Turn>>& running);
  /// Nothing is left to be copied.
  [[nodiscard]] bool idle() const { return copied_.empty(); }
  /// Events after `number`; empty when there is no such turn. Thread-safe, as is the next.
  Task<Result<LoggedTurn>> read(std::string turn, std::int64_t number);
  Task<Result<void>> ask_to_stop(std::string host, std::string turn);

 private:
  struct Copied {
    std::shared_ptr<Turn> turn;
    std::int64_t number = 0;                   ///< of the last event that is there
    bool sure = false;                         ///< that it is
    std::shared_ptr<const TurnFacts> facts{};  ///< that are there
    bool fresh = true;                         ///< seen for the first time, and not copied yet
  };
  struct Batch;
  void follow(const std::vector<std::shared_ptr<Turn>>& running);
  [[nodiscard]] std::string key_of(const std::string& turn) const { return prefix_ + ":turn:" + turn; }
  [[nodiscard]] std::string stops_of(const std::string& host) const { return prefix_ + ":turn-stops:" + host; }

  store::Redis& redis_;
  const std::string prefix_, host_;
  std::map<std::string, Copied> copied_;  ///< by turn
};

// How events are kept there, one after the other.
void append_event(std::string& out, const TurnEvent& event);
/// kInternal when that is no such text. `first`: the number of its first event.
Result<std::vector<TurnEvent>> parse_events(std::string_view text, std::int64_t first);

}  // namespace rapt::chat
