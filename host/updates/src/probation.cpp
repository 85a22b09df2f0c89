// SPDX-License-Identifier: AGPL-3.0-or-later
#include "probation.hpp"

namespace rapt::updates {
namespace {

using store::params;

constexpr store::Statement kBegin{"updates_begin_probation", R"(
  WITH hooks AS (
    SELECT sum((hook ->> 'calls')::bigint) AS calls, sum((hook ->> 'failures')::bigint) AS failures
      FROM module_reports r, jsonb_array_elements(r.status -> 'hooks') AS hook
     WHERE r.module = $1 AND r.status ->> 'version' = $4)
  INSERT INTO module_probations (module, update_id, position, from_version, to_version, calls_before, failures_before)
  SELECT $1, $2::uuid, $3::integer, $4, $5, coalesce(calls, 0), coalesce(failures, 0) FROM hooks
  ON CONFLICT (module) DO UPDATE SET update_id = excluded.update_id, position = excluded.position,
    from_version = excluded.from_version, to_version = excluded.to_version, calls_before = excluded.calls_before,
    failures_before = excluded.failures_before, failed_because = NULL, started_at = now())"};
constexpr store::Statement kEnd{"updates_end_probation", "DELETE FROM module_probations WHERE update_id = $1::uuid"};
constexpr store::Statement kCondemn{"updates_condemn",
                                    "UPDATE module_probations SET failed_because = $2 WHERE module = $1"};
constexpr store::Statement kAll{"updates_probations", R"(
  SELECT p.module, p.update_id::text AS update_id, p.from_version, p.to_version, p.calls_before, p.failures_before,
         coalesce(p.failed_because, '') AS failed_because, p.started_at, now() AS now, m.version, m.digest,
         coalesce(h.health, '{}')::text AS health,
         coalesce((SELECT jsonb_agg(r.status) FROM module_reports r WHERE r.module = p.module), '[]')::text AS reports
    FROM module_probations p JOIN modules m ON m.name = p.module LEFT JOIN module_health h ON h.module = p.module
   ORDER BY p.update_id, p.position DESC)"};

Watched to_watched(const store::Row& row) {
  Watched out;
  out.module = row.text("module");
  out.update_id = row.text("update_id");
  out.from = row.text("from_version");
  out.to = row.text("to_version");
  out.calls_before = static_cast<std::uint64_t>(row.integer("calls_before"));
  out.failures_before = static_cast<std::uint64_t>(row.integer("failures_before"));
  out.failed_because = row.text("failed_because");
  out.installed = row.text("version");
  out.digest_hex = row.text("digest");
  out.health_json = row.text("health");
  out.reports_json = row.text("reports");
  out.started_at = row.time("started_at");
  out.now = row.time("now");
  return out;
}

}  // namespace

Task<Result<void>> begin_probation(store::Database& database, std::string update_id,
                                   std::vector<marketplace::Change> changes) {
  auto work = [id = std::move(update_id), changes = std::move(changes)](store::Transaction& tx) -> Result<void> {
    int position = 0;
    for (const auto& change : changes)
      RAPT_TRY(tx.exec(kBegin, params(change.module, id, position++, change.from.value_or(""), change.to.text)));
    return {};
  };
  co_return co_await database.transaction(std::move(work));
}

Result<void> end_probation(store::Transaction& tx, const std::string& update_id) {
  RAPT_TRY(tx.exec(kEnd, params(update_id)));
  return {};
}

Task<Result<std::vector<Watched>>> on_probation(store::Database& database) {
  const auto rows = co_await database.query(kAll);
  if (!rows) co_return rows.error();
  std::vector<Watched> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(to_watched((*rows)[i]));
  co_return out;
}

Task<Result<void>> condemn(store::Database& database, std::string module, std::string because) {
  RAPT_CO_TRY(co_await database.query(kCondemn, params(module, because)));
  co_return Result<void>();
}

}  // namespace rapt::updates
