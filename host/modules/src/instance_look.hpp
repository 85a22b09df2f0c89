// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace rapt::host {

/// How often something of a process's is looked for at most: some 50 microseconds, more than it takes to wake a process
/// on a processor that rests. Once in a while everything is tried, or two who have both stopped to look would never
/// find each other.
inline constexpr unsigned kMostLooks = 1000, kLeastLooks = 8, kGrowth = 100, kProbe = 32;
/// A thread that has waited on the spot for that long lets its event loop turn.
inline constexpr auto kOnTheSpot = std::chrono::microseconds(500);

/// How long looking pays, as it was found.
struct Looks {
  std::atomic<unsigned> most;
  std::atomic<unsigned> blind{0};  ///< times that nobody looked
};

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

/// Looks until `there`, for as long as looking has paid lately.
template <class There>
bool look_for(Looks& looks, const There& there) {
  unsigned most = looks.most.load(std::memory_order_relaxed);
  if (most < kLeastLooks && looks.blind.fetch_add(1, std::memory_order_relaxed) % kProbe == 0) most = kMostLooks;
  bool seen = there();
  unsigned looked = 0;
  for (; looked < most && !seen; ++looked) {
    pause_briefly();
    seen = there();
  }
  const unsigned enough =
      std::min(std::max(looks.most.load(std::memory_order_relaxed), 2 * looked + kGrowth), kMostLooks);
  looks.most.store(seen ? enough : most / 2, std::memory_order_relaxed);
  return seen;
}

}  // namespace rapt::host
