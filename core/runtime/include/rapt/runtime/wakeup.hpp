// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "rapt/runtime/task.hpp"

namespace rapt::runtime {

/// Lets any thread wake a waiting task. One task waits at a time; wake-ups do not add up, so the waiter checks its
/// condition in a loop:  while (!ready()) { const bool woken = co_await wakeup.wait(); if (!woken) co_return …; }
/// Copies are the same wake-up. Thread-safe.
class Wakeup {
 public:
  Wakeup();
  /// Wakes the waiter; with nobody waiting, the next wait() returns at once.
  void notify() const;
  /// Of a task whose loop runs nothing any more: who waits is not woken but destroyed.
  void drop() const;
  /// True after notify(); false when the awaiting task was cancelled.
  [[nodiscard]] Task<bool> wait() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace rapt::runtime
