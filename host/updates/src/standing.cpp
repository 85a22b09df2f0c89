// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/updates/standing.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "rapt/base/semver.hpp"

namespace rapt::updates {
namespace {

using store::params;

// What was said of another version than the installed one counts no more.
constexpr store::Statement kStandings{"updates_standings", R"(
  SELECT m.name, m.version AS installed, u.version, coalesce(u.needs_consent, false) AS needs_consent,
         coalesce(u.held_because, '') AS held_because, coalesce(u.yanked_because, '') AS yanked,
         coalesce(m.manifest -> 'dependencies', '{}')::text AS dependencies, p.module IS NOT NULL AS on_probation
    FROM modules m LEFT JOIN module_updates u ON u.module = m.name AND u.installed_version = m.version
    LEFT JOIN module_probations p ON p.module = m.name AND p.to_version = m.version ORDER BY m.name)"};
constexpr store::Statement kAdvisories{"updates_advisories", R"(
  SELECT a.id, coalesce(a.module, '') AS module, a.affected, a.fixed, a.severity, a.title, a.body, a.url, a.published_at,
         coalesce(m.version, '') AS version
    FROM module_advisories a LEFT JOIN modules m ON m.name = a.module
   WHERE a.module IS NULL OR m.name IS NOT NULL ORDER BY a.published_at DESC, a.id)"};
constexpr store::Statement kEvents{"updates_events", R"(
  SELECT module, kind, version, text, happened_at FROM module_update_events
   WHERE $1 = '' OR module = $1 ORDER BY id DESC LIMIT 50)"};

bool touches(const std::string& affected, const std::string& version) {
  const auto parsed = Version::parse(version);
  const auto range = VersionRange::parse(affected);
  if (!parsed || !range) return true;  // better told in vain than not at all
  if (range->contains(*parsed)) return true;
  auto released = *parsed;  // a fault of 1.2.0 is likely one of 1.2.0-rc.1
  released.prerelease.clear();
  return parsed->is_prerelease() && range->contains(released);
}

marketplace::Advisory to_advisory(const store::Row& row) {
  return {row.text("id"),    row.text("module"), row.text("affected"), row.text("fixed"),       row.text("severity"),
          row.text("title"), row.text("body"),   row.text("url"),      row.time("published_at")};
}

Result<std::vector<AdvisoryHere>> read_advisories(store::Transaction& tx, const std::string& platform) {
  const auto rows = tx.exec(kAdvisories);
  if (!rows) return rows.error();
  std::vector<AdvisoryHere> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    AdvisoryHere one{to_advisory((*rows)[i]), (*rows)[i].text("version")};
    if (one.advisory.module.empty()) one.version = platform;
    if (!one.version.empty() && touches(one.advisory.affected, one.version)) out.push_back(std::move(one));
  }
  constexpr std::array<std::string_view, 4> kWorstFirst{"critical", "high", "medium", "low"};
  const auto rank = [&](const AdvisoryHere& one) {
    return std::find(kWorstFirst.begin(), kWorstFirst.end(), one.advisory.severity) - kWorstFirst.begin();
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return out;
}

Standing to_standing(const store::Row& row) {
  Standing out;
  out.installed_version = row.text("installed");
  out.policy.module = row.text("name");
  out.yanked = row.text("yanked");
  out.on_probation = row.boolean("on_probation");
  if (!row.is_null("version"))
    out.update = UpdateOffer{row.text("version"), row.boolean("needs_consent"), row.text("held_because")};
  return out;
}

/// The manifest was checked when it was installed.
void tell_dependents(const store::Row& row, std::map<std::string, Standing>& all) {
  const auto dependencies = nlohmann::json::parse(row.text("dependencies"), nullptr, false);
  for (const auto& [module, range] : dependencies.items()) {
    const auto found = all.find(module);
    if (found == all.end() || !range.is_string()) continue;
    found->second.dependents.push_back(row.text("name") + " " + row.text("installed") + " needs " + module + " " +
                                       range.get<std::string>());
  }
}

Result<std::map<std::string, Standing>> read_standings(store::Transaction& tx) {
  const auto rows = tx.exec(kStandings);
  if (!rows) return rows.error();
  std::map<std::string, Standing> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out[(*rows)[i].text("name")] = to_standing((*rows)[i]);
  for (std::size_t i = 0; i < rows->size(); ++i) tell_dependents((*rows)[i], out);
  auto advisories = read_advisories(tx, "");
  if (!advisories) return advisories.error();
  for (auto& one : *advisories) {
    const auto found = out.find(one.advisory.module);
    if (found != out.end()) found->second.advisories.push_back(std::move(one.advisory));
  }
  return out;
}

}  // namespace

Task<Result<std::map<std::string, Standing>>> Standings::all() {
  auto standings = co_await database_.transaction([](store::Transaction& tx) { return read_standings(tx); });
  if (!standings) co_return standings.error();
  install::Policies policies(database_);
  auto said = co_await policies.all();
  if (!said) co_return said.error();
  for (auto& policy : *said) {
    const auto found = standings->find(policy.module);
    if (found != standings->end()) found->second.policy = std::move(policy);
  }
  co_return standings;
}

Task<Result<std::vector<AdvisoryHere>>> Standings::advisories(std::string platform_version) {
  auto work = [platform = std::move(platform_version)](store::Transaction& tx) {
    return read_advisories(tx, platform);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<UpdateEvent>>> Standings::events(std::string module) {
  const auto rows = co_await database_.query(kEvents, params(module));
  if (!rows) co_return rows.error();
  std::vector<UpdateEvent> out;
  for (std::size_t i = 0; i < rows->size(); ++i)
    out.push_back({(*rows)[i].text("module"), (*rows)[i].text("kind"), (*rows)[i].text("version"),
                   (*rows)[i].text("text"), (*rows)[i].time("happened_at")});
  co_return out;
}

}  // namespace rapt::updates
