// SPDX-License-Identifier: AGPL-3.0-or-later
#include "resolver_search.hpp"

#include <algorithm>

namespace rapt::marketplace {

bool is_change(const Problem& problem, const std::string& module, const Candidate& candidate) {
  return problem.present(module) != nullptr && problem.wanted(module) == nullptr && !problem.stays(module, candidate);
}

Outcome Search::run() {
  chosen_.clear();
  outcome_ = {};
  auto blame = decide();
  if (!blame && !stopped()) outcome_.choice = chosen_;
  if (blame) outcome_.involved = std::move(*blame);
  return std::move(outcome_);
}

Outcome Search::run(const Choice& settled, std::size_t changes) {
  settled_ = &settled;
  changes_left_ = changes;
  auto outcome = run();
  settled_ = nullptr;
  changes_left_.reset();
  return outcome;
}

std::set<std::string> Search::required() const {
  std::set<std::string> out;
  for (const auto& want : problem_.all_wanted()) out.insert(want.module);
  for (const auto& here : problem_.all_installed()) out.insert(here.module);
  for (const auto& [module, version] : chosen_)
    for (const auto& [other, range] : version->dependencies) out.insert(other);
  return out;
}

std::vector<Ask> Search::asks_of(const std::string& module) const {
  std::vector<Ask> out;
  for (const auto& [by, version] : chosen_) {
    const auto range = version->dependencies.find(module);
    if (range != version->dependencies.end()) out.push_back({by, version, range->second});
  }
  return out;
}

void Search::take_step() {
  if (steps_ > 0) --steps_;
  if (steps_ == 0) outcome_.tangled = true;
}

/// What stays the same whatever is chosen elsewhere is looked at once.
const std::vector<const Candidate*>& Search::open_to(const std::string& module) {
  const auto [found, fresh] = open_.try_emplace(module);
  if (!fresh) return found->second;
  auto& out = found->second;
  for (const auto& candidate : problem_.candidates(module))
    if (problem_.bar(module, candidate) == Bar::kNone && problem_.as_wanted(module, candidate))
      out.push_back(&candidate);
  // What is installed stays where it may.
  const auto is_here = [&](const Candidate* candidate) { return problem_.stays(module, *candidate); };
  if (problem_.wanted(module) == nullptr) std::stable_partition(out.begin(), out.end(), is_here);
  return out;
}

bool Search::may(const std::string& module, const Candidate& candidate, const std::vector<Ask>& asks) {
  take_step();
  if (settled_ != nullptr) {
    const auto found = settled_->find(module);
    if (found != settled_->end() && found->second != &candidate) return false;
  }
  for (const auto& ask : asks)
    if (!ranges_.take(ask.range, candidate.version)) return false;
  for (const auto& [other, range] : candidate.dependencies) {
    const auto found = chosen_.find(other);
    if (found != chosen_.end() && !ranges_.take(range, found->second->version)) return false;
  }
  return true;
}

std::vector<const Candidate*> Search::left_of(const std::string& module) {
  std::vector<const Candidate*> out;
  const auto asks = asks_of(module);
  for (const auto* candidate : open_to(module))
    if (may(module, *candidate, asks)) out.push_back(candidate);
  return out;
}

std::optional<std::string> Search::next(std::vector<const Candidate*>& left) {
  std::optional<std::string> best;
  const auto consider = [&](const std::string& module) {
    auto versions = left_of(module);
    if (best && versions.size() >= left.size()) return;
    best = module;
    left = std::move(versions);
  };
  // A module without a version left ends this branch at once, whoever's turn it is.
  const auto all = required();
  for (const auto& module : all)
    if (problem_.lacks(module)) outcome_.unknown.push_back(module);
  for (const auto& module : all) {
    if (stopped()) return std::nullopt;
    if (!chosen_.contains(module)) consider(module);
  }
  if (!best || left.empty()) return best;
  for (const auto& want : problem_.all_wanted()) {
    if (chosen_.contains(want.module)) continue;
    left = left_of(want.module);
    return want.module;
  }
  return best;
}

void Search::note_dead_end(const std::string& module) {
  if (outcome_.nearest && outcome_.nearest->chosen.size() <= chosen_.size()) return;
  outcome_.nearest = DeadEnd{module, asks_of(module), chosen_};
}

/// The module itself, whoever asks for it, and whoever its own versions could not live with.
std::set<std::string> Search::blamed_for(const std::string& module, bool for_changes) const {
  std::set<std::string> out{module};
  for (const auto& [by, version] : chosen_)
    if (for_changes || version->dependencies.contains(module)) out.insert(by);
  for (const auto& candidate : problem_.candidates(module))
    for (const auto& [other, range] : candidate.dependencies)
      if (chosen_.contains(other)) out.insert(other);
  return out;
}

Search::Blame Search::decide() {
  take_step();
  if (stopped()) return std::nullopt;
  std::vector<const Candidate*> left;
  const auto module = next(left);
  if (!module || stopped()) return std::nullopt;
  if (left.empty()) {
    note_dead_end(*module);
    return blamed_for(*module, false);
  }
  return try_each(*module, left);
}

Search::Blame Search::try_each(const std::string& module, const std::vector<const Candidate*>& left) {
  auto blame = blamed_for(module, false);
  for (const auto* candidate : left) {
    if (stopped()) return std::nullopt;
    const bool counts = changes_left_ && is_change(problem_, module, *candidate);
    if (counts && *changes_left_ == 0) {
      blame.merge(blamed_for(module, true));
      continue;
    }
    if (counts) --*changes_left_;
    chosen_[module] = candidate;
    auto failed = decide();
    if (!failed) return std::nullopt;
    chosen_.erase(module);
    if (counts) ++*changes_left_;
    // Another version of this module would end in the same place.
    if (!failed->contains(module)) return failed;
    blame.merge(*failed);
  }
  return blame;
}

}  // namespace rapt::marketplace
