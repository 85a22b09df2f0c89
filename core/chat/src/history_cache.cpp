// SPDX-License-Identifier: AGPL-3.0-or-later
#include "history_cache.hpp"

#include <algorithm>
#include <utility>

#include "session_store.hpp"

namespace rapt::chat {

namespace {

std::size_t bytes_of(const KnownHistory& known) {
  std::size_t bytes = sizeof(KnownHistory) + known.messages.capacity() * sizeof(hooks::Message);
  for (const auto& message : known.messages) bytes += message.content.capacity();
  return bytes;
}

}  // namespace

void bound_history(KnownHistory& known) {
  auto& told = known.messages;
  std::size_t first = told.size();
  std::int64_t bytes = 0;
  while (first > 0 && told.size() - first < static_cast<std::size_t>(kHistoryMessages)) {
    bytes += static_cast<std::int64_t>(told[first - 1].content.size());
    if (bytes > kHistoryBytes) break;
    --first;
  }
  while (first < told.size() && told[first].role != "user") ++first;
  told.erase(told.begin(), told.begin() + static_cast<std::ptrdiff_t>(first));
  known.left_out += static_cast<std::int64_t>(first);
}

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
