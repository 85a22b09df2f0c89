// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "history.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::chat {

/// What a conversation had come to when its last answer was stored: as OpenSession has it.
struct KnownHistory {
  std::int64_t next_seq = 0;  ///< it holds for as long as the session says the same number
  HistoryPtr history = no_history();
  std::int64_t left_out = 0;
  std::int64_t asked = 0;
};

/// Conversations that go on, so that not every message reads all that was said before. Whoever finds one compares its
/// number with that of the row. In memory, bounded in bytes and in time. An answer on its way does not keep its
/// history: it is extended at its end if it is still here. Of those that wait for that fewer stay, because answers take
/// long, and thousands are written at once. Thread-safe.
class HistoryCache {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Room {
    std::size_t resting = std::size_t{32} << 20, waiting = std::size_t{4} << 20;  ///< bytes
  };
  static constexpr std::chrono::minutes kKept{10};

  HistoryCache() : HistoryCache(Room{}) {}
  explicit HistoryCache(Room room) : resting_{room.resting}, waiting_{room.waiting} {}

  /// For an answer that begins: it waits for its end from now on.
  std::optional<KnownHistory> find(const SessionId& session, Time now = std::chrono::steady_clock::now());
  /// What had to be read for one that begins.
  void keep(const SessionId& session, KnownHistory known, Time now = std::chrono::steady_clock::now());
  /// A question and its answer, of which the first has the number that the history that is known was to go on with.
  void extend(const SessionId& session, const std::array<hooks::PastMessage, 2>& said,
              Time now = std::chrono::steady_clock::now());
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Shelf;
  struct Entry {
    SessionId session;
    KnownHistory known;
    std::size_t bytes;
    Shelf* shelf;
    Time since;
  };
  using Entries = std::list<Entry>;
  struct Shelf {
    const std::size_t most;
    std::size_t bytes = 0;
    Entries entries{};  ///< the one that has been there longest first
  };
  void put(Shelf& shelf, const SessionId& session, KnownHistory known, Time now);
  void forget(Entries::iterator entry);

  mutable std::mutex mutex_;
  Shelf resting_, waiting_;
  std::unordered_map<std::string, Entries::iterator> places_;
};

}  // namespace rapt::chat
