// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/jobs/queue.hpp"

#include <algorithm>

#include "job_store.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/store/database.hpp"

namespace rapt::jobs {

namespace {

constexpr store::Statement kInsertJob{"jobs_insert", R"(
  INSERT INTO jobs (id, kind, idempotency_key, payload, max_attempts) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (kind, idempotency_key) DO NOTHING)"};

constexpr store::Statement kCountQueue{"jobs_counts", R"(
  SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
         count(*) FILTER (WHERE state = 'failed') AS failed,
         min(created_at) FILTER (WHERE state = 'waiting' AND run_at <= now()) AS oldest_waiting
    FROM jobs WHERE state <> 'done')"};

constexpr store::Statement kListQueue{"jobs_list", R"(
  SELECT id, kind, idempotency_key, state, last_error, attempts, created_at, run_at FROM jobs
   WHERE CASE WHEN $1 = '' THEN state <> 'done' ELSE state::text = $1 END
   ORDER BY created_at DESC, id DESC LIMIT $2)"};

// The attempts go on counting: an earlier attempt must not be taken for a new one.
constexpr store::Statement kRetryQueued{"jobs_retry", R"(
  UPDATE jobs SET state = 'waiting', run_at = now(), ended_at = NULL, max_attempts = attempts + 8
   WHERE id = $1 AND state = 'failed')"};

JobSummary queued_from(const store::Row& row) {
  JobSummary job;
  job.id = row.text("id");
  job.kind = row.text("kind");
  job.idempotency_key = row.text("idempotency_key");
  job.state = row.text("state");
  job.last_error = row.text("last_error");
  job.attempts = row.integer("attempts");
  job.created_at = row.time("created_at");
  job.run_at = row.time("run_at");
  return job;
}

}  // namespace

Result<void> enqueue(store::Transaction& transaction, const NewJob& job) {
  const auto id = new_uuid();
  const auto inserted = transaction.exec(
      kInsertJob, store::params(id, job.kind, job.idempotency_key, job.payload_json, job.max_attempts));
  if (!inserted) return inserted.error();
  if (inserted->affected() == 0) return {};
  return append_event(transaction, {kJobTopic, id, "{}"});
}

Result<void> enqueue(store::Transaction& transaction, const std::vector<NewJob>& jobs) {
  for (const auto& job : jobs) RAPT_TRY(enqueue(transaction, job));
  return {};
}

Result<void> complete(store::Transaction& transaction, const Job& job) {
  const auto ended = end_attempt(transaction, job, "done", {}, "");
  if (!ended) return ended.error();
  if (*ended) return {};
  return Error::conflict("This job has been given to another worker meanwhile.");
}

Task<Result<Counts>> counts(store::Database& database) {
  const auto rows = co_await database.query(kCountQueue);
  if (!rows) co_return rows.error();
  const auto row = (*rows)[0];
  Counts found;
  found.waiting = row.integer("waiting");
  found.running = row.integer("running");
  found.failed = row.integer("failed");
  found.oldest_waiting = row.optional_time("oldest_waiting");
  co_return found;
}

Task<Result<std::vector<JobSummary>>> list(store::Database& database, std::string state, int limit) {
  const auto rows = co_await database.query(kListQueue, store::params(state, std::clamp(limit, 1, 500)));
  if (!rows) co_return rows.error();
  std::vector<JobSummary> jobs;
  for (std::size_t i = 0; i < rows->size(); ++i) jobs.push_back(queued_from((*rows)[i]));
  co_return jobs;
}

Task<Result<void>> retry(store::Database& database, std::string id) {
  const auto canonical = canonical_uuid(id);
  if (!canonical) co_return Error::invalid("id", "is no job's id: `rapt jobs list` shows them");
  const auto updated = co_await database.query(kRetryQueued, store::params(*canonical));
  if (!updated) co_return updated.error();
  if (updated->affected() == 0) co_return Error::not_found("failed job with that id");
  co_return Result<void>{};
}

}  // namespace rapt::jobs
