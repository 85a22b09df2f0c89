// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "rapt/runtime/task.hpp"

namespace rapt::runtime {

/// Threads of their own for calls that block (libpqxx, password hashing), with a bounded queue.
class BlockingPool {
 public:
  struct Options {
    std::string name;  ///< thread name and `part` of the error when the queue is full
    unsigned threads = 4;
    std::size_t max_queued = 256;
  };
  explicit BlockingPool(Options options);
  ~BlockingPool();  ///< finishes what runs, drops what waits
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Runs `work` on a pool thread and resumes the awaiting task on its own executor.
  /// kUnavailable when the queue is full or the pool is stopping. `work` returns Result<T>; an exception that
  /// escapes it becomes kInternal. Once started, `work` runs to its end even when the awaiting task is cancelled.
  template <class Work, class R = std::invoke_result_t<Work>>
  Task<R> run(Work work);

 private:
  Task<Result<void>> run_erased(std::function<void()> work);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

template <class Work, class R>
Task<R> BlockingPool::run(Work work) {
  auto slot = std::make_shared<std::optional<R>>();
  auto shared_work = std::make_shared<Work>(std::move(work));
  std::function<void()> erased = [slot, shared_work] { slot->emplace((*shared_work)()); };
  RAPT_CO_TRY(co_await run_erased(std::move(erased)));
  co_return std::move(**slot);
}

}  // namespace rapt::runtime
