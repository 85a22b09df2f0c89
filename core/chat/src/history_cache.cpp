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
  auto& shelf = *entry->shelf;
  shelf.bytes -= entry->bytes;
  places_.erase(entry->session.str());
  shelf.entries.erase(entry);
}

void HistoryCache::put(Shelf& shelf, const SessionId& session, KnownHistory known, Time now) {
  const auto bytes = bytes_of(known);
  auto& place = places_.try_emplace(session.str(), waiting_.entries.end()).first->second;
  auto& entries = shelf.entries;
  if (place == waiting_.entries.end()) {
    place = entries.insert(entries.end(), {session, std::move(known), bytes, &shelf, now});
  } else {
    place->shelf->bytes -= place->bytes;
    entries.splice(entries.end(), place->shelf->entries, place);
    *place = {session, std::move(known), bytes, &shelf, now};
  }
  shelf.bytes += bytes;
  while (!entries.empty() && (shelf.bytes > shelf.most || entries.front().since + kKept < now)) forget(entries.begin());
}

std::optional<KnownHistory> HistoryCache::find(const SessionId& session, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(session.str());
  if (found == places_.end()) return std::nullopt;
  auto known = found->second->known;
  put(waiting_, session, known, now);
  return known;
}

void HistoryCache::keep(const SessionId& session, KnownHistory known, Time now) {
  const std::lock_guard lock(mutex_);
  put(waiting_, session, std::move(known), now);
}

void HistoryCache::extend(const SessionId& session, const std::array<hooks::PastMessage, 2>& said, Time now) {
  auto known = find(session, now);
  if (!known || known->next_seq != said.front().seq) return;
  const auto first = first_told(*known->history, said);
  known->next_seq = said.back().seq + 1;
  known->history = std::make_shared<const History>(*known->history, said, first);
  known->left_out += static_cast<std::int64_t>(first);
  ++known->asked;
  const std::lock_guard lock(mutex_);
  put(resting_, session, std::move(*known), now);
}

std::size_t HistoryCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return resting_.bytes + waiting_.bytes;
}

}  // namespace rapt::chat
