// SPDX-License-Identifier: AGPL-3.0-or-later
#include "look.hpp"

#include <algorithm>

#include "allowed.hpp"
#include "rapt/base/text.hpp"

namespace rapt::updates {
namespace {

using store::params;

constexpr std::size_t kMaxText = 1000;
constexpr std::size_t kMaxAdvisories = 1000;

constexpr store::Statement kForget{"updates_forget", "DELETE FROM module_updates WHERE module = $1"};
constexpr store::Statement kKeep{"updates_keep", R"(
  INSERT INTO module_updates (module, installed_version, version, needs_consent, held_because, yanked_because, checked_at)
  SELECT name, $2, $3, $4::boolean, nullif($5, ''), nullif($6, ''), now() FROM modules WHERE name = $1
  ON CONFLICT (module) DO UPDATE SET installed_version = excluded.installed_version, version = excluded.version,
    needs_consent = excluded.needs_consent, held_because = excluded.held_because,
    yanked_because = excluded.yanked_because, checked_at = now())"};
constexpr store::Statement kForgetAdvisories{"updates_forget_advisories",
                                             "DELETE FROM module_advisories WHERE id <> ALL ($1::text[])"};
constexpr store::Statement kKeepAdvisory{"updates_keep_advisory", R"(
  INSERT INTO module_advisories (id, module, affected, fixed, severity, title, body, url, published_at)
  VALUES ($1, nullif($2, ''), $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (id) DO UPDATE SET module = excluded.module, affected = excluded.affected, fixed = excluded.fixed,
    severity = excluded.severity, title = excluded.title, body = excluded.body, url = excluded.url,
    published_at = excluded.published_at)"};
constexpr store::Statement kEvent{
    "updates_event", "INSERT INTO module_update_events (module, kind, version, text) VALUES ($1, $2, $3, $4)"};
constexpr store::Statement kTrimEvents{"updates_trim_events", R"(
  DELETE FROM module_update_events WHERE module = $1 AND id <= (
    SELECT id FROM module_update_events WHERE module = $1 ORDER BY id DESC OFFSET 200 LIMIT 1))"};

bool could_be_had(const marketplace::Candidate& candidate, const Installed& installed, const Version& version) {
  if (candidate.yanked || candidate.version <= version || candidate.publisher != installed.record.publisher)
    return false;
  const bool beta = candidate.beta || candidate.version.is_prerelease();
  if (beta && installed.policy.channel != marketplace::Channel::kBeta) return false;
  const auto pin = installed.policy.pin ? VersionRange::parse(*installed.policy.pin) : std::nullopt;
  return !pin || pin->contains(candidate.version);
}

/// Why the policy leaves it to an administrator; "" when it does not.
std::string left_to_an_admin(const Installed& installed, const Version& present, const marketplace::Candidate& newest) {
  const auto held = installed.policy.held.find(newest.text);
  if (held != installed.policy.held.end()) return held->second;
  const auto range = range_of(installed.policy.automatic, present);
  if (range.empty()) return "";  // nobody expects anything else
  auto released = newest.version;
  released.prerelease.clear();
  if (!installed.record.enabled) return "The module is switched off.";
  if (VersionRange::parse(range).value().contains(released)) return "";
  return "By itself the module takes only versions " + range + ".";
}

}  // namespace

Task<Result<Look>> look_at(UpdateSource& source, const Installed& installed) {
  Look out;
  const auto& name = installed.record.name;
  const auto present = Version::parse(installed.record.version);
  const auto offered = co_await source.of(name);
  if (!offered && offered.error().kind == ErrorKind::kNotFound) co_return out;
  if (!offered) co_return offered.error();
  const marketplace::Candidate* newest = nullptr;
  for (const auto& candidate : *offered) {
    out.known = out.known || candidate.publisher == installed.record.publisher;
    if (present && could_be_had(candidate, installed, *present) &&
        (newest == nullptr || candidate.version > newest->version))
      newest = &candidate;
  }
  if (!out.known || !present) co_return out;
  const auto own = co_await source.release(name, installed.record.version);
  if (!own && own.error().kind != ErrorKind::kNotFound) co_return own.error();
  if (own && own->publisher == installed.record.publisher) out.yanked = own->yanked;
  if (newest == nullptr) co_return out;
  const auto release = co_await source.release(name, newest->text);
  if (!release) co_return release.error();
  out.update = UpdateOffer{newest->text, false, left_to_an_admin(installed, *present, *newest)};
  auto more = asks_more(*release, installed);
  out.update->needs_consent = !more.empty();
  if (out.update->held_because.empty()) out.update->held_because = std::move(more);
  co_return out;
}

Result<void> keep_look(store::Transaction& tx, const Installed& installed, const Look& look) {
  if (!look.known) {
    RAPT_TRY(tx.exec(kForget, params(installed.record.name)));
    return {};
  }
  const auto version = look.update ? std::optional(look.update->version) : std::nullopt;
  const auto held = look.update ? printable(look.update->held_because, kMaxText) : std::string();
  RAPT_TRY(tx.exec(kKeep, params(installed.record.name, installed.record.version, version,
                                 look.update && look.update->needs_consent, held, printable(look.yanked, kMaxText))));
  return {};
}

Result<void> keep_advisories(store::Transaction& tx, const std::vector<marketplace::Advisory>& advisories,
                             const Site& site) {
  std::vector<const marketplace::Advisory*> ours;
  std::vector<std::string> ids;
  for (const auto& one : advisories) {
    if ((!one.module.empty() && !site.contains(one.module)) || ours.size() == kMaxAdvisories) continue;
    ours.push_back(&one);
    ids.push_back(one.id);
  }
  store::Params kept;
  kept.add_array(ids);
  RAPT_TRY(tx.exec(kForgetAdvisories, kept));
  for (const auto* one : ours)
    RAPT_TRY(tx.exec(kKeepAdvisory, params(one->id, one->module, one->affected, one->fixed, one->severity, one->title,
                                           one->text, one->url, one->published_at)));
  return {};
}

Result<void> keep_event(store::Transaction& tx, const std::string& module, const char* kind, const std::string& version,
                        const std::string& text) {
  RAPT_TRY(tx.exec(kEvent, params(module, kind, version, printable(text, kMaxText))));
  RAPT_TRY(tx.exec(kTrimEvents, params(module)));
  return {};
}

}  // namespace rapt::updates
