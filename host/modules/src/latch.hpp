// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "rapt/runtime/wakeup.hpp"

namespace rapt::host {

/// Opens once; everybody who waits, and everybody who comes later, passes. Thread-safe.
class Latch {
 public:
  void open() {
    std::vector<runtime::Wakeup> waiters;
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
      waiters.swap(waiters_);
    }
    for (const auto& waiter : waiters) waiter.notify();
  }
  [[nodiscard]] bool is_open() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }
  /// False when the awaiting task was cancelled first.
  Task<bool> wait() {
    const runtime::Wakeup wakeup;
    {
      const std::lock_guard lock(mutex_);
      if (open_) co_return true;
      waiters_.push_back(wakeup);
    }
    co_return co_await wakeup.wait();
  }

 private:
  mutable std::mutex mutex_;
  bool open_ = false;
  std::vector<runtime::Wakeup> waiters_;
};

}  // namespace rapt::host
