// SPDX-License-Identifier: AGPL-3.0-or-later
// The resolver against every possible choice, on small random sets of modules.
#include <algorithm>
#include <random>

#include "resolver_fixture.hpp"

namespace rapt::marketplace {
namespace {

const std::vector<std::string> kNames{"a1", "b2", "c3", "d4", "e5"};
const std::vector<std::string> kRanges{"1", "2", "1.0", "^1.1", ">=1.1", "2.0.0", ">=1"};
const std::vector<std::string> kVersions{"1.0.0", "1.1.0", "2.0.0"};

struct World {
  Shelf shelf;
  std::vector<Present> installed;
  std::vector<Wanted> wanted;
};
using Set = std::map<std::string, Candidate>;

bool takes(const std::string& range, const Version& version) {
  return range.empty() || VersionRange::parse(range).value().contains(version);
}

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  bool once_in(unsigned many) { return engine_() % many == 0; }
  const std::string& one_of(const std::vector<std::string>& all) { return all[engine_() % all.size()]; }

 private:
  std::mt19937 engine_;
};

World make_world(unsigned seed) {
  Dice dice(seed);
  World out;
  for (const auto& name : kNames) {
    for (const auto& text : kVersions) {
      if (dice.once_in(4)) continue;
      auto candidate = version(text + (dice.once_in(8) ? " yanked" : "") + (dice.once_in(8) ? " beta" : ""));
      for (const auto& other : kNames)
        if (other != name && dice.once_in(4)) candidate.dependencies[other] = dice.one_of(kRanges);
      out.shelf.modules[name].push_back(candidate);
    }
    if (dice.once_in(2) && !out.shelf.modules[name].empty()) {
      const auto& chosen = out.shelf.modules[name].front();
      out.installed.push_back(here(name, chosen.text, chosen.dependencies));
      if (dice.once_in(4)) out.installed.back().pin = dice.one_of(kRanges);
    }
    if (dice.once_in(4) && !out.shelf.modules[name].empty())
      out.wanted.push_back({name, dice.once_in(2) ? "" : dice.one_of(kRanges), dice.once_in(4)});
  }
  return out;
}

const Present* present(const World& world, const std::string& name) {
  for (const auto& one : world.installed)
    if (one.module == name) return &one;
  return nullptr;
}
const Wanted* wanted(const World& world, const std::string& name) {
  for (const auto& one : world.wanted)
    if (one.module == name) return &one;
  return nullptr;
}

bool allowed(const World& world, const std::string& name, const Candidate& candidate) {
  const auto* here = present(world, name);
  const auto* want = wanted(world, name);
  if (want != nullptr && !takes(want->range, candidate.version)) return false;
  const bool in_pin = here == nullptr || !here->pin || takes(*here->pin, candidate.version);
  if (here != nullptr && here->text == candidate.text) return want == nullptr || in_pin;
  const bool named = want != nullptr && !want->range.empty();
  if (candidate.yanked || !in_pin) return false;
  if (candidate.beta && (want == nullptr || (!want->beta && want->range != candidate.text))) return false;
  return here == nullptr || named || here->version < candidate.version;
}

bool valid(const World& world, const Set& set) {
  for (const auto& one : world.installed)
    if (!set.contains(one.module)) return false;
  for (const auto& one : world.wanted)
    if (!set.contains(one.module)) return false;
  for (const auto& [name, candidate] : set) {
    if (!allowed(world, name, candidate)) return false;
    for (const auto& [other, range] : candidate.dependencies)
      if (!set.contains(other) || !takes(range, set.at(other).version)) return false;
  }
  return true;
}

/// Smaller is better: the versions of what is wanted, newest first; then how much else of what is installed changes.
std::vector<int> rank(const World& world, const Set& set) {
  std::vector<int> out;
  for (const auto& one : world.wanted) {
    const auto& texts = kVersions;
    out.push_back(static_cast<int>(texts.end() - std::find(texts.begin(), texts.end(), set.at(one.module).text)));
  }
  int changes = 0;
  for (const auto& [name, candidate] : set) {
    const auto* here = present(world, name);
    if (wanted(world, name) == nullptr && here != nullptr && here->text != candidate.text) ++changes;
  }
  out.push_back(changes);
  return out;
}

void try_all(const World& world, std::size_t at, Set& set, std::optional<std::vector<int>>& best) {
  if (at == kNames.size()) {
    if (!valid(world, set)) return;
    auto mine = rank(world, set);
    if (!best || mine < *best) best = std::move(mine);
    return;
  }
  try_all(world, at + 1, set, best);
  const auto found = world.shelf.modules.find(kNames[at]);
  if (found == world.shelf.modules.end()) return;
  for (const auto& candidate : found->second) {
    set[kNames[at]] = candidate;
    try_all(world, at + 1, set, best);
  }
  set.erase(kNames[at]);
}

/// What is installed after the changes.
Set applied(const World& world, const std::vector<Change>& changes) {
  Set out;
  for (const auto& one : world.installed)
    out[one.module] = {one.version, one.text, one.publisher, one.dependencies, false, false};
  for (const auto& change : changes) {
    const auto before = out.find(change.module);
    EXPECT_EQ(change.from, before == out.end() ? std::nullopt : std::optional(before->second.text));
    EXPECT_FALSE(change.because.empty());
    out[change.module] = change.to;
  }
  return out;
}

class ResolverAgainstEveryChoice : public ::testing::TestWithParam<unsigned> {};

TEST_P(ResolverAgainstEveryChoice, FindsTheBestOneOrSaysThatThereIsNone) {
  unsigned solvable = 0, refused = 0;
  for (unsigned i = 0; i < 400; ++i) {
    const unsigned seed = GetParam() * 1000 + i;
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto world = make_world(seed);
    std::optional<std::vector<int>> best;
    Set set;
    try_all(world, 0, set, best);
    const auto changes = resolve_now(world.wanted, world.installed, world.shelf);
    ASSERT_EQ(changes.has_value(), best.has_value()) << told(changes);
    if (!changes) {
      ++refused;
      EXPECT_THAT(changes.error().message, ::testing::HasSubstr("No version of "));
      continue;
    }
    ++solvable;
    const auto after = applied(world, *changes);
    ASSERT_TRUE(valid(world, after)) << told(changes);
    ASSERT_EQ(rank(world, after), *best) << told(changes);
    EXPECT_EQ(told(resolve_now(world.wanted, world.installed, world.shelf)), told(changes));
  }
  // A generator that only makes one kind of world would test nothing.
  EXPECT_GT(solvable, 40U);
  EXPECT_GT(refused, 40U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ResolverAgainstEveryChoice, ::testing::Range(1U, 11U));

}  // namespace
}  // namespace rapt::marketplace
