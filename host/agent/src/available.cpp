// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/available.hpp"

#include <algorithm>
#include <array>

#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"

namespace rapt::agent {
namespace {

constexpr std::size_t kReason = 500;

struct Verdict {
  Obstacle obstacle = Obstacle::kNone;
  std::string because;
};

/// A version that is not one stands for none: "" is any.
bool is_below(const Version& running, const std::string& least) {
  const auto version = Version::parse(least);
  return version && running < *version;
}

/// What is unsigned can only hold back.
Verdict by_word(const std::string& version, const Circumstances& here) {
  if (!here.words) return {};
  const auto found = here.words->find(version);
  if (found == here.words->end()) return {Obstacle::kNotOffered, "The registry does not offer it."};
  if (found->second.halted_because.empty()) return {};
  return {Obstacle::kHalted, "It was halted at the registry: " + printable(found->second.halted_because, kReason)};
}

Verdict by_form(const marketplace::PlatformRelease& release, const Circumstances& here) {
  const bool by_image = here.deployment == "docker" || here.deployment == "kubernetes";
  if (by_image && release.image.empty())
    return {Obstacle::kNoImage, "There is no image of it for " + here.deployment + "."};
  if (!by_image && release.architecture != here.architecture)
    return {Obstacle::kNoArchive, "There is no archive of it for " + here.architecture + "."};
  return {};
}

Verdict by_wish(const marketplace::PlatformRelease& release, const Version& version, const Circumstances& here) {
  const auto pin = VersionRange::parse(here.pin);
  if (!here.pin.empty() && !(pin && pin->contains(version)))
    return {Obstacle::kPinned, "UPDATE_PIN allows only " + here.pin + "."};
  if (release.channel == marketplace::Channel::kBeta && here.channel == marketplace::Channel::kStable)
    return {Obstacle::kBeta, "It is a beta, and UPDATE_CHANNEL is stable."};
  return {};
}

Verdict by_rollout(const std::string& version, const Circumstances& here) {
  if (!here.words) return {};
  const auto percent = here.words->at(version).rollout_percent;
  if (marketplace::is_reached(here.rollout_id, version, percent)) return {};
  return {Obstacle::kNotYet, "Its roll-out has not come to this instance (" + std::to_string(percent) + " %)."};
}

Verdict judge(const marketplace::PlatformRelease& release, const Version& version, const Version& running,
              const Circumstances& here) {
  if (!release.withdrawn.empty())
    return {Obstacle::kWithdrawn, "It was withdrawn: " + printable(release.withdrawn, kReason)};
  if (auto verdict = by_word(release.version, here); verdict.obstacle != Obstacle::kNone) return verdict;
  if (const auto held = here.holds.find(release.version); held != here.holds.end())
    return {Obstacle::kHeld, "It is held here: " + printable(held->second, kReason)};
  if (auto verdict = by_form(release, here); verdict.obstacle != Obstacle::kNone) return verdict;
  if (is_below(running, release.min_from))
    return {Obstacle::kTooOld, "It can be taken from " + release.min_from + " on: take that one first."};
  if (auto verdict = by_wish(release, version, here); verdict.obstacle != Obstacle::kNone) return verdict;
  if (auto verdict = by_rollout(release.version, here); verdict.obstacle != Obstacle::kNone) return verdict;
  if (is_below(running, release.schema_from))
    return {Obstacle::kNeedsPause, here.running +
                                       " cannot work on its tables, so it is taken with a pause: "
                                       "rapt update apply " +
                                       release.version + " --with-downtime"};
  return {};
}

}  // namespace

std::vector<Available> available(const std::vector<marketplace::VouchedRelease>& releases, const Circumstances& here) {
  std::vector<std::pair<Version, Available>> found;
  const auto running = Version::parse(here.running);
  if (!running) return {};
  for (const auto& one : releases) {
    const auto version = Version::parse(one.release.version);
    if (!version || *version <= *running) continue;
    auto verdict = judge(one.release, *version, *running, here);
    found.push_back(
        {*version, {one, verdict.obstacle, std::move(verdict.because), is_below(*running, one.release.schema_from)}});
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Available> out;
  for (auto& [version, one] : found) out.push_back(std::move(one));
  return out;
}

const Available* to_take(const std::vector<Available>& all) {
  const auto free = [](const Available& one) { return one.obstacle == Obstacle::kNone; };
  const auto found = std::find_if(all.begin(), all.end(), free);
  return found == all.end() ? nullptr : &*found;
}

const Available* to_offer(const std::vector<Available>& all) {
  if (const auto* free = to_take(all)) return free;
  const auto worth = [](const Available& one) {
    return one.obstacle != Obstacle::kWithdrawn && one.obstacle != Obstacle::kBeta;
  };
  const auto found = std::find_if(all.begin(), all.end(), worth);
  return found == all.end() ? nullptr : &*found;
}

bool may_be_asked_for(const Available& one, bool with_pause) {
  constexpr std::array kAskable{Obstacle::kNone, Obstacle::kBeta, Obstacle::kNotYet, Obstacle::kNeedsPause};
  const bool askable = std::find(kAskable.begin(), kAskable.end(), one.obstacle) != kAskable.end();
  return askable && (with_pause || !one.needs_pause);
}

}  // namespace rapt::agent
