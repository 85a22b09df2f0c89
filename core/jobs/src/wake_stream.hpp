// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Redis;
}

namespace rapt::jobs {

/// The stream of wake-ups, read by one group in which each entry wakes one host. Entries are not acknowledged: a lost
/// one costs the time until the next sweep, never a job.
class WakeStream {
 public:
  WakeStream(store::Redis& redis, const std::string& prefix, std::string consumer);
  /// Ids of jobs, at most `count`; waits about a second for the first. Makes the group when it is not there.
  Task<Result<std::vector<std::string>>> read(unsigned count);
  /// Takes this host out of the group.
  Task<void> leave();

 private:
  store::Redis& redis_;
  std::string stream_, consumer_;
  bool joined_ = false;
};

}  // namespace rapt::jobs
