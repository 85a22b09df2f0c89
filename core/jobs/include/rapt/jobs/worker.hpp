// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "rapt/jobs/queue.hpp"

namespace rapt::store {
class Redis;
}

namespace rapt::jobs {

/// What came of an attempt.
struct Done {
  enum class Kind {
    kDone,
    kAgain,  ///< later, with back-off or after `delay`; after max_attempts it has failed
    kLater,  ///< after `delay`, or with back-off; this attempt does not count
    kFailed  ///< for good
  } kind = Kind::kDone;
  std::string reason{};  ///< a sentence for the administrator, when it is not done
  std::optional<std::chrono::milliseconds> delay{};
};

/// Does one attempt. It runs at least once for each job: what must happen once is stored in the transaction that calls
/// complete(). An exception counts as kAgain.
using Handler = std::function<Task<Done>(Job job)>;

/// One host's share of the work: a relay that moves outbox rows into Redis streams, a reader of the stream of jobs, and
/// a sweeper that finds jobs in PostgreSQL whose entry or worker was lost. Several hosts share both.
///
/// A job is one worker's for `lease`, prolonged while it works. Attempts do not overlap as long as the lease is
/// prolonged in time; where that fails (a stopped process that comes back), complete() lets one attempt alone
/// store its effects. Jobs are in no order, also those about the same thing.
class Worker {
 public:
  struct Options {
    std::string host;                    ///< names the reader in the group; unique among the hosts that live at once
    std::string stream_prefix = "rapt";  ///< instances that share a Redis database need one each
    unsigned at_once = 4;                ///< jobs that are done at the same time
    std::chrono::milliseconds lease{60000};  ///< a job whose worker is silent for so long is done by another
    std::chrono::milliseconds retry_initial{1000}, retry_maximum{300000};
    std::chrono::milliseconds sweep{1000};  ///< how often PostgreSQL is asked for due jobs
    /// It does the work of modules, and nothing else: one job of a module at a time, so that none holds up another
    /// module or waits for the first within its limit; those of one lane in their order, whatever host does them. It
    /// neither relays nor listens to Redis.
    bool for_modules = false;
  };
  /// `redis` blocks one connection while it reads: at least two connections, and nobody else's.
  /// Both must outlive run().
  Worker(store::Database& database, store::Redis& redis, Options options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  void handle(std::string kind, Handler handler);  ///< before run(); jobs of other kinds are left alone
  /// Works until stop(); the jobs that are being done then are finished first. Once; on an executor that runs one
  /// handler at a time (a strand), not to be cancelled.
  Task<void> run();
  /// Takes no further job, and returns when run() has ended, at once when it was never started. Once; any thread.
  Task<void> stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rapt::jobs
