// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/install/policies.hpp"

#include <algorithm>
#include <array>

#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "site.hpp"

namespace rapt::install {
namespace {

using store::params;

constexpr std::array<std::string_view, 3> kNames{"manual", "patch", "minor"};
constexpr std::size_t kMaxBy = 300;

constexpr store::Statement kListPolicies{"module_policies_all", R"(
  SELECT m.name, m.version, coalesce(p.auto_update, 'manual') AS auto_update, coalesce(p.channel, 'stable') AS channel,
         p.pin, coalesce(p.updated_by, '') AS updated_by, coalesce(p.updated_at, m.installed_at) AS updated_at
    FROM modules m LEFT JOIN module_policies p ON p.module = m.name WHERE $1 = '' OR m.name = $1 ORDER BY m.name)"};
constexpr store::Statement kHolds{"module_holds_all", R"(
  SELECT module, version, because FROM module_holds WHERE $1 = '' OR module = $1 ORDER BY module, version)"};
constexpr store::Statement kLock{"module_policies_lock", "SELECT name FROM modules WHERE name = $1 FOR UPDATE"};
constexpr store::Statement kPut{"module_policies_put", R"(
  INSERT INTO module_policies (module, auto_update, channel, pin, updated_by) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (module) DO UPDATE SET auto_update = excluded.auto_update, channel = excluded.channel, pin = excluded.pin,
    updated_by = excluded.updated_by)"};

struct Found {
  ModulePolicy policy;
  std::string installed;  ///< version
};

Result<Found> to_policy(const store::Row& row) {
  Found out;
  const auto automatic = parse_auto_update(row.text("auto_update"));
  const auto channel = marketplace::parse_channel(row.text("channel"));
  if (!automatic || !channel) return Error::internal("module_policies holds a word that this host does not know");
  out.installed = row.text("version");
  out.policy.module = row.text("name");
  out.policy.automatic = *automatic;
  out.policy.channel = *channel;
  out.policy.pin = row.optional_text("pin");
  out.policy.updated_by = row.text("updated_by");
  out.policy.updated_at = row.time("updated_at");
  return out;
}

/// All, or the one of this name.
Result<std::vector<Found>> read(store::Transaction& tx, const std::string& module) {
  const auto rows = tx.exec(kListPolicies, params(module));
  if (!rows) return rows.error();
  std::vector<Found> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    auto one = to_policy((*rows)[i]);
    if (!one) return one.error();
    out.push_back(std::move(*one));
  }
  const auto held = tx.exec(kHolds, params(module));
  if (!held) return held.error();
  for (std::size_t i = 0; i < held->size(); ++i) {
    const auto is = [&](const Found& one) { return one.policy.module == (*held)[i].text("module"); };
    const auto found = std::find_if(out.begin(), out.end(), is);
    if (found != out.end()) found->policy.held[(*held)[i].text("version")] = (*held)[i].text("because");
  }
  return out;
}

Result<Found> read_one(store::Transaction& tx, const std::string& module) {
  if (!bundle::is_valid_name(module)) return not_installed(module);
  auto found = read(tx, module);
  if (!found) return found.error();
  if (found->empty()) return not_installed(module);
  return std::move(found->front());
}

Result<void> check_pin(const std::string& pin, const Found& found) {
  const auto range = VersionRange::parse(pin);
  if (!range)
    return Error::invalid(
        "pin", "\"" + printable(pin, 128) + "\" is no range of versions, such as \"^1.2\", \">=1.2 <3\" or \"1.2.3\".");
  const auto version = Version::parse(found.installed);
  if (version && range->contains(*version)) return {};
  return Error::invalid("pin", found.policy.module + " " + found.installed + " is installed, which is outside of " +
                                   pin + ". Install a version inside of it first.");
}

Result<ModulePolicy> change_in(store::Transaction& tx, const std::string& module, const PolicyChange& change,
                               const std::string& by, const std::optional<TimePoint>& expected) {
  RAPT_TRY(tx.exec(kLock, params(module)));
  auto found = read_one(tx, module);
  if (!found) return found.error();
  auto& policy = found->policy;
  if (expected && *expected != policy.updated_at) {
    auto error = Error::conflict("The policy of " + module + " has been changed meanwhile. Read it again.");
    error.code = "PRECONDITION_FAILED";
    return error;
  }
  if (change.pin && *change.pin) RAPT_TRY(check_pin(**change.pin, *found));
  policy.automatic = change.automatic.value_or(policy.automatic);
  policy.channel = change.channel.value_or(policy.channel);
  if (change.pin) policy.pin = *change.pin;
  RAPT_TRY(tx.exec(kPut, params(module, name(policy.automatic), marketplace::name(policy.channel), policy.pin,
                                printable(by, kMaxBy))));
  auto after = read_one(tx, module);
  if (!after) return after.error();
  return std::move(after->policy);
}

}  // namespace

std::string_view name(AutoUpdate automatic) {
  return kNames.at(static_cast<std::size_t>(automatic));
}

std::optional<AutoUpdate> parse_auto_update(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<AutoUpdate>(found - kNames.begin());
}

Task<Result<ModulePolicy>> Policies::of(std::string module) {
  auto work = [module = std::move(module)](store::Transaction& tx) -> Result<ModulePolicy> {
    auto found = read_one(tx, module);
    if (!found) return found.error();
    return std::move(found->policy);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<ModulePolicy>>> Policies::all() {
  auto work = [](store::Transaction& tx) -> Result<std::vector<ModulePolicy>> {
    auto found = read(tx, "");
    if (!found) return found.error();
    std::vector<ModulePolicy> out;
    for (auto& one : *found) out.push_back(std::move(one.policy));
    return out;
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<ModulePolicy>> Policies::change(std::string module, PolicyChange change, std::string by,
                                            std::optional<TimePoint> expected) {
  auto work = [module = std::move(module), change = std::move(change), by = std::move(by),
               expected](store::Transaction& tx) { return change_in(tx, module, change, by, expected); };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::install
