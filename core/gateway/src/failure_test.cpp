// SPDX-License-Identifier: AGPL-3.0-or-later
#include "failure.hpp"

#include <gtest/gtest.h>

#include "requested_pause.hpp"

namespace rapt::gateway {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::system_clock;

const auto kNow = system_clock::time_point(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h);

std::optional<milliseconds> pause_of(const char* name, const char* value, const char* date = "") {
  http::Headers headers;
  headers.set(name, value);
  if (*date != '\0') headers.set("Date", date);
  return requested_pause(headers, kNow);
}

TEST(RequestedPause, ReadsSecondsMillisecondsAndEachFormOfADate) {
  EXPECT_EQ(pause_of("Retry-After", "17"), 17s);
  EXPECT_EQ(pause_of("Retry-After", "0"), 0ms);
  EXPECT_EQ(pause_of("retry-after-ms", "250"), 250ms);
  EXPECT_EQ(pause_of("Retry-After", "Sat, 21 Nov 2026 12:00:03 GMT"), 3s);
  EXPECT_EQ(pause_of("Retry-After", "Saturday, 21-Nov-26 12:00:03 GMT"), 3s);
  EXPECT_EQ(pause_of("Retry-After", "Sat Nov 21 12:00:03 2026"), 3s);
}

TEST(RequestedPause, CountsADateByTheOthersClock) {
  EXPECT_EQ(pause_of("Retry-After", "Sat, 21 Nov 2026 09:30:05 GMT", "Sat, 21 Nov 2026 09:30:00 GMT"), 5s);
}

TEST(RequestedPause, IsNeitherNegativeNorEndless) {
  EXPECT_EQ(pause_of("Retry-After", "Fri, 20 Nov 2026 12:00:03 GMT"), 0ms);
  EXPECT_EQ(pause_of("Retry-After", "9223372036854775807"), 24h);
  EXPECT_EQ(pause_of("Retry-After", "Fri, 20 Nov 2099 12:00:03 GMT"), 24h);
}

TEST(RequestedPause, WhatCannotBeReadIsNoPause) {
  for (const char* text :
       {"", "soon", "-1", "1.5", "12 apples", "Sat, 99 Nov 2026 12:00:03 GMT", "99999999999999999999"})
    EXPECT_EQ(pause_of("Retry-After", text), std::nullopt) << text;
}

TEST(Backoff, DoublesUpToABoundAndLeavesTheHalfToChance) {
  EXPECT_EQ(backoff(400ms, 0, std::nullopt, 0.0), 200ms);
  EXPECT_EQ(backoff(400ms, 0, std::nullopt, 1.0), 400ms);
  EXPECT_EQ(backoff(400ms, 2, std::nullopt, 1.0), 1600ms);
  EXPECT_EQ(backoff(400ms, 2, std::nullopt, 0.5), 1200ms);
  EXPECT_EQ(backoff(400ms, 9, std::nullopt, 1.0), kLongestPause);
  EXPECT_EQ(backoff(400ms, 1000, std::nullopt, 1.0), kLongestPause);
  EXPECT_EQ(backoff(400ms, 0, 3000ms, 0.3), 3000ms);
}

TEST(ToFailure, SaysWhatCanBeDone) {
  struct Case {
    int status;
    std::optional<milliseconds> pause;
    bool again;
    bool other_model;
  };
  for (const auto& [status, pause, again, other_model] :
       {Case{429, std::nullopt, true, true}, Case{429, 5s, true, true}, Case{429, 6s, false, true},
        Case{500, std::nullopt, true, true}, Case{502, std::nullopt, true, true}, Case{503, 60s, false, true},
        Case{529, std::nullopt, true, true}, Case{501, std::nullopt, false, true}, Case{504, std::nullopt, false, true},
        Case{404, std::nullopt, false, true}, Case{400, std::nullopt, false, false},
        Case{401, std::nullopt, false, false}, Case{402, std::nullopt, false, false}}) {
    const auto failure = to_failure({.status = status}, pause);
    EXPECT_EQ(failure.again, again) << status;
    EXPECT_EQ(failure.other_model, other_model) << status;
  }
}

TEST(ToFailure, ALimitSaysWhenToComeBack) {
  EXPECT_EQ(to_failure({.status = 429}, 1500ms).error.retry_after_seconds, 2);
  EXPECT_EQ(to_failure({.status = 429}, 0ms).error.retry_after_seconds, 1);
  EXPECT_GT(to_failure({.status = 429}, std::nullopt).error.retry_after_seconds, 1);
}

}  // namespace
}  // namespace rapt::gateway
