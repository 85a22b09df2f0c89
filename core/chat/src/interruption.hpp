// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/cancellation_signal.hpp>

#include "rapt/runtime/task.hpp"

namespace rapt::chat {

/// Ends a task's wait for the model from outside. Its slot is the task's; all but trigger() is used on its executor.
class Interruption : public std::enable_shared_from_this<Interruption> {
 public:
  explicit Interruption(Executor executor) : executor_(std::move(executor)) {}
  [[nodiscard]] boost::asio::cancellation_slot slot() { return signal_.slot(); }
  /// Only what is awaited while it is open can be ended: a half-told module or database is nobody's wish.
  void open(bool open) { open_ = open; }
  /// What ends the wait; may be called from any thread, also after the task has ended.
  [[nodiscard]] std::function<void()> trigger();

 private:
  const Executor executor_;
  boost::asio::cancellation_signal signal_;
  bool open_ = false;
};

}  // namespace rapt::chat
