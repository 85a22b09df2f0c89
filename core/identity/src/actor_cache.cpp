// SPDX-License-Identifier: AGPL-3.0-or-later
#include "actor_cache.hpp"

#include <utility>

namespace rapt::identity {
namespace {

/// A few megabytes. Beyond it all are forgotten: simpler than to know who was here last, and as rare.
constexpr std::size_t kMostActors = 4096;

}  // namespace

std::optional<Actor> ActorCache::find(const UserId& user, const std::string& version) const {
  std::shared_ptr<const Actor> actor;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(user.str());
    if (found == entries_.end() || found->second.version != version) return std::nullopt;
    actor = found->second.actor;
  }
  return *actor;
}

void ActorCache::keep(const Actor& actor, std::string version) {
  auto copy = std::make_shared<const Actor>(actor);
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMostActors && !entries_.contains(actor.id.str())) entries_.clear();
  entries_[actor.id.str()] = {std::move(version), std::move(copy)};
}

}  // namespace rapt::identity
