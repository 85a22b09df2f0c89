// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::runtime {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using std::chrono::hours;
using std::chrono::milliseconds;

Task<int> twice(int value) {
  co_return value * 2;
}

Task<int> failing() {
  throw std::runtime_error("on purpose");
  co_return 0;
}

TEST(RunBlocking, ReturnsTheValueOrThrowsWhatEscaped) {
  EXPECT_EQ(run_blocking(twice(21)), 42);
  EXPECT_THROW(run_blocking(failing()), std::runtime_error);
}

Task<bool> sleep_loses_to_a_short_one() {
  const auto first = co_await (sleep_for(hours{1}) || sleep_for(milliseconds{1}));
  co_return first.index() == 1;
}

TEST(SleepFor, ReturnsEarlyWhenCancelled) {
  EXPECT_TRUE(run_blocking(sleep_loses_to_a_short_one()));
}

Task<void> set_and_stop(Runtime& runtime, std::atomic<int>& runs) {
  co_await sleep_for(milliseconds{1});
  if (++runs == 10) runtime.stop();
}

TEST(Runtime, RunsSpawnedTasksOnItsThreadsUntilStopped) {
  Runtime runtime(3);
  std::atomic<int> runs = 0;
  for (int i = 0; i < 10; ++i) runtime.spawn(set_and_stop(runtime, runs));
  runtime.run();
  EXPECT_EQ(runs, 10);
}

TEST(Runtime, GivesEveryLaneAThreadOfItsOwn) {
  Runtime loop(2);
  std::vector<std::set<std::thread::id>> threads(3);
  std::vector<int> done(3);
  std::atomic<int> left = 300;
  const std::vector<Executor> lanes{loop.lane(), loop.lane(), loop.lane()};
  for (int i = 0; i < 300; ++i) {
    const auto at = static_cast<std::size_t>(i % 3);
    boost::asio::post(lanes[at], [&, at] {
      threads[at].insert(std::this_thread::get_id());
      ++done[at];
      if (--left == 0) loop.stop();
    });
  }
  loop.run();
  EXPECT_EQ(done, (std::vector<int>{100, 100, 100}));
  for (const auto& of_lane : threads) EXPECT_EQ(of_lane.size(), 1u);
  EXPECT_NE(threads[0], threads[1]);
  EXPECT_EQ(threads[0], threads[2]);  // the third is the first again
}

TEST(Runtime, HandsSigtermToItsHandler) {
  Runtime runtime(1);
  bool told = false;
  runtime.on_signal([&] {
    told = true;
    runtime.stop();
  });
  std::raise(SIGTERM);
  runtime.run();
  EXPECT_TRUE(told);
}

TEST(RuntimeDeathTest, AnExceptionThatEscapesARootTaskEndsTheProcessWithALogLine) {
  EXPECT_DEATH(
      {
        Runtime runtime(1);
        runtime.spawn([]() -> Task<void> {
          throw std::runtime_error("on purpose");
          co_return;
        }());
        runtime.run();
      },
      "task.failed.*on purpose");
}

Task<Result<int>> run_on(BlockingPool& pool, std::function<Result<int>()> work) {
  co_return co_await pool.run(work);
}

TEST(BlockingPool, RunsWorkElsewhereAndBringsItsResultBack) {
  BlockingPool pool({.name = "test", .threads = 2, .max_queued = 8});
  const auto here = std::this_thread::get_id();
  std::thread::id there;
  EXPECT_EQ(run_blocking(run_on(pool,
                                [&]() -> Result<int> {
                                  there = std::this_thread::get_id();
                                  return 7;
                                }))
                .value(),
            7);
  EXPECT_NE(here, there);
}

TEST(BlockingPool, TurnsAnEscapedExceptionIntoAnInternalError) {
  BlockingPool pool({.name = "test", .threads = 1, .max_queued = 8});
  const auto result = run_blocking(run_on(pool, []() -> Result<int> { throw std::runtime_error("on purpose"); }));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kInternal);
  EXPECT_NE(result.error().log_detail.find("on purpose"), std::string::npos);
}

/// Fills a pool of one thread and a queue of one, and shows what the third caller gets.
Task<Result<int>> overfill(BlockingPool& pool, std::promise<void>& started, std::promise<void>& go_on) {
  std::function<Result<int>()> held = [&]() -> Result<int> {
    started.set_value();
    go_on.get_future().wait();
    return 1;
  };
  std::function<Result<int>()> quick = [] { return Result<int>(2); };
  std::optional<Result<int>> third;
  auto submit_rest = [](BlockingPool& p, std::promise<void>& s, std::promise<void>& g, std::function<Result<int>()> q,
                        std::optional<Result<int>>& out) -> Task<void> {
    s.get_future().wait();
    auto queued_and_refused = co_await (
        p.run(q) && [](BlockingPool& p2, std::promise<void>& g2, std::function<Result<int>()> q2) -> Task<Result<int>> {
          auto refused = co_await p2.run(q2);
          g2.set_value();
          co_return refused;
        }(p, g, q));
    out.emplace(std::get<1>(queued_and_refused));
  };
  co_await (pool.run(held) && submit_rest(pool, started, go_on, quick, third));
  co_return *third;
}

TEST(BlockingPool, RefusesMoreThanItsQueueHolds) {
  BlockingPool pool({.name = "narrow", .threads = 1, .max_queued = 1});
  std::promise<void> started;
  std::promise<void> go_on;
  const auto refused = run_blocking(overfill(pool, started, go_on));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(refused.error().part, "narrow");
}

Task<int> wait_for(Wakeup wakeup, std::atomic<int>& value) {
  while (value == 0) {
    const bool woken = co_await wakeup.wait();
    if (!woken) co_return -1;
  }
  co_return value.load();
}

TEST(Wakeup, WakesATaskFromAnotherThread) {
  for (int round = 0; round < 200; ++round) {
    Wakeup wakeup;
    std::atomic<int> value = 0;
    std::jthread other([&] {
      value = round + 1;
      wakeup.notify();
    });
    EXPECT_EQ(run_blocking(wait_for(wakeup, value)), round + 1);
  }
}

Task<bool> cancelled_wait(std::atomic<int>& value) {
  const auto first = co_await (wait_for(Wakeup(), value) || sleep_for(milliseconds{1}));
  co_return first.index() == 1;
}

TEST(Wakeup, EndsWhenTheWaitingTaskIsCancelled) {
  std::atomic<int> never = 0;
  EXPECT_TRUE(run_blocking(cancelled_wait(never)));
}

}  // namespace
}  // namespace rapt::runtime
