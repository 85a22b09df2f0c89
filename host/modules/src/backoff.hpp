// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <deque>
#include <random>

namespace rapt::host {

/// How long to wait before a module is started again: doubling, with jitter so that modules that fell together do not
/// come back together. A module that fell often within a minute waits the longest time; one that held for a minute
/// starts afresh.
class Backoff {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kOften = 5;
  static constexpr std::chrono::seconds kWindow{60};

  Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds maximum, unsigned seed);
  /// Records a crash at `now`; returns the wait, within a quarter of its nominal value.
  std::chrono::milliseconds next(Clock::time_point now);
  /// Whether the last crash was one of too many.
  [[nodiscard]] bool often() const { return crashes_.size() >= kOften; }

 private:
  std::chrono::milliseconds initial_, maximum_;
  std::deque<Clock::time_point> crashes_;
  std::mt19937 random_;
};

}  // namespace rapt::host
