// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

namespace rapt::runner {

/// Looks for something of the host's for a moment before this process sleeps for it. The moment grows while looking
/// helps and shrinks while it does not: on a busy machine somebody else needs the processor.
class Lookout {
 public:
  bool sees(const std::atomic<std::uint64_t>& place, std::uint64_t wanted) {
    const unsigned looks = looks_ < kLeast && ++blind_ % kProbe == 0 ? kMost : looks_;
    for (unsigned i = 0; i <= looks; ++i) {
      if (place.load(std::memory_order_acquire) == wanted) {
        const unsigned enough = 2 * i + kGrowth;
        if (enough > looks_) looks_ = enough < kMost ? enough : kMost;
        return true;
      }
      // Not alone on this processor, somebody else (the module before this one, the host) goes first.
      if (i % kYield == kYield - 1) sched_yield();
      pause_briefly();
    }
    looks_ /= 2;
    return false;
  }

 private:
  static constexpr unsigned kMost = 400, kLeast = 8, kGrowth = 50, kProbe = 32, kYield = 8;
  static void pause_briefly() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
  }
  unsigned looks_ = kMost / 4, blind_ = 0;
};

}  // namespace rapt::runner
