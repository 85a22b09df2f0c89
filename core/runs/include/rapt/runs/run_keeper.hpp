// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>

#include "rapt/runtime/task.hpp"

namespace rapt::runs {

class RunService;

/// One host's share of the runs that nobody waits for: those that were started to be looked at later, and those whose
/// host died. A run is one host's for `lease`, which is prolonged while the host works on it, also for runs that
/// somebody waits for. After `attempts` hosts have died over it, a run has failed.
class RunKeeper {
 public:
  struct Options {
    std::chrono::milliseconds pause{1000};  ///< how often the database is asked for such runs
    int at_once = 8;                        ///< so many are worked on at the same time
    int attempts = 3;
  };
  /// The service must outlive run().
  explicit RunKeeper(RunService& service);
  RunKeeper(RunService& service, Options options);
  ~RunKeeper();
  RunKeeper(const RunKeeper&) = delete;
  RunKeeper& operator=(const RunKeeper&) = delete;
  /// Works until stop(). Once; on an executor that runs one handler at a time (a strand), not to be cancelled.
  Task<void> run();
  /// Takes no further run, and returns when those that are being worked on have ended, or after `grace`: then they are
  /// another host's, or this one's after its next start. Once; any thread.
  Task<void> stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rapt::runs
