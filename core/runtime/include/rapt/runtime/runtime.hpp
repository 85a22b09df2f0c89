// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "rapt/runtime/task.hpp"

namespace rapt::runtime {

/// The event loop and its threads. One a process, made in main; everything else receives its executor.
class Runtime {
 public:
  explicit Runtime(unsigned threads);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] Executor executor() const;
  /// A loop that one thread alone runs, by turns one of as many as the loop has threads: what runs there needs no
  /// strand, no lock and no waking of another thread. For much work in small steps, as a connection's. Thread-safe.
  [[nodiscard]] Executor lane() const;
  /// Starts a detached root task on a strand of its own; an exception that escapes it is logged and ends the process.
  void spawn(Task<void> task);
  /// Runs the loop on the calling thread and threads-1 further ones, and each lane on its own, until stop().
  void run();
  /// Thread-safe.
  void stop();
  /// Calls `handler` once on SIGTERM or SIGINT.
  void on_signal(std::function<void()> handler);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Waits; returns early when the awaiting task is cancelled.
Task<void> sleep_for(std::chrono::milliseconds duration);

/// Runs a task to its end on a loop of the calling thread's own: for command-line programs and tests.
/// Defined for the types the command line needs by the template below.
void run_blocking_void(Task<void> task);

template <class T>
Task<void> store_result(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

template <class T>
T run_blocking(Task<T> task) {
  std::optional<T> out;
  run_blocking_void(store_result(std::move(task), out));
  return std::move(*out);
}

}  // namespace rapt::runtime
