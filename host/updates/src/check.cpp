// SPDX-License-Identifier: AGPL-3.0-or-later
// One look at the registry: what is told, and what is taken.
#include <algorithm>

#include "allowed.hpp"
#include "look.hpp"
#include "probation.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/updates/updater.hpp"
#include "schedule.hpp"

namespace rapt::updates {
namespace {

std::vector<marketplace::Change>::const_iterator change_of(const std::vector<marketplace::Change>& changes,
                                                           const std::string& module) {
  const auto is = [&](const marketplace::Change& change) { return change.module == module; };
  return std::find_if(changes.begin(), changes.end(), is);
}

/// What stands in the way of the newest version although the policy would allow it: other modules.
Task<Result<std::string>> in_the_way(const std::string& module, const std::string& version, const Site& site,
                                     Allowed& allowed) {
  std::vector<marketplace::Wanted> wanted{{module, version, true}};
  const auto resolved = co_await marketplace::resolve(std::move(wanted), present_of(site), allowed);
  if (resolved) co_return std::string();
  const auto kind = resolved.error().kind;
  if (kind == ErrorKind::kConflict || kind == ErrorKind::kNotFound) co_return resolved.error().message;
  co_return resolved.error();
}

/// What the module's policy comes to now; empty when nothing is to be done.
Task<Result<std::vector<marketplace::Change>>> changes_for(const Installed& installed, const Site& site,
                                                           Allowed& allowed) {
  const auto version = Version::parse(installed.record.version);
  const auto range = version ? range_of(installed.policy.automatic, *version) : std::string();
  if (range.empty() || !installed.record.enabled || installed.on_probation)
    co_return std::vector<marketplace::Change>();
  const bool beta = installed.policy.channel == marketplace::Channel::kBeta;
  std::vector<marketplace::Wanted> wanted{{installed.record.name, range, beta}};
  auto changes = co_await marketplace::resolve(std::move(wanted), present_of(site), allowed);
  // Nothing fits: what is installed stays, and why is told with the newest version.
  if (!changes && changes.error().kind == ErrorKind::kConflict) co_return std::vector<marketplace::Change>();
  // What would only mend others is nobody's wish.
  if (changes && change_of(*changes, installed.record.name) == changes->end()) changes->clear();
  co_return changes;
}

struct Doing {
  Updater::Parts& parts;
  const Updater::Options& options;
};

/// The changes, watched from now on. A failure is told, and is none of the whole look's.
Task<Result<std::string>> take(Doing doing, std::string name, std::vector<marketplace::Change> changes) {
  const auto wanted = change_of(changes, name);
  const auto version = wanted->to.text, from = wanted->from.value_or("");
  const auto id = new_uuid();
  RAPT_CO_TRY(co_await begin_probation(doing.parts.database, id, changes));
  const auto applied = co_await doing.parts.sink->apply(changes);
  std::string fault = applied ? "" : applied.error().message;
  log::info("modules.updated_by_itself", {{"module", name}, {"version", version}, {"fault", fault}});
  auto telling = [id, changes, name, version, from, fault](store::Transaction& tx) -> Result<void> {
    if (fault.empty())
      return keep_event(tx, name, "updated", version, "It was " + from + " before, and is being watched.");
    RAPT_TRY(end_probation(tx, id));
    return keep_event(tx, name, "failed", version, "It could not be installed: " + fault);
  };
  RAPT_CO_TRY(co_await doing.parts.database.transaction(std::move(telling)));
  co_return fault;
}

}  // namespace

Task<Result<void>> Updater::check() {
  if (parts_.source == nullptr) co_return Result<void>();
  opening_.reset();
  RAPT_CO_TRY(co_await renew_lead(parts_.database, options_.host, options_.lease));
  RAPT_CO_TRY(co_await parts_.source->refresh());
  const auto advisories = co_await parts_.source->advisories();
  if (!advisories) co_return advisories.error();
  auto site = co_await load_site(parts_.database, parts_.installer);
  if (!site) co_return site.error();
  auto keeping = [all = *advisories, here = *site](store::Transaction& tx) { return keep_advisories(tx, all, here); };
  RAPT_CO_TRY(co_await parts_.database.transaction(std::move(keeping)));
  std::vector<std::string> names;
  for (const auto& [name, one] : *site) names.push_back(name);
  bool waiting = false;
  for (const auto& name : names) {
    if (stopping_) break;
    RAPT_CO_TRY(co_await renew_lead(parts_.database, options_.host, options_.lease));
    const auto outcome = co_await look_and_take(name, *site);
    if (!outcome) co_return outcome.error();
    waiting = waiting || *outcome == Outcome::kWaiting;
    if (*outcome != Outcome::kTaken) continue;
    site = co_await load_site(parts_.database, parts_.installer);
    if (!site) co_return site.error();
  }
  if (waiting) opening_ = options_.window.next_opening(parts_.clock.now());
  co_return Result<void>();
}

Task<Result<Updater::Outcome>> Updater::look_and_take(std::string name, const Site& site) {
  const auto found = site.find(name);
  if (found == site.end()) co_return Outcome::kNothing;  // removed meanwhile
  const auto installed = found->second;
  auto look = co_await look_at(*parts_.source, installed);
  if (!look) co_return look.error();
  Allowed allowed(*parts_.source, site);
  auto changes = co_await changes_for(installed, site, allowed);
  if (!changes) co_return changes.error();
  Outcome outcome = Outcome::kNothing;
  std::string held;
  if (!changes->empty() && !options_.window.contains(parts_.clock.now())) {
    outcome = Outcome::kWaiting;
    held = "It waits for the maintenance window, " + options_.window.text() + " (UTC).";
  } else if (!changes->empty() && parts_.sink != nullptr) {
    const Doing doing{parts_, options_};
    auto fault = co_await take(doing, name, std::move(*changes));
    if (!fault) co_return fault.error();
    if (fault->empty()) outcome = Outcome::kTaken;
    held = std::move(*fault);
  } else if (look->update && look->update->held_because.empty() &&
             installed.policy.automatic != install::AutoUpdate::kManual && !installed.on_probation) {
    auto others = co_await in_the_way(name, look->update->version, site, allowed);
    if (!others) co_return others.error();
    held = std::move(*others);
  }
  if (look->update && look->update->held_because.empty()) look->update->held_because = held;
  if (outcome != Outcome::kTaken) {
    auto keeping = [installed, seen = *look](store::Transaction& tx) { return keep_look(tx, installed, seen); };
    RAPT_CO_TRY(co_await parts_.database.transaction(std::move(keeping)));
    co_return outcome;
  }
  // As it stands now.
  RAPT_CO_TRY(co_await keep_looks_after(name));
  co_return outcome;
}

Task<Result<void>> Updater::keep_looks_after(std::string name) {
  const auto site = co_await load_site(parts_.database, parts_.installer);
  if (!site) co_return site.error();
  const auto found = site->find(name);
  if (found == site->end()) co_return Result<void>();
  const auto look = co_await look_at(*parts_.source, found->second);
  if (!look) co_return look.error();
  auto keeping = [installed = found->second, seen = *look](store::Transaction& tx) {
    return keep_look(tx, installed, seen);
  };
  co_return co_await parts_.database.transaction(std::move(keeping));
}

}  // namespace rapt::updates
