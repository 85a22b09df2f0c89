// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/runtime.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "lane_mark.hpp"
#include "rapt/base/log.hpp"

namespace rapt::runtime {

namespace asio = boost::asio;

namespace {

std::string describe(const std::exception_ptr& fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown exception";
  }
}

void end_process_on_exception(const std::exception_ptr& fault) {
  if (!fault) return;
  log::error("task.failed", {{"error", describe(fault)}});
  std::abort();
}

}  // namespace

struct Runtime::Impl {
  using Work = asio::executor_work_guard<asio::io_context::executor_type>;

  /// A loop of one thread.
  struct Lane {
    Lane() { asio::make_service<LaneMark>(context); }
    asio::io_context context{1};
    Work work{context.get_executor()};
  };

  explicit Impl(unsigned count)
      : threads(count), context(static_cast<int>(count)), work(context.get_executor()), signals(context) {
    for (unsigned i = 0; i < count; ++i) lanes.push_back(std::make_unique<Lane>());
  }

  const unsigned threads;
  asio::io_context context;
  Work work;
  asio::signal_set signals;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::atomic<std::size_t> next_lane{0};
};

Runtime::Runtime(unsigned threads) : impl_(std::make_unique<Impl>(threads == 0 ? 1 : threads)) {}
Runtime::~Runtime() = default;

Executor Runtime::executor() const {
  return impl_->context.get_executor();
}

Executor Runtime::lane() const {
  const std::size_t turn = impl_->next_lane.fetch_add(1, std::memory_order_relaxed);
  return impl_->lanes[turn % impl_->lanes.size()]->context.get_executor();
}

void Runtime::spawn(Task<void> task) {
  asio::co_spawn(asio::make_strand(impl_->context), std::move(task), end_process_on_exception);
}

void Runtime::run() {
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < impl_->threads; ++i) others.emplace_back([this] { impl_->context.run(); });
  for (const auto& lane : impl_->lanes) others.emplace_back([&context = lane->context] { context.run(); });
  impl_->context.run();
}

void Runtime::stop() {
  for (const auto& lane : impl_->lanes) lane->context.stop();
  impl_->context.stop();
}

void Runtime::on_signal(std::function<void()> handler) {
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGINT);
  impl_->signals.async_wait([handler = std::move(handler)](const boost::system::error_code& fault, int) {
    if (!fault) handler();
  });
}

Task<void> sleep_for(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

namespace {

/// Loops for run_blocking_void(), each one call's at a time and never destroyed. Who resumes a task from another thread
/// (a pool, a lane) is still within Asio's post() for a moment when the task has gone on, perhaps to its end; Asio
/// rings the bell of a loop after it has let go of its lock. A loop on the caller's stack would be gone by then.
class IdleLoops {
 public:
  using Loop = std::unique_ptr<asio::io_context>;
  Loop take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<asio::io_context>(1);
    auto loop = std::move(idle_.back());
    idle_.pop_back();
    loop->restart();
    return loop;
  }
  void give_back(Loop loop) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(loop));
  }
  static IdleLoops& all() {
    static auto* loops = new IdleLoops();  // on purpose: see above
    return *loops;
  }

 private:
  std::mutex mutex_;
  std::vector<Loop> idle_;
};

}  // namespace

void run_blocking_void(Task<void> task) {
  auto loop = IdleLoops::all().take();
  auto& context = *loop;
  std::exception_ptr fault;
  asio::co_spawn(context, std::move(task), [&fault](std::exception_ptr thrown) { fault = std::move(thrown); });
  context.run();  // until nothing is left to do, also when the task has thrown
  IdleLoops::all().give_back(std::move(loop));
  if (fault) std::rethrow_exception(fault);
}

}  // namespace rapt::runtime
