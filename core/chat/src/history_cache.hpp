// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

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

/// Conversations that go on, so that not every message reads all that was said before. Whoever takes one has it alone,
/// and compares its number with that of the row. In memory, bounded in bytes and in time. Thread-safe.
class HistoryCache {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20;
  static constexpr std::chrono::minutes kKept{10};

  explicit HistoryCache(std::size_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  std::optional<KnownHistory> take(const SessionId& session);
  void keep(const SessionId& session, KnownHistory known, Time now = std::chrono::steady_clock::now());
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    SessionId session;
    KnownHistory known;
    std::size_t bytes = 0;
    Time since{};
  };
  using Entries = std::list<Entry>;
  void forget(Entries::iterator entry);

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;  ///< the oldest first
  std::unordered_map<std::string, Entries::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace rapt::chat
