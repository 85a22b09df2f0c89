// SPDX-License-Identifier: AGPL-3.0-or-later
#include "query_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace rapt::store {
namespace {

constexpr std::size_t kMaxQueued = 1024;
constexpr std::size_t kLargestBatch = 8;
constexpr unsigned kEager = 2;                     // so many threads work without anybody having to wait
constexpr std::chrono::milliseconds kPatience{2};  // after so long in the queue another thread helps

Error refusal(const char* why) {
  return Error::unavailable("database", "The system is busy: try again in a moment.",
                            std::string("the queue of statements ") + why);
}

}  // namespace

QueryPool::~QueryPool() {
  std::deque<Waiting> dropped;
  std::vector<std::thread> ending;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    ending.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : ending) thread.join();
  for (Waiting& waiting : dropped) waiting.query.done(refusal("is stopping"));
}

void QueryPool::submit(Query query) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < kMaxQueued) {
      queue_.push_back({std::move(query), std::chrono::steady_clock::now()});
      call_helper();
      return;
    }
  }
  query.done(refusal("is full"));
}

/// With the lock held, and something waiting: a thread works on it or looks after its age, as long as there is one.
void QueryPool::call_helper() {
  if (idle_ == 0 && threads_.size() < std::max(options_.connections, 1U)) {
    threads_.emplace_back([this] { serve(); });
    ++idle_;
  } else if (busy_ < kEager || !watched_) {
    wake_.notify_one();
  }
}

/// True with something to do; false at the end. Counts as idle before and as busy after.
bool QueryPool::wait_for_work(std::unique_lock<std::mutex>& lock) {
  while (!stopping_) {
    if (queue_.empty() || (busy_ >= kEager && watched_)) {
      wake_.wait(lock);
      continue;
    }
    const Time due = queue_.front().since + kPatience;
    if (busy_ < kEager || std::chrono::steady_clock::now() >= due) {
      --idle_;
      ++busy_;
      return true;
    }
    watched_ = true;
    wake_.wait_until(lock, due);
    watched_ = false;
  }
  return false;
}

std::vector<Query> QueryPool::take_batch() {
  // A fair share, so that two threads take half of what waits each.
  const std::size_t share = (queue_.size() + kEager - 1) / kEager;
  std::vector<Query> batch;
  for (std::size_t i = std::min(share, kLargestBatch); i > 0; --i) {
    batch.push_back(std::move(queue_.front().query));
    queue_.pop_front();
  }
  return batch;
}

void QueryPool::serve() {
  ::pthread_setname_np(::pthread_self(), "queries");
  Pipeline pipeline(options_);
  std::unique_lock lock(mutex_);
  while (wait_for_work(lock)) {
    while (!queue_.empty() && !stopping_) {
      std::vector<Query> batch = take_batch();
      if (!queue_.empty()) call_helper();
      lock.unlock();
      pipeline.answer(batch);
      batch.clear();
      lock.lock();
      if (busy_ > kEager) break;  // a helper leaves the rest to the others
    }
    --busy_;
    ++idle_;
  }
}

}  // namespace rapt::store
