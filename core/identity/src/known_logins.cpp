// SPDX-License-Identifier: AGPL-3.0-or-later
#include "known_logins.hpp"

#include <utility>

namespace rapt::identity {
namespace {

/// A few megabytes, as ActorCache has it.
constexpr std::size_t kMostLogins = 16384;

}  // namespace

std::optional<UserId> KnownLogins::find(const std::string& token_hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(token_hash);
  return found == users_.end() ? std::nullopt : std::optional(found->second);
}

void KnownLogins::keep(std::string token_hash, UserId user) {
  const std::lock_guard lock(mutex_);
  if (users_.size() >= kMostLogins && !users_.contains(token_hash)) users_.clear();
  users_.insert_or_assign(std::move(token_hash), std::move(user));
}

void KnownLogins::forget(const std::string& token_hash) {
  const std::lock_guard lock(mutex_);
  users_.erase(token_hash);
}

}  // namespace rapt::identity
