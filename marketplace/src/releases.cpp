// SPDX-License-Identifier: AGPL-3.0-or-later
#include "releases.hpp"

#include <nlohmann/json.hpp>

#include "module_views.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr int kFewest = 5;
// Of each instance its newest report counts once, and only what was reported since the release is watched. Anybody may
// register instances, so only those count that were there before the release, and for a day: who wants to halt one has
// to have prepared for it before there was anything to halt.
constexpr store::Statement kHaltRelease{
    "releases.halt_if_failing",
    "WITH reports AS (SELECT count(*) AS total, count(*) FILTER (WHERE i.update_state <> 'healthy') AS bad "
    "FROM instances i JOIN releases r ON r.version = i.update_version WHERE i.update_version = $1 "
    "AND i.update_state IN ('healthy', 'failed', 'rolled_back') AND i.update_reported_at >= r.watched_since "
    "AND i.registered_at < r.published_at AND i.registered_at <= now() - interval '1 day') "
    "UPDATE releases SET halted_because = reports.bad || ' of the first ' || reports.total || "
    "' instances that took this version failed with it or went back.' FROM reports "
    "WHERE version = $1 AND halted_because IS NULL AND reports.total >= $2::int AND reports.bad * 5 > reports.total "
    "RETURNING halted_because"};

bool is_open_to(const store::Row& row, const ReleaseSeeker& seeker) {
  if (!row.is_null("halted_because") || !row.is_null("withdrawn_because")) return false;
  if (seeker.channel == Channel::kStable && row.text("channel") != name(Channel::kStable)) return false;
  const auto version = Version::parse(row.text("version"));
  if (!version || (seeker.current && *version <= *seeker.current)) return false;
  const auto least = Version::parse(row.text("min_from"));
  if (seeker.current && least && *seeker.current < *least) return false;
  return is_reached(seeker.instance, row.text("version"), row.integer("rollout_percent"));
}

}  // namespace

std::optional<store::Row> newest_for(const store::Rows& newest_first, const ReleaseSeeker& seeker) {
  for (std::size_t i = 0; i < newest_first.size(); ++i) {
    if (is_open_to(newest_first[i], seeker)) return newest_first[i];
  }
  return std::nullopt;
}

json release_view(const store::Row& row) {
  const auto halted = row.optional_text("halted_because"), withdrawn = row.optional_text("withdrawn_because");
  return {{"version", row.text("version")},
          {"channel", row.text("channel")},
          {"files", json_of(row.text("files"), "[]")},
          {"image", row.text("image")},
          {"notes", row.text("notes")},
          {"min_from", row.text("min_from")},
          {"schema_from", row.text("schema_from")},
          {"rollout_percent", row.integer("rollout_percent")},
          {"halted_because", halted ? json(*halted) : json(nullptr)},
          {"withdrawn_because", withdrawn ? json(*withdrawn) : json(nullptr)},
          {"published_at", to_rfc3339(row.time("published_at"))}};
}

Task<Result<std::optional<std::string>>> halt_if_failing(store::Database& database, std::string version) {
  const auto rows = co_await database.query(kHaltRelease, store::params(version, kFewest));
  if (!rows) co_return rows.error();
  std::optional<std::string> why;
  if (!rows->empty()) why = (*rows)[0].text("halted_because");
  co_return why;
}

}  // namespace rapt::marketplace
