// SPDX-License-Identifier: AGPL-3.0-or-later
#include "allowed.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"

namespace rapt::updates {
namespace {

constexpr std::size_t kLookedAt = 20;  ///< newest versions of one module

/// All that can be said without asking for the release.
bool may_be_taken(const marketplace::Candidate& candidate, const Installed& installed) {
  const auto version = Version::parse(installed.record.version);
  if (!version || candidate.version <= *version || candidate.yanked) return false;
  if (installed.on_probation || !installed.record.enabled) return false;
  if (candidate.publisher != installed.record.publisher || installed.policy.held.contains(candidate.text)) return false;
  const bool beta = candidate.beta || candidate.version.is_prerelease();
  if (beta && installed.policy.channel != marketplace::Channel::kBeta) return false;
  // A pre-release is one of the version that it comes before.
  auto released = candidate.version;
  released.prerelease.clear();
  const auto range = VersionRange::parse(range_of(installed.policy.automatic, *version));
  return range && range->contains(released);
}

std::string new_grants(const marketplace::ModuleRelease& release, const std::vector<std::string>& granted) {
  std::string out;
  for (const auto& grant : release.grants)
    if (std::find(granted.begin(), granted.end(), grant) == granted.end())
      out += (out.empty() ? "" : ", ") + printable(grant, 200);
  return out;
}

std::string more_of_hooks(const marketplace::ModuleRelease& release, const Installed& installed) {
  if (!release.hooks)
    return "Its publisher has not signed at which hooks it is asked, so nobody can tell whether they are more.";
  std::string out;
  for (const auto& hook : *release.hooks) {
    const auto change = bundle::change_of(hook, installed.hooks);
    if (change.more) out += " At " + printable(hook.point, 64) + ": " + bundle::told_at(hook) + " " + change.words;
  }
  return out.empty() ? out : "Its hooks give it more than was agreed to." + out;
}

}  // namespace

std::string range_of(install::AutoUpdate automatic, const Version& installed) {
  const auto number = [](std::uint32_t value) { return std::to_string(value); };
  const auto [major, minor, patch] = installed.core;
  const auto from = ">=" + number(major) + "." + number(minor) + "." + number(patch) + " <";
  if (automatic == install::AutoUpdate::kPatch) return from + number(major) + "." + number(minor + 1) + ".0";
  if (automatic == install::AutoUpdate::kMinor) return from + number(major + 1) + ".0.0";
  return "";
}

std::string asks_more(const marketplace::ModuleRelease& release, const Installed& installed) {
  std::string out;
  if (const auto grants = new_grants(release, installed.record.permissions); !grants.empty())
    out = "It asks for more than was granted (" + grants + ").";
  const auto hooks = more_of_hooks(release, installed);
  if (!hooks.empty()) out += (out.empty() ? "" : " ") + hooks;
  return out.empty() ? out : out + " An administrator has to agree.";
}

Task<Result<std::vector<marketplace::Candidate>>> Allowed::of(std::string module) {
  const auto found = site_.find(module);
  // A new module would be something new that nobody has agreed to.
  if (found == site_.end()) co_return std::vector<marketplace::Candidate>();
  auto offered = co_await source_.of(module);
  if (!offered) co_return offered;
  std::sort(offered->begin(), offered->end(), [](const auto& a, const auto& b) { return a.version > b.version; });
  std::vector<marketplace::Candidate> out;
  std::size_t looked_at = 0;
  for (auto& candidate : *offered) {
    if (!may_be_taken(candidate, found->second) || ++looked_at > kLookedAt) continue;
    const auto release = co_await source_.release(module, candidate.text);
    if (!release) co_return release.error();
    if (asks_more(*release, found->second).empty()) out.push_back(std::move(candidate));
  }
  co_return out;
}

}  // namespace rapt::updates
