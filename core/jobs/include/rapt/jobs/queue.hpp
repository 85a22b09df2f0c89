// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
class Redis;
class Transaction;
}  // namespace rapt::store

namespace rapt::jobs {

/// Work that is to be done after the transaction that orders it has committed.
struct NewJob {
  std::string_view kind;        ///< "hook", …: who does it
  std::string idempotency_key;  ///< ordering the same key of a kind again orders nothing
  std::string payload_json;     ///< an object with ids only, never what somebody wrote
  int max_attempts = 8;
};

/// Writes the job and its outbox row inside the caller's transaction. The truth is this table: a lost Redis loses no job.
Result<void> enqueue(store::Transaction& transaction, const NewJob& job);

/// A job that is being done.
struct Job {
  std::string id;
  std::string kind;
  std::string idempotency_key;
  std::string payload_json;
  int attempt = 1;  ///< from 1
};

/// What came of an attempt.
struct Done {
  enum class Kind {
    kDone,
    kAgain,  ///< later, with back-off; after max_attempts it has failed
    kFailed  ///< for good
  } kind = Kind::kDone;
  std::string reason;  ///< a sentence, when it is not done
};

/// Does one attempt. It runs at least once for each job: its effects must carry the idempotency key, in the transaction
/// that marks what it did. Must not throw.
using Handler = std::function<Task<Done>(Job job)>;

/// One host's share of the work: a relay that moves outbox rows into a Redis stream, a consumer of that stream's group,
/// and a sweeper that finds jobs whose entry or worker was lost. Several hosts share both. Thread-safe after start.
class Worker {
 public:
  struct Options {
    std::string host;      ///< names the consumer in the group; unique among the hosts that live at once
    unsigned at_once = 4;  ///< jobs that are done at the same time
    std::chrono::milliseconds lease{60000};  ///< a job whose worker is silent for so long is done by another
    std::chrono::milliseconds retry_initial{1000}, retry_maximum{300000};
    std::chrono::milliseconds sweep{5000};
  };
  Worker(store::Database& database, store::Redis& redis, Options options);
  ~Worker();
  void handle(std::string kind, Handler handler);  ///< before run()
  /// Works until cancelled or stopped; jobs that are being done are finished first.
  Task<void> run();
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// How the queue fares, for `rapt doctor`, metrics and the administration.
struct Counts {
  std::int64_t waiting = 0, running = 0, failed = 0;
  std::optional<TimePoint> oldest_waiting;
};
Task<Result<Counts>> counts(store::Database& database);

}  // namespace rapt::jobs
