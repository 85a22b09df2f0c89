// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/jobs/module_jobs.hpp"

#include <algorithm>
#include <utility>

#include "rapt/base/ids.hpp"
#include "rapt/store/database.hpp"

namespace rapt::jobs {
namespace {

constexpr store::Statement kOrder{"module_jobs_order", R"(
  SELECT order_module_job($1, $2, $3, $4::jsonb, $5::bigint, $6::integer, $7::integer,
                          $8::uuid, $9::uuid, $10::uuid, $11::uuid, $12::uuid) AS outcome)"};
constexpr store::Statement kTakeBack{"module_jobs_take_back", R"(
  DELETE FROM jobs WHERE kind = 'module.job' AND idempotency_key = $1 || '/' || $2 || '/' || $3
     AND state = 'waiting' AND attempts = postponed)"};
constexpr store::Statement kOpen{"module_jobs_open", R"(
  SELECT name, key, last_error, state = 'running' AS running, by_clock, attempts - postponed AS attempts,
         max_attempts - postponed AS most, created_at, due_at, run_at, seq FROM jobs
   WHERE module = $1 AND kind = 'module.job' AND state IN ('waiting', 'running') AND ($2 = '' OR name = $2) AND seq > $3
   ORDER BY seq LIMIT $4)"};
constexpr store::Statement kPublish{"module_jobs_publish", R"(
  SELECT tell_modules($1, coalesce($6::uuid, $7::uuid, gen_random_uuid())::text, $2::jsonb,
                      $3::uuid, $4::uuid, $5::uuid, $6::uuid, $7::uuid, $8::integer) AS told)"};
constexpr store::Statement kInstalled{"module_jobs_installed",
                                      "SELECT EXISTS (SELECT FROM modules WHERE name = $1) AS installed"};

constexpr store::Statement kCounts{"module_jobs_counts", R"(
  SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
         count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'done') AS done
    FROM jobs WHERE module = $1)"};
constexpr store::Statement kList{"module_jobs_list", R"(
  SELECT id, kind, name, key, state, last_error, attempts - postponed AS attempts, max_attempts - postponed AS most,
         by_clock, created_at, run_at, ended_at FROM jobs
   WHERE module = $1 AND CASE WHEN $2 = '' THEN state <> 'done' ELSE state::text = $2 END
   ORDER BY created_at DESC, id DESC LIMIT $3)"};
constexpr store::Statement kSchedules{"module_jobs_schedules",
                                      "SELECT job, cron, next_at FROM module_schedules WHERE module = $1 ORDER BY job"};

constexpr store::Statement kRetry{"module_jobs_retry", R"(
  UPDATE jobs SET state = 'waiting', run_at = now(), ended_at = NULL,
         max_attempts = attempts + greatest(max_attempts - postponed, 1), postponed = attempts
   WHERE id = $2 AND module = $1 AND state = 'failed' AND EXISTS (SELECT FROM modules WHERE name = $1))"};
constexpr store::Statement kCancel{"module_jobs_cancel",
                                   "DELETE FROM jobs WHERE id = $2 AND module = $1 AND state IN ('waiting', 'failed')"};
constexpr store::Statement kState{"module_jobs_state",
                                  "SELECT state::text AS state FROM jobs WHERE id = $2 AND module = $1"};
constexpr store::Statement kStale{"module_jobs_stale", R"(
  UPDATE jobs SET state = 'failed', ended_at = $1,
         last_error = 'The module could not be told within a week. Last: ' || last_error
   WHERE kind = 'module.event' AND state = 'waiting' AND created_at < $1::timestamptz - interval '7 days')"};

void add_id(store::Params& params, const std::string& id) {
  if (id.empty()) {
    params.add_null();
  } else {
    params.add(id);
  }
}

void add_about(store::Params& params, const About& about) {
  for (const auto* id : {&about.tool_id, &about.group_id, &about.user_id, &about.session_id, &about.run_id})
    add_id(params, *id);
}

ModuleJobSummary summary_from(const store::Row& row) {
  ModuleJobSummary job;
  job.id = row.text("id");
  job.kind = row.text("kind");
  job.name = row.text("name");
  job.key = row.text("key");
  job.state = row.text("state");
  job.last_error = row.text("last_error");
  job.attempts = row.integer("attempts");
  job.max_attempts = row.integer("most");
  job.by_clock = row.boolean("by_clock");
  job.created_at = row.time("created_at");
  job.run_at = row.time("run_at");
  job.ended_at = row.optional_time("ended_at");
  return job;
}

OpenJob open_job_from(const store::Row& row) {
  OpenJob job;
  job.name = row.text("name");
  job.key = row.text("key");
  job.reason = row.text("last_error");
  job.running = row.boolean("running");
  job.by_clock = row.boolean("by_clock");
  job.attempts = row.integer("attempts");
  job.max_attempts = row.integer("most");
  job.created_at = row.time("created_at");
  job.due_at = row.time("due_at");
  job.next_at = row.time("run_at");
  job.seq = row.integer("seq");
  return job;
}

/// Nothing was changed: there is no such job, or it is in another state.
Task<Result<void>> why_not(store::Database& database, const std::string& module, const std::string& id,
                           const char* wanted) {
  const auto rows = co_await database.query(kState, store::params(module, id));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("job of this module with that id");
  co_return Error::conflict("This job is " + (*rows)[0].text("state") + ": " + wanted);
}

}  // namespace

Task<Result<Ordered>> order(store::Database& database, NewModuleJob job) {
  const auto& work = job.work;
  auto params = store::params(work.module, work.name, work.key, job.payload_json,
                              static_cast<std::int64_t>(job.delay.count()), job.max_attempts, work.depth);
  add_about(params, work.about);
  const auto rows = co_await database.query(kOrder, std::move(params));
  if (!rows) co_return rows.error();
  const auto outcome = (*rows)[0].integer("outcome");
  co_return outcome > 0 ? Ordered::kOrdered : outcome == 0 ? Ordered::kKnown : Ordered::kFull;
}

Task<Result<bool>> take_back(store::Database& database, std::string module, std::string name, std::string key) {
  const auto gone = co_await database.query(kTakeBack, store::params(module, name, key));
  if (!gone) co_return gone.error();
  co_return gone->affected() > 0;
}

Task<Result<std::vector<OpenJob>>> open_jobs(store::Database& database, std::string module, std::string name,
                                             std::int64_t after, int limit) {
  const auto rows = co_await database.query(kOpen, store::params(module, name, after, limit));
  if (!rows) co_return rows.error();
  std::vector<OpenJob> out;
  out.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(open_job_from((*rows)[i]));
  co_return out;
}

Task<Result<std::int64_t>> publish(store::Database& database, std::string type, std::string payload_json, About about,
                                   int depth) {
  auto params = store::params(type, payload_json);
  add_about(params, about);
  params.add(depth);
  const auto rows = co_await database.query(kPublish, std::move(params));
  if (!rows) co_return rows.error();
  co_return (*rows)[0].integer("told");
}

Task<Result<bool>> is_installed(store::Database& database, std::string module) {
  const auto rows = co_await database.query(kInstalled, store::params(module));
  if (!rows) co_return rows.error();
  co_return (*rows)[0].boolean("installed");
}

Task<Result<std::size_t>> give_up_stale(store::Database& database, TimePoint now) {
  const auto failed = co_await database.query(kStale, store::params(now));
  if (!failed) co_return failed.error();
  co_return failed->affected();
}

Task<Result<ModuleJobs>> module_jobs(store::Database& database, std::string module, std::string state, int limit) {
  const auto counts = co_await database.query(kCounts, store::params(module));
  if (!counts) co_return counts.error();
  const auto rows = co_await database.query(kList, store::params(module, state, std::clamp(limit, 1, 500)));
  if (!rows) co_return rows.error();
  const auto times = co_await database.query(kSchedules, store::params(module));
  if (!times) co_return times.error();
  ModuleJobs out;
  out.waiting = (*counts)[0].integer("waiting");
  out.running = (*counts)[0].integer("running");
  out.failed = (*counts)[0].integer("failed");
  out.done = (*counts)[0].integer("done");
  for (std::size_t i = 0; i < rows->size(); ++i) out.jobs.push_back(summary_from((*rows)[i]));
  for (std::size_t i = 0; i < times->size(); ++i)
    out.schedules.push_back({(*times)[i].text("job"), (*times)[i].text("cron"), (*times)[i].time("next_at")});
  co_return out;
}

Task<Result<void>> retry_module_job(store::Database& database, std::string module, std::string id) {
  const auto canonical = canonical_uuid(id);
  if (!canonical) co_return Error::invalid("id", "is no job's id");
  const auto updated = co_await database.query(kRetry, store::params(module, *canonical));
  if (!updated) co_return updated.error();
  if (updated->affected() > 0) co_return Result<void>{};
  co_return co_await why_not(database, module, *canonical, "only one that has failed can be done again.");
}

Task<Result<void>> cancel_module_job(store::Database& database, std::string module, std::string id) {
  const auto canonical = canonical_uuid(id);
  if (!canonical) co_return Error::invalid("id", "is no job's id");
  const auto gone = co_await database.query(kCancel, store::params(module, *canonical));
  if (!gone) co_return gone.error();
  if (gone->affected() > 0) co_return Result<void>{};
  co_return co_await why_not(database, module, *canonical, "only one that waits or has failed can be taken back.");
}

}  // namespace rapt::jobs
