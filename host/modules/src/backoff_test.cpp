// SPDX-License-Identifier: AGPL-3.0-or-later
#include "backoff.hpp"

#include <gtest/gtest.h>

namespace rapt::host {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesWithinAQuarterOfJitter) {
  Backoff backoff(100ms, 10s, 1);
  auto now = Backoff::Clock::time_point{};
  for (auto nominal = 100ms; nominal <= 800ms; nominal *= 2) {
    const auto wait = backoff.next(now += 1s);
    EXPECT_GE(wait, nominal * 3 / 4);
    EXPECT_LE(wait, nominal * 5 / 4);
  }
}

TEST(Backoff, WaitsTheLongestAfterFiveCrashesInAMinute) {
  Backoff backoff(100ms, 30s, 1);
  auto now = Backoff::Clock::time_point{};
  for (int i = 0; i < 4; ++i) backoff.next(now += 1s);
  EXPECT_FALSE(backoff.often());
  EXPECT_GE(backoff.next(now += 1s), 22s);
  EXPECT_TRUE(backoff.often());
}

TEST(Backoff, StartsAfreshAfterAQuietMinute) {
  Backoff backoff(100ms, 30s, 1);
  auto now = Backoff::Clock::time_point{};
  for (int i = 0; i < 6; ++i) backoff.next(now += 1s);
  EXPECT_LE(backoff.next(now += 61s), 125ms);
}

TEST(Backoff, TwoModulesDoNotComeBackTogether) {
  Backoff one(10s, 30s, 1), other(10s, 30s, 2);
  EXPECT_NE(one.next({}), other.next({}));
}

}  // namespace
}  // namespace rapt::host
