// SPDX-License-Identifier: AGPL-3.0-or-later
// Jobs that the clock orders. What is to be ordered stands in the manifests of the modules that are in use; when next,
// in module_schedules. A host that finds something due moves that time on and orders the job in one statement, so the
// others find nothing any more.
#include "rapt/base/cron.hpp"
#include "rapt/base/log.hpp"
#include "rapt/jobs/module_jobs.hpp"
#include "rapt/store/database.hpp"

namespace rapt::jobs {
namespace {

// Nothing is found as long as nothing is due and no manifest has changed.
constexpr store::Statement kFind{"module_schedules_find", R"(
  SELECT m.name AS module, j.job ->> 'name' AS job, j.job ->> 'cron' AS cron, s.cron IS NOT DISTINCT FROM j.job ->> 'cron' AS known,
         s.next_at, coalesce((j.job ->> 'max_attempts')::integer, 8) AS most
    FROM modules m CROSS JOIN LATERAL jsonb_array_elements(
           CASE jsonb_typeof(m.manifest -> 'jobs') WHEN 'array' THEN m.manifest -> 'jobs' ELSE '[]' END) AS j (job)
    LEFT JOIN module_schedules s ON s.module = m.name AND s.job = j.job ->> 'name'
   WHERE m.enabled AND m.permissions ? 'jobs' AND coalesce(j.job ->> 'cron', '') <> ''
     AND (s.module IS NULL OR s.cron <> j.job ->> 'cron' OR s.next_at <= $1::timestamptz))"};

constexpr store::Statement kSet{"module_schedules_set", R"(
  INSERT INTO module_schedules (module, job, cron, next_at)
    SELECT m.name, $2, $3, $4::timestamptz FROM modules m WHERE m.name = $1
    ON CONFLICT (module, job) DO UPDATE SET cron = excluded.cron, next_at = excluded.next_at
     WHERE module_schedules.cron <> excluded.cron)"};

constexpr store::Statement kOrderDue{"module_schedules_order", R"(
  WITH moved AS (
    UPDATE module_schedules SET next_at = $4::timestamptz WHERE module = $1 AND job = $2 AND next_at = $3::timestamptz
    RETURNING module, job)
  INSERT INTO jobs (id, kind, idempotency_key, max_attempts, module, name, key, seq, due_at, by_clock)
    SELECT gen_random_uuid(), 'module.job', moved.module || '/' || moved.job || '/' || $5, $6::integer, moved.module, moved.job, $5,
           nextval('jobs_seq'), $3::timestamptz, true
      FROM moved
     WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.module = $1 AND j.name = $2 AND j.by_clock
                          AND j.state IN ('waiting', 'running'))
    ON CONFLICT (kind, idempotency_key) DO NOTHING)"};

// What no manifest names any more.
constexpr store::Statement kForget{"module_schedules_forget", R"(
  DELETE FROM module_schedules s USING modules m
   WHERE m.name = s.module AND NOT EXISTS (
     SELECT FROM jsonb_array_elements(
              CASE jsonb_typeof(m.manifest -> 'jobs') WHEN 'array' THEN m.manifest -> 'jobs' ELSE '[]' END) AS j (job)
      WHERE j.job ->> 'name' = s.job AND coalesce(j.job ->> 'cron', '') <> ''))"};

}  // namespace

Task<Result<std::size_t>> order_due(store::Database& database, TimePoint now) {
  RAPT_CO_TRY(co_await database.query(kForget));
  const auto rows = co_await database.query(kFind, store::params(now));
  if (!rows) co_return rows.error();
  std::size_t ordered = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto module = row.text("module"), job = row.text("job"), text = row.text("cron");
    const auto cron = Cron::parse(text);
    const auto next = cron ? cron->next(now) : std::nullopt;
    if (!next) {  // packed by an earlier version, which did not look at it
      log::warn("module.cron_not_understood", {{"module", module}, {"job", job}});
      continue;
    }
    if (!row.boolean("known")) {
      RAPT_CO_TRY(co_await database.query(kSet, store::params(module, job, text, *next)));
      continue;
    }
    const auto due = row.time("next_at");
    auto params = store::params(module, job, due, *next, "clock:" + to_rfc3339(due), row.integer("most"));
    const auto done = co_await database.query(kOrderDue, std::move(params));
    if (!done) co_return done.error();
    ordered += done->affected();
  }
  co_return ordered;
}

}  // namespace rapt::jobs
