// SPDX-License-Identifier: AGPL-3.0-or-later
#include "history_cache.hpp"

#include <utility>

namespace rapt::chat {

namespace {

/// What stands around each: a node of the list, one of the map, and the name in both.
constexpr std::size_t kAround = 256;

std::size_t bytes_of(const KnownHistory& known) {
  return kAround + sizeof(KnownHistory) + known.history->bytes();
}

}  // namespace

void HistoryCache::forget(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  places_.erase(entry->session.str());
  entries_.erase(entry);
}

std::optional<KnownHistory> HistoryCache::take(const SessionId& session) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(session.str());
  if (found == places_.end()) return std::nullopt;
  std::optional<KnownHistory> known(std::move(found->second->known));
  forget(found->second);
  return known;
}

void HistoryCache::keep(const SessionId& session, KnownHistory known, Time now) {
  const auto bytes = bytes_of(known);
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(session.str()); found != places_.end()) forget(found->second);
  entries_.push_back({session, std::move(known), bytes, now});
  places_[session.str()] = std::prev(entries_.end());
  bytes_ += bytes;
  while (!entries_.empty() && (bytes_ > most_bytes_ || entries_.front().since + kKept < now)) forget(entries_.begin());
}

std::size_t HistoryCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace rapt::chat
