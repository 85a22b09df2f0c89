// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "rapt/host/supervisor.hpp"

namespace rapt::host {

/// Counts the ends of one of a bundle's processes, over restarts of the host, and says when there are too many. Not
/// thread-safe.
class HealthRecord {
 public:
  static constexpr std::size_t kKept = 32;
  struct Limits {
    unsigned failures = 10;  ///< more than kKept: never
    std::chrono::minutes window{10};
  };

  /// Takes up what was kept when it is about this very bundle, else begins afresh. `room`: which of its further
  /// processes; "" is the first.
  HealthRecord(const InstalledModule& installed, Limits limits, const std::string& room = {});

  /// The process ended. `what` is a clause: "it was killed (SIGKILL)". True when it is in quarantine from now on.
  bool failed(TimePoint now, const std::string& what);
  /// It ended as before, over the same work: that is told, and not counted.
  void failed_again(const std::string& what) { health_.last_failure = what; }
  void restarted() { ++health_.restarts; }
  /// An admin let it out at `when`. True when that ends a quarantine; an older release changes nothing.
  bool release(TimePoint when);

  [[nodiscard]] bool quarantined() const { return health_.quarantined_at.has_value(); }
  [[nodiscard]] const ProcessHealth& health() const { return health_; }
  [[nodiscard]] const std::optional<TimePoint>& released_at() const { return released_at_; }

 private:
  const std::string module_, room_;
  const Limits limits_;
  ProcessHealth health_;
  std::optional<TimePoint> released_at_;
};

}  // namespace rapt::host
