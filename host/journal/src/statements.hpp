// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/store/database.hpp"

/// The SQL of the journal. Times are the database's: the clocks of the hosts need not agree.
namespace rapt::journal {

inline constexpr store::Statement kForget{"journal_forget",
                                          "DELETE FROM module_reports WHERE host = $1 AND module <> ALL ($2::text[])"};
inline constexpr store::Statement kReport{"journal_report", R"(
  INSERT INTO module_reports (host, module, status)
  SELECT $1, module, status::jsonb FROM unnest($2::text[], $3::text[]) AS new (module, status)
  ON CONFLICT (host, module) DO UPDATE SET status = excluded.status, reported_at = now())"};
/// Skips what another host removes at this moment, so that two of them never wait for each other.
inline constexpr store::Statement kForgetSilent{"journal_forget_silent", R"(
  DELETE FROM module_reports WHERE (host, module) IN (
    SELECT host, module FROM module_reports WHERE reported_at < now() - interval '5 minutes' FOR UPDATE SKIP LOCKED))"};
inline constexpr store::Statement kReports{"journal_reports", R"(
  SELECT module, host, status::text AS status, reported_at FROM module_reports
   WHERE $1 = '' OR module = $1 ORDER BY module, host)"};

/// A module that has been removed meanwhile has no health any more.
inline constexpr store::Statement kKeepHealth{"journal_keep_health", R"(
  INSERT INTO module_health (module, health)
  SELECT modules.name, new.health::jsonb FROM unnest($1::text[], $2::text[]) AS new (module, health)
    JOIN modules ON modules.name = new.module ORDER BY modules.name FOR KEY SHARE OF modules
  ON CONFLICT (module) DO UPDATE SET health = excluded.health)"};
inline constexpr store::Statement kHealth{
    "journal_health", "SELECT module, health::text AS health, released_at FROM module_health ORDER BY module"};
/// A host's clock may be ahead of the database's: a release comes after every quarantine all the same.
inline constexpr store::Statement kRelease{"journal_release", R"(
  INSERT INTO module_health (module, released_at) SELECT name, now() FROM modules WHERE name = $1 FOR KEY SHARE
  ON CONFLICT (module) DO UPDATE SET released_at = greatest(
    now(), (module_health.health ->> 'quarantined_at')::timestamptz + interval '1 second',
    (SELECT max((room ->> 'quarantined_at')::timestamptz) + interval '1 second'
       FROM jsonb_path_query(module_health.health, '$.rooms.*') AS room)))"};

/// One writer at a time: ids then become visible in their order, and a reader's cursor skips nothing.
inline constexpr store::Statement kLockLines{"journal_lock_lines",
                                             "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(7235418)) AS held"};
inline constexpr store::Statement kAddLines{"journal_add_lines", R"(
  INSERT INTO module_lines (module, host, level, line, logged_at)
  SELECT module, host, level, line, at::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    WITH ORDINALITY AS new (module, host, level, line, at, place)
    JOIN modules ON modules.name = new.module ORDER BY place)"};
inline constexpr store::Statement kTrimLines{"journal_trim_lines", R"(
  DELETE FROM module_lines USING (
    SELECT named.module, (SELECT id FROM module_lines WHERE module = named.module ORDER BY id DESC OFFSET $2 LIMIT 1)
      AS last FROM unnest($1::text[]) AS named (module)) AS old
   WHERE module_lines.module = old.module AND module_lines.id <= old.last)"};
inline constexpr store::Statement kLines{"journal_lines", R"(
  SELECT * FROM (SELECT id, module, host, level, line, logged_at FROM module_lines
                  WHERE id > $1 ORDER BY id DESC LIMIT $2) AS newest ORDER BY id)"};
inline constexpr store::Statement kLinesOfModule{"journal_lines_of_module", R"(
  SELECT * FROM (SELECT id, module, host, level, line, logged_at FROM module_lines
                  WHERE id > $1 AND module = $3 ORDER BY id DESC LIMIT $2) AS newest ORDER BY id)"};

}  // namespace rapt::journal
