// SPDX-License-Identifier: AGPL-3.0-or-later
#include "job_store.hpp"

#include <utility>

namespace rapt::jobs {

namespace {

// $1 worker, $2 lease in milliseconds, $3 kinds.
#define RAPT_JOBS_TAKE                                                          \
  "UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_by = $1," \
  " leased_until = now() + $2::bigint * interval '1 millisecond' WHERE id IN (SELECT id FROM jobs WHERE "
#define RAPT_JOBS_FREE                                                   \
  " kind = ANY($3::text[]) AND ((state = 'waiting' AND run_at <= now())" \
  " OR (state = 'running' AND leased_until < now() AND attempts < max_attempts)) "
#define RAPT_JOBS_TAKEN                                                                                       \
  " FOR UPDATE SKIP LOCKED) RETURNING id, kind, idempotency_key, payload, attempts, max_attempts, postponed," \
  " module, name, key, tool_id, group_id, user_id, session_id, run_id, due_at, created_at, depth"

constexpr store::Statement kClaim{"jobs_claim", RAPT_JOBS_TAKE "id = $4::uuid AND" RAPT_JOBS_FREE RAPT_JOBS_TAKEN};
constexpr store::Statement kClaimDue{"jobs_claim_due",
                                     RAPT_JOBS_TAKE RAPT_JOBS_FREE "ORDER BY run_at LIMIT $4::bigint" RAPT_JOBS_TAKEN};

// $4 the modules that are busy here. A module that floods its own line is one step of the outer loop, as every other.
// A job of a lane waits until all before it have ended: what another host is just taking is still "waiting" to this
// one.
constexpr store::Statement kClaimModule{"jobs_claim_module", RAPT_JOBS_TAKE R"( id = (
    SELECT due.id FROM modules m CROSS JOIN LATERAL (
      SELECT j.id, j.run_at FROM jobs j
       WHERE j.module = m.name AND j.kind = ANY($3::text[])
         AND ((j.state = 'waiting' AND j.run_at <= now())
              OR (j.state = 'running' AND j.leased_until < now() AND j.attempts < j.max_attempts))
         AND NOT EXISTS (SELECT FROM jobs e WHERE e.lane = j.lane AND e.seq < j.seq AND e.state IN ('waiting', 'running'))
       ORDER BY j.run_at LIMIT 1) AS due
     WHERE m.enabled AND m.name <> ALL($4::text[]) ORDER BY due.run_at LIMIT 1)
   AND ((state = 'waiting' AND run_at <= now()) OR (state = 'running' AND leased_until < now())))" RAPT_JOBS_TAKEN};

#undef RAPT_JOBS_TAKE
#undef RAPT_JOBS_FREE
#undef RAPT_JOBS_TAKEN

constexpr store::Statement kRenew{"jobs_renew", R"(
  UPDATE jobs SET leased_until = now() + $2::bigint * interval '1 millisecond'
   WHERE leased_by = $1 AND state = 'running')"};

constexpr store::Statement kEnd{"jobs_end", R"(
  UPDATE jobs SET leased_until = NULL, leased_by = NULL, last_error = $5,
         run_at = now() + $4::bigint * interval '1 millisecond',
         max_attempts = max_attempts + (NOT $6::boolean)::integer, postponed = postponed + (NOT $6::boolean)::integer,
         payload = CASE WHEN $3 = 'done' AND module IS NOT NULL THEN '{}' ELSE payload END,
         state = (CASE WHEN $3 = 'waiting' AND $6 AND attempts >= max_attempts THEN 'failed' ELSE $3 END)::job_state,
         ended_at = CASE WHEN $3 <> 'waiting' OR ($6 AND attempts >= max_attempts) THEN now() END
   WHERE id = $1 AND state = 'running' AND attempts = $2
  RETURNING state)"};

constexpr store::Statement kFailExhausted{"jobs_fail_exhausted", R"(
  UPDATE jobs SET state = 'failed', leased_until = NULL, leased_by = NULL, ended_at = now(),
         last_error = 'Its worker ended without an answer in the last attempt, number ' || attempts || '.'
   WHERE state = 'running' AND leased_until < now() AND attempts >= max_attempts)"};

constexpr store::Statement kPruneJobs{"jobs_prune", R"(
  DELETE FROM jobs WHERE id IN (SELECT id FROM jobs
   WHERE (state = 'done' AND ended_at < now() - interval '7 days')
      OR (state = 'failed' AND ended_at < now() - interval '90 days') LIMIT 5000))"};

// Rows that hosts of an earlier version have marked: now a delivered event is deleted.
constexpr store::Statement kPruneOutbox{"jobs_prune_outbox", R"(
  DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE delivered_at < now() - interval '7 days' LIMIT 5000))"};

store::Params claim_params(const Claimer& claimer) {
  store::Params params;
  params.add(claimer.worker).add(static_cast<std::int64_t>(claimer.lease.count())).add_array(claimer.kinds);
  return params;
}

Job job_from(const store::Row& row) {
  Job job;
  job.id = row.text("id");
  job.kind = row.text("kind");
  job.idempotency_key = row.text("idempotency_key");
  job.payload_json = row.text("payload");
  job.attempt = static_cast<int>(row.integer("attempts"));
  job.max_attempts = static_cast<int>(row.integer("max_attempts"));
  job.postponed = static_cast<int>(row.integer("postponed"));
  if (row.is_null("module")) return job;
  auto& work = job.module.emplace();
  work.module = row.text("module");
  work.name = row.text("name");
  work.key = row.text("key");
  work.about = {row.text("tool_id"), row.text("group_id"), row.text("user_id"), row.text("session_id"),
                row.text("run_id")};
  work.created_at = row.time("created_at");
  work.due_at = row.optional_time("due_at").value_or(work.created_at);
  work.depth = static_cast<int>(row.integer("depth"));
  return job;
}

}  // namespace

Task<Result<std::optional<Job>>> claim(store::Database& database, Claimer claimer, std::string id) {
  auto params = claim_params(claimer);
  params.add(id);
  const auto rows = co_await database.query(kClaim, std::move(params));
  if (!rows) co_return rows.error();
  std::optional<Job> job;
  if (const auto row = rows->first()) job = job_from(*row);
  co_return job;
}

Task<Result<std::vector<Job>>> claim_due(store::Database& database, Claimer claimer, unsigned limit) {
  auto params = claim_params(claimer);
  params.add(static_cast<std::int64_t>(limit));
  const auto rows = co_await database.query(kClaimDue, std::move(params));
  if (!rows) co_return rows.error();
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < rows->size(); ++i) jobs.push_back(job_from((*rows)[i]));
  co_return jobs;
}

Task<Result<std::optional<Job>>> claim_module_job(store::Database& database, Claimer claimer,
                                                  std::vector<std::string> busy) {
  auto params = claim_params(claimer);
  params.add_array(busy);
  const auto rows = co_await database.query(kClaimModule, std::move(params));
  if (!rows) co_return rows.error();
  std::optional<Job> job;
  if (const auto row = rows->first()) job = job_from(*row);
  co_return job;
}

Task<Result<void>> renew(store::Database& database, Claimer claimer) {
  RAPT_CO_TRY(
      co_await database.query(kRenew, store::params(claimer.worker, static_cast<std::int64_t>(claimer.lease.count()))));
  co_return Result<void>{};
}

Result<std::optional<std::string>> end_attempt(store::Transaction& transaction, const Job& job, std::string_view state,
                                               std::chrono::milliseconds delay, const std::string& error, bool counts) {
  const auto rows = transaction.exec(
      kEnd, store::params(job.id, job.attempt, state, static_cast<std::int64_t>(delay.count()), error, counts));
  if (!rows) return rows.error();
  std::optional<std::string> now;
  if (const auto row = rows->first()) now = row->text("state");
  return now;
}

Task<Result<std::size_t>> fail_exhausted(store::Database& database) {
  const auto failed = co_await database.query(kFailExhausted);
  if (!failed) co_return failed.error();
  co_return failed->affected();
}

Task<Result<void>> prune(store::Database& database) {
  RAPT_CO_TRY(co_await database.query(kPruneJobs));
  RAPT_CO_TRY(co_await database.query(kPruneOutbox));
  co_return Result<void>{};
}

}  // namespace rapt::jobs
