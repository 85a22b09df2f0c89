// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/marketplace/release_word.hpp"
#include "rapt/marketplace/trusted_registry.hpp"

namespace rapt::agent {

/// What stands in the way of a release here.
enum class Obstacle : std::uint8_t {
  kNone,
  kWithdrawn,   ///< by its makers
  kHalted,      ///< at the registry, because it failed elsewhere
  kNotOffered,  ///< the registry does not have it (any more)
  kHeld,        ///< it has failed here
  kNoArchive,   ///< none for this architecture
  kNoImage,
  kTooOld,     ///< what runs cannot go to it at once (min_from)
  kPinned,     ///< outside UPDATE_PIN
  kBeta,       ///< and the channel is stable
  kNotYet,     ///< its roll-out has not come to this instance
  kNeedsPause  ///< what runs could not work on its tables (schema_from)
};

/// Where a release would come to.
struct Circumstances {
  std::string running;       ///< version
  std::string deployment;    ///< DEPLOYMENT_TYPE; "" where nobody updates
  std::string architecture;  ///< "x86_64-linux-gnu"
  marketplace::Channel channel = marketplace::Channel::kStable;
  std::string pin;                                 ///< a range of versions; "" for every newer one
  std::string rollout_id;                          ///< decides whether a roll-out has come here
  std::map<std::string, std::string> holds;        ///< version -> why it is not taken again
  std::optional<marketplace::ReleaseWords> words;  ///< nullopt for a mirror: then only what is signed counts
};

/// A newer release, and what stands in its way.
struct Available {
  marketplace::VouchedRelease release;
  Obstacle obstacle = Obstacle::kNone;
  std::string held_because;  ///< in a sentence; "" for kNone
  bool needs_pause = false;  ///< schema_from, whatever else stands in the way
};

/// All that are newer than what runs, newest first. None when `running` is no version.
std::vector<Available> available(const std::vector<marketplace::VouchedRelease>& releases, const Circumstances& here);
/// The newest that may be taken without anybody being asked; nullptr when there is none.
const Available* to_take(const std::vector<Available>& all);
/// The one that an administrator should know of: to_take(), else the newest that is neither withdrawn nor of another
/// channel. nullptr when there is none.
const Available* to_offer(const std::vector<Available>& all);
/// Whether an administrator who asks for it by its name gets it; `with_pause`: and agrees to a pause.
bool may_be_asked_for(const Available& one, bool with_pause);

}  // namespace rapt::agent
