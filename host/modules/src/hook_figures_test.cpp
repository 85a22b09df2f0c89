// SPDX-License-Identifier: AGPL-3.0-or-later
#include "hook_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "rapt/host/supervisor.hpp"

namespace rapt::host {
namespace {

using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;

TEST(HookFigures, SayNothingBeforeTheFirstCall) {
  HookFigures figures;
  figures.record(Kind::kNotRunning, 1ms);
  const auto snapshot = figures.snapshot();
  EXPECT_EQ(snapshot.calls, 0u);
  EXPECT_FALSE(snapshot.p50 || snapshot.p99 || snapshot.max);
}

TEST(HookFigures, CountFailuresAndTimeOnlyWhatWasAnswered) {
  HookFigures figures;
  figures.record(Kind::kContinue, 100us);
  figures.record(Kind::kError, 100us);
  for (const auto kind : {Kind::kDead, Kind::kLate, Kind::kLying}) figures.record(kind, 1h);
  const auto snapshot = figures.snapshot();
  EXPECT_EQ(snapshot.calls, 5u);
  EXPECT_EQ(snapshot.failures, 4u);
  EXPECT_EQ(snapshot.answered, 2u) << "an error is an answer";
  EXPECT_EQ(snapshot.within.back(), snapshot.answered);
  EXPECT_EQ(snapshot.max, 100us);
}

TEST(HookFigures, AreWithinFourPercentOverAllTimesThatACallMayTake) {
  for (auto wait = 1000ns; wait < 30s; wait = wait * 5 / 3) {
    HookFigures figures;
    for (int i = 0; i < 98; ++i) figures.record(Kind::kContinue, wait);
    figures.record(Kind::kContinue, 100 * wait);
    figures.record(Kind::kContinue, 100 * wait);
    const auto snapshot = figures.snapshot();
    const auto near = [](auto found, std::chrono::nanoseconds expected) {
      return std::abs(static_cast<double>((*found - expected) / 1ns)) <=
             static_cast<double>(expected / 1ns) * 0.04 + 500;
    };
    EXPECT_TRUE(near(snapshot.p50, wait)) << snapshot.p50->count() << " us instead of " << wait.count() << " ns";
    EXPECT_TRUE(near(snapshot.p99, 100 * wait)) << snapshot.p99->count() << " us instead of " << 100 * wait.count();
    EXPECT_TRUE(near(snapshot.max, 100 * wait));
  }
}

TEST(HookFigures, CountHowManyCallsTookHowLong) {
  HookFigures figures;
  for (const auto wait : {40us, 90us, 3000us, 3000us, 60000000us}) figures.record(Kind::kContinue, wait);
  figures.record(Kind::kDead, 1us);
  const auto snapshot = figures.snapshot();
  const auto bounds = hook_bounds();
  ASSERT_EQ(snapshot.within.size(), bounds.size());
  const auto within = [&](std::chrono::microseconds bound) {
    return snapshot.within.at(
        static_cast<std::size_t>(std::find(bounds.begin(), bounds.end(), bound) - bounds.begin()));
  };
  EXPECT_EQ(within(50us), 1u);
  EXPECT_EQ(within(100us), 2u);
  EXPECT_EQ(within(2500us), 2u);
  EXPECT_EQ(within(5000us), 4u);
  EXPECT_EQ(within(10000000us), 4u);
  EXPECT_EQ(snapshot.total, 40us + 90us + 2 * 3000us + 60000000us);
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST(HookFigures, TakeWaitsThatNobodyExpects) {
  HookFigures figures;
  figures.record(Kind::kContinue, std::chrono::nanoseconds::max());
  figures.record(Kind::kContinue, -1ns);
  EXPECT_EQ(figures.snapshot().p50, 0us);
  EXPECT_GE(figures.snapshot().p99, 1h);
}

TEST(HookFigures, LoseNoCallOfManyThreads) {
  HookFigures figures;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < 10000; ++call) figures.record(Kind::kContinue, std::chrono::microseconds(call));
      });
    }
  }
  EXPECT_EQ(figures.snapshot().calls, 40000u);
  EXPECT_EQ(figures.snapshot().max, 9999us);
}

}  // namespace
}  // namespace rapt::host
