// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/blocking_pool.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rapt::runtime {

namespace asio = boost::asio;

namespace {

struct Job {
  std::function<void()> work;
  std::function<void(Result<void>)> done;
};

Result<void> run_guarded(const std::function<void()>& work, const std::string& pool) {
  try {
    work();
    return {};
  } catch (const std::exception& fault) {
    return Error::internal("an exception escaped the work of pool " + pool + ": " + fault.what());
  } catch (...) {
    return Error::internal("an unknown exception escaped the work of pool " + pool);
  }
}

}  // namespace

struct BlockingPool::Impl {
  explicit Impl(Options given) : options(std::move(given)) {
    for (unsigned i = 0; i < options.threads; ++i) threads.emplace_back([this] { serve(); });
  }

  ~Impl() {
    std::deque<Job> dropped;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      dropped.swap(queue);
    }
    wake.notify_all();
    for (std::thread& thread : threads) thread.join();
    for (Job& job : dropped) job.done(refusal("is stopping"));
  }

  void serve() {
    ::pthread_setname_np(::pthread_self(), options.name.substr(0, 15).c_str());
    for (;;) {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      Job job = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      Result<void> outcome = run_guarded(job.work, options.name);
      job.work = nullptr;
      job.done(std::move(outcome));
    }
  }

  void submit(Job job) {
    {
      const std::lock_guard lock(mutex);
      if (!stopping && queue.size() < options.max_queued) {
        queue.push_back(std::move(job));
        wake.notify_one();
        return;
      }
    }
    job.done(refusal("has more work than it can queue"));
  }

  [[nodiscard]] Error refusal(const std::string& why) const {
    return Error::unavailable(options.name, "The system is busy: try again in a moment.",
                              "the pool " + options.name + " " + why);
  }

  const Options options;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue;
  bool stopping = false;
  std::vector<std::thread> threads;
};

BlockingPool::BlockingPool(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
BlockingPool::~BlockingPool() = default;

// No cancellation slot on purpose: a cancelled task waits for its work, which may hold references to the task's frame.
Task<Result<void>> BlockingPool::run_erased(std::function<void()> work) {
  Impl* impl = impl_.get();
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<void>)>(
      [impl](auto handler, std::function<void()> job_work) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        impl->submit({std::move(job_work), [shared](Result<void> outcome) {
                        auto executor = asio::get_associated_executor(*shared);
                        asio::post(executor, [shared, result = std::move(outcome)]() mutable {
                          auto once = std::move(*shared);
                          once(std::move(result));
                        });
                      }});
      },
      asio::use_awaitable, std::move(work));
}

}  // namespace rapt::runtime
