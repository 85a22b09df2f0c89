// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/jobs/module_jobs.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
class Transaction;
}  // namespace rapt::store

namespace rapt::jobs {

/// Work that is to be done after the transaction that orders it has committed.
struct NewJob {
  std::string kind;             ///< "chat.hook", …: who does it
  std::string idempotency_key;  ///< ordering the same key of a kind again orders nothing, while its row is kept
  std::string payload_json;     ///< an object with ids only, never what somebody wrote
  int max_attempts = 8;
};

/// Writes the job and its outbox row inside the caller's transaction. The truth is this table: a lost Redis loses no
/// job.
Result<void> enqueue(store::Transaction& transaction, const NewJob& job);
Result<void> enqueue(store::Transaction& transaction, const std::vector<NewJob>& jobs);

/// A job that is being done. `id` and `attempt` together are the proof that it is still this worker's.
struct Job {
  std::string id;
  std::string kind;
  std::string idempotency_key;
  std::string payload_json;
  int attempt = 1;  ///< from 1
  int max_attempts = 8;
  int postponed = 0;                   ///< so many of the attempts do not count (Done::Kind::kLater)
  std::optional<ModuleWork> module{};  ///< when a module does it
};

/// Marks the job as done inside a handler's own transaction, so that its effects are stored once: kConflict when the
/// job has been given to another attempt meanwhile, and then the transaction must not commit.
Result<void> complete(store::Transaction& transaction, const Job& job);

/// How the queue fares, for `rapt doctor`, metrics and the administration.
struct Counts {
  std::int64_t waiting = 0, running = 0, failed = 0;
  std::optional<TimePoint> oldest_waiting;  ///< when the oldest one was ordered that is due and not being done
};
Task<Result<Counts>> counts(store::Database& database);

/// A job as an administrator sees it.
struct JobSummary {
  std::string id, kind, idempotency_key, state, last_error;
  std::int64_t attempts = 0;
  TimePoint created_at{}, run_at{};
};
/// Newest first; `state` one of waiting, running, done, failed, or "" for all but the done ones. `limit` 1 to 500.
Task<Result<std::vector<JobSummary>>> list(store::Database& database, std::string state, int limit);
/// Gives a failed job eight further attempts. kInvalid for no id, kNotFound unless it has failed.
Task<Result<void>> retry(store::Database& database, std::string id);

}  // namespace rapt::jobs
