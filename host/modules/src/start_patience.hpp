// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>

namespace rapt::host {

/// How long a process may be waited for that has not been let start: a machine that is short of processors leaves a new
/// process without one for seconds, and nothing of that is the module's fault.
class StartPatience {
 public:
  using Clock = std::chrono::steady_clock;
  /// So much more than its limit, whatever the machine does.
  static constexpr std::chrono::seconds kMost{60};

  /// The start has had its `limit` at `deadline`.
  StartPatience(Clock::time_point deadline, std::chrono::nanoseconds limit) : last_(deadline + kMost), limit_(limit) {}

  /// Asked when the time is up. Whether it is to be looked at again, because the process `pid` waits for a processor
  /// and has had less than half of its limit of one, or because the fork server has not told yet that there is one (0).
  [[nodiscard]] bool holds(int pid, Clock::time_point now) const;

 private:
  Clock::time_point last_;
  std::chrono::nanoseconds limit_;
};

}  // namespace rapt::host
