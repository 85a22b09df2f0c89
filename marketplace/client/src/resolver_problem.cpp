// SPDX-License-Identifier: AGPL-3.0-or-later
#include "resolver_problem.hpp"

#include <algorithm>

namespace rapt::marketplace {
namespace {

/// "1.2.0", "=1.2.0": who says so means that very version, whatever its channel.
bool names_exactly(std::string range, const Version& version) {
  if (range.starts_with('=')) range.erase(0, 1);
  const auto exact = Version::parse(range);
  return exact && *exact == version;
}

Version without_prerelease(Version version) {
  version.prerelease.clear();
  return version;
}

Candidate as_candidate(const Present& present) {
  return {present.version, present.text, present.publisher, present.dependencies, false, false};
}

}  // namespace

bool in_range(const std::string& range, const Version& version) {
  const auto parsed = VersionRange::parse(range);
  return parsed && parsed->contains(version);
}

bool Ranges::take(const std::string& range, const Version& version) {
  auto found = parsed_.find(range);
  if (found == parsed_.end()) found = parsed_.emplace(range, VersionRange::parse(range)).first;
  return found->second && found->second->contains(version);
}

Problem::Problem(std::vector<Wanted> wanted, std::vector<Present> installed)
    : wanted_(std::move(wanted)), installed_(std::move(installed)) {
  std::sort(installed_.begin(), installed_.end(), [](const auto& a, const auto& b) { return a.module < b.module; });
}

void Problem::offer(const std::string& module, std::vector<Candidate> offered) {
  const auto* here = present(module);
  const auto same = [&](const Candidate& candidate) { return candidate.text == here->text; };
  // What is installed is what it is, whatever is said of it now.
  if (here != nullptr) {
    offered.erase(std::remove_if(offered.begin(), offered.end(), same), offered.end());
    offered.push_back(as_candidate(*here));
  }
  std::sort(offered.begin(), offered.end(), [](const auto& a, const auto& b) {
    return a.version == b.version ? a.text > b.text : a.version > b.version;
  });
  candidates_[module] = std::move(offered);
}

const std::vector<Candidate>& Problem::candidates(const std::string& module) const {
  static const std::vector<Candidate> kNone;
  const auto found = candidates_.find(module);
  return found == candidates_.end() ? kNone : found->second;
}

std::vector<std::string> Problem::known() const {
  std::vector<std::string> out;
  for (const auto& [module, versions] : candidates_) out.push_back(module);
  return out;
}

const Wanted* Problem::wanted(const std::string& module) const {
  const auto is = [&](const Wanted& one) { return one.module == module; };
  const auto found = std::find_if(wanted_.begin(), wanted_.end(), is);
  return found == wanted_.end() ? nullptr : &*found;
}

const Present* Problem::present(const std::string& module) const {
  const auto is = [&](const Present& one) { return one.module == module; };
  const auto found = std::find_if(installed_.begin(), installed_.end(), is);
  return found == installed_.end() ? nullptr : &*found;
}

bool Problem::stays(const std::string& module, const Candidate& candidate) const {
  const auto* here = present(module);
  return here != nullptr && here->text == candidate.text;
}

Bar Problem::bar(const std::string& module, const Candidate& candidate) const {
  const auto* here = present(module);
  const auto* want = wanted(module);
  const bool exact = want != nullptr && names_exactly(want->range, candidate.version);
  const bool pinned = here != nullptr && here->pin && !in_range(*here->pin, candidate.version);
  if (stays(module, candidate)) return want != nullptr && pinned ? Bar::kPin : Bar::kNone;
  if (here != nullptr && here->publisher != candidate.publisher) return Bar::kPublisher;
  if (candidate.yanked) return Bar::kYanked;
  const bool beta = candidate.beta || candidate.version.is_prerelease();
  if (beta && !exact && (want == nullptr || !want->beta)) return Bar::kBeta;
  if (pinned) return Bar::kPin;
  // Nothing goes back behind what is installed unless an admin has named versions: tables would be undone.
  const bool named = want != nullptr && !want->range.empty();
  if (here != nullptr && candidate.version < here->version && !named) return Bar::kOlder;
  return Bar::kNone;
}

bool Problem::as_wanted(const std::string& module, const Candidate& candidate) const {
  const auto* want = wanted(module);
  if (want == nullptr || want->range.empty() || names_exactly(want->range, candidate.version)) return true;
  if (in_range(want->range, candidate.version)) return true;
  return want->beta && in_range(want->range, without_prerelease(candidate.version));
}

}  // namespace rapt::marketplace
