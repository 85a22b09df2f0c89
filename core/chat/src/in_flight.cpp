// SPDX-License-Identifier: AGPL-3.0-or-later
#include "in_flight.hpp"

namespace rapt::chat {

std::optional<InFlight::Lease> InFlight::take(Key key) {
  const std::lock_guard lock(mutex_);
  if (!keys_.insert(key).second) return std::nullopt;
  return Lease(shared_from_this(), std::move(key));
}

InFlight::Lease::~Lease() {
  if (!set_) return;  // moved from
  const std::lock_guard lock(set_->mutex_);
  set_->keys_.erase(key_);
}

}  // namespace rapt::chat
