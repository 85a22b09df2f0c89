// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runs/run_keeper.hpp"

#include <atomic>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "run_work.hpp"

namespace rapt::runs {

namespace {

constexpr std::chrono::milliseconds kLook{100};  // how often the end of something is looked for

Task<void> pause_until(std::chrono::milliseconds pause, const std::atomic<bool>& ends) {
  const auto until = std::chrono::steady_clock::now() + pause;
  while (!ends && std::chrono::steady_clock::now() < until) co_await runtime::sleep_for(kLook);
}

}  // namespace

struct RunKeeper::Impl : std::enable_shared_from_this<Impl> {
  std::shared_ptr<RunWork> work;
  Options options;
  std::atomic<bool> stopping{false}, running{false};
  std::atomic<int> busy{0};

  Impl(std::shared_ptr<RunWork> shared, Options chosen) : work(std::move(shared)), options(chosen) {}

  /// What an earlier process of this host left is taken up without waiting for its lease to end.
  Task<void> begin() {
    while (!stopping) {
      const auto dropped = co_await drop_leases(work->parts.database, work->parts.host);
      if (dropped) co_return;
      co_await pause_until(options.pause, stopping);
    }
  }

  Task<void> round(Executor executor) {
    auto ids = work->active->ids();
    const auto prolonged = co_await prolong_leases(work->parts.database, std::move(ids), work->lease());
    if (!prolonged) co_return;
    const int room = options.at_once - busy;
    if (room <= 0) co_return;
    auto taken = co_await take_runs(work->parts.database, work->parts.clock.now(), work->lease(), room);
    if (!taken) co_return;
    for (auto& leased : *taken) {
      ++busy;
      boost::asio::co_spawn(executor, work_on(shared_from_this(), std::move(leased)),
                            [self = shared_from_this()](const std::exception_ptr& fault) { self->ended(fault); });
    }
  }

  static Task<void> work_on(std::shared_ptr<Impl> self, LeasedRun leased) {
    const auto id = leased.run.id;
    const auto ended = co_await self->work->take_up(std::move(leased), self->options.attempts);
    if (!ended) log::info("run.not_completed", {{"run", id.str()}, {"code", ended.error().code}});
  }

  void ended(const std::exception_ptr& fault) {
    --busy;
    if (fault) log::error("run.fault", {{"detail", "an exception ended the work on a run"}});
  }
};

RunKeeper::RunKeeper(RunService& service) : RunKeeper(service, Options{}) {}
RunKeeper::RunKeeper(RunService& service, Options options) : impl_(std::make_shared<Impl>(service.work_, options)) {}
RunKeeper::~RunKeeper() = default;

Task<void> RunKeeper::run() {
  const auto self = impl_;
  self->running = true;
  const auto executor = co_await boost::asio::this_coro::executor;
  co_await self->begin();
  while (!self->stopping) {
    co_await self->round(executor);
    co_await pause_until(self->options.pause, self->stopping);
  }
  self->running = false;
}

Task<void> RunKeeper::stop(std::chrono::milliseconds grace) {
  const auto self = impl_;
  self->stopping = true;
  const auto until = std::chrono::steady_clock::now() + grace;
  while ((self->running || self->busy > 0) && std::chrono::steady_clock::now() < until) {
    co_await runtime::sleep_for(kLook);
  }
}

}  // namespace rapt::runs
