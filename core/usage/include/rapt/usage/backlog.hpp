// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "rapt/runtime/wakeup.hpp"
#include "rapt/usage/usage.hpp"

namespace rapt::usage {

/// What was paid for while the database was away, until it can be stored, and which calls spent nothing of what they
/// had reserved. In memory, and bounded: what does not fit, and what is left when the host ends, has its figures in the
/// log, and reservations end by themselves. Thread-safe.
class Backlog {
 public:
  static constexpr std::size_t kMost = 10000;

  /// `database` must outlive the backlog.
  explicit Backlog(store::Database& database, std::size_t most = kMost) : database_(database), most_(most) {}

  void keep(Record record);
  /// Gives back what the call has reserved, if it has: also where nobody knows whether the database heard of it.
  void keep_release(std::string call_id);
  [[nodiscard]] std::size_t size() const;

  /// Stores what is kept as soon as the database takes it, with growing pauses up to half a minute. Until stop(); once.
  Task<void> run();
  /// Lets run() try for as long as `patience`, and returns when it has ended. Once, after run() was started.
  Task<void> stop(std::chrono::milliseconds patience);

 private:
  using Steady = std::chrono::steady_clock;
  Task<bool> store_some();
  Task<bool> release_all();
  Task<void> pause(std::chrono::milliseconds length);
  [[nodiscard]] std::vector<Record> front(std::size_t most) const;
  void drop_front(std::size_t count);
  [[nodiscard]] bool stopping() const;
  [[nodiscard]] bool over() const;

  store::Database& database_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<Record> records_;
  std::deque<std::string> releases_;  ///< ids of calls
  bool stopping_ = false;
  Steady::time_point deadline_{};
  runtime::Wakeup woken_, ended_;
};

}  // namespace rapt::usage
