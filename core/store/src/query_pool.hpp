// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "pipeline.hpp"

namespace rapt::store {

/// Threads with a pipeline each for single statements. Few of them work while answers come fast, so that many
/// statements share a trip to the server and back; when some have waited for a while, one more thread helps, up to the
/// limit. So a slow statement holds up only the few that went with it. Threads and connections are made when they are
/// first needed.
class QueryPool {
 public:
  explicit QueryPool(const Database::Options& options) : options_(options) {}
  /// Finishes what runs; what waits is answered kUnavailable.
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  /// Answers by query.done, on a thread of the pool; at once when too many wait. Thread-safe.
  void submit(Query query);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    Query query;
    Time since;
  };

  void serve();
  void call_helper();
  [[nodiscard]] bool wait_for_work(std::unique_lock<std::mutex>& lock);
  std::vector<Query> take_batch();

  const Database::Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  std::vector<std::thread> threads_;
  unsigned busy_ = 0;
  unsigned idle_ = 0;
  bool watched_ = false;  ///< an idle thread looks after the oldest one's age
  bool stopping_ = false;
};

}  // namespace rapt::store
