// SPDX-License-Identifier: AGPL-3.0-or-later
#include "turn_log.hpp"

#include <charconv>
#include <utility>

#include "rapt/store/redis.hpp"

namespace rapt::chat {

namespace {

/// Turns in one command: it holds up everybody else's for well under a millisecond.
constexpr std::size_t kAtOnce = 256;
/// Longer than any answer takes.
constexpr const char* kWhileRunning = "3600";
constexpr const char* kAfterTheEnd = "600";

// KEYS: who is to be stopped, then a stream each. ARGV of each: "1" to begin anew, the last event's number, seconds to
// live or "", events, facts or "". The number in the entry's id keeps an entry from being written twice. Answers who is
// to be stopped, and whose stream is no longer there.
constexpr const char* kScript = R"(
  local gone = {}
  for i = 2, #KEYS do
    local a = (i - 2) * 5
    local entry = {'0-' .. ARGV[a + 2], 'e', ARGV[a + 4], 'f', ARGV[a + 5]}
    if ARGV[a + 1] == '1' then
      redis.call('DEL', KEYS[i])
    else
      table.insert(entry, 1, 'NOMKSTREAM')
    end
    if not redis.call('XADD', KEYS[i], unpack(entry)) then table.insert(gone, i - 2) end
    if ARGV[a + 3] ~= '' then redis.call('EXPIRE', KEYS[i], ARGV[a + 3]) end
  end
  local stops = redis.call('SMEMBERS', KEYS[1])
  if #stops > 0 then redis.call('DEL', KEYS[1]) end
  return {stops, gone})";

using Type = store::RedisReply::Type;

Error broken() {
  return Error::internal("Redis answered something else than a turn's events");
}

/// "0-17" is 17.
std::optional<std::int64_t> number_of(const std::string& entry_id) {
  std::int64_t number = 0;
  if (!entry_id.starts_with("0-")) return std::nullopt;
  const char* end = entry_id.data() + entry_id.size();
  const auto [at, fault] = std::from_chars(entry_id.data() + 2, end, number);
  if (fault != std::errc{} || at != end) return std::nullopt;
  return number;
}

/// One entry: its id, and its fields by turns with their values. `before`: the last event of the entry before it.
Result<void> take_entry(const store::RedisReply& entry, LoggedTurn& into) {
  if (entry.type != Type::kArray || entry.items.size() != 2 || entry.items[1].items.size() % 2 != 0) return broken();
  const auto last = number_of(entry.items[0].text);
  if (!last) return broken();
  const auto& fields = entry.items[1].items;
  for (std::size_t i = 0; i < fields.size(); i += 2) {
    if (fields[i].text == "f" && !fields[i + 1].text.empty()) into.facts = fields[i + 1].text;
    if (fields[i].text != "e") continue;
    auto events = parse_events(fields[i + 1].text, 1);
    if (!events) return events.error();
    const auto first = *last - static_cast<std::int64_t>(events->size());
    for (auto& event : *events) {
      event.number += first;
      into.events.push_back(std::move(event));
    }
  }
  return {};
}

}  // namespace

/// What one command copies.
struct TurnLog::Batch {
  struct Upto {
    Copied* copied;
    std::int64_t number;
    bool ends;
  };
  std::vector<Upto> turns;
  std::vector<std::string> keys, values;

  void add(Copied& copied, const std::vector<TurnEvent>& events, std::string key) {
    const bool anew = !copied.sure || copied.number == 0;
    const bool ends = events.back().outcome != nullptr;
    std::string text;
    for (const auto& event : events) append_event(text, event);
    keys.push_back(std::move(key));
    values.emplace_back(anew ? "1" : "");
    values.push_back(std::to_string(events.back().number));
    values.emplace_back(ends ? kAfterTheEnd : anew ? kWhileRunning : "");
    values.push_back(std::move(text));
    auto facts = copied.turn->facts();
    values.push_back(facts && (anew || facts != copied.facts) ? to_json(*facts) : "");
    copied.facts = std::move(facts);
    turns.push_back({&copied, events.back().number, ends});
  }

  [[nodiscard]] std::vector<std::string> command(std::string stops) const {
    std::vector<std::string> out{"EVAL", kScript, std::to_string(keys.size() + 1), std::move(stops)};
    out.insert(out.end(), keys.begin(), keys.end());
    out.insert(out.end(), values.begin(), values.end());
    return out;
  }
};

void TurnLog::follow(const std::vector<std::shared_ptr<Turn>>& running) {
  std::erase_if(copied_, [](const auto& item) { return item.second.fresh && item.second.turn->ended(); });
  for (auto& [id, copied] : copied_) copied.fresh = false;
  for (const auto& turn : running) {
    if (!turn->ended()) copied_.try_emplace(turn->about().id, Copied{turn});
  }
}

Task<Result<std::vector<std::string>>> TurnLog::copy(const std::vector<std::shared_ptr<Turn>>& running) {
  follow(running);
  std::vector<std::string> stops;
  auto at = copied_.begin();
  do {
    Batch batch;
    for (; at != copied_.end() && batch.turns.size() < kAtOnce; ++at) {
      Copied& copied = at->second;
      if (copied.fresh) continue;
      const auto events = copied.turn->after(copied.sure ? copied.number : 0);
      if (!events.empty()) batch.add(copied, events, key_of(at->first));
    }
    auto command = batch.command(stops_of(host_));
    const auto done = co_await redis_.command(std::move(command));
    for (const auto& upto : batch.turns) {
      upto.copied->sure = done.has_value();
      if (done) upto.copied->number = upto.number;
    }
    if (!done) {
      // What an ended turn could not copy is in the database.
      for (auto& [id, copied] : copied_) copied.sure = false;
      std::erase_if(copied_, [](const auto& item) { return item.second.turn->ended(); });
      co_return done.error();
    }
    if (done->items.size() != 2) co_return broken();
    for (const auto& id : done->items[0].items) stops.push_back(id.text);
    for (const auto& place : done->items[1].items) {
      const auto index = static_cast<std::size_t>(place.integer);
      if (index < batch.turns.size()) batch.turns[index].copied->sure = false;  // Redis has forgotten it
    }
    for (const auto& upto : batch.turns) {
      if (upto.ends && upto.copied->sure) upto.copied->turn = nullptr;
    }
  } while (at != copied_.end());
  std::erase_if(copied_, [](const auto& item) { return item.second.turn == nullptr; });
  co_return stops;
}

Task<Result<LoggedTurn>> TurnLog::read(std::string turn, std::int64_t number) {
  std::vector<std::string> command{"XRANGE", key_of(turn), "(0-" + std::to_string(number), "+"};
  const auto found = co_await redis_.command(std::move(command));
  if (!found) co_return found.error();
  LoggedTurn logged;
  for (const auto& entry : found->items) RAPT_CO_TRY(take_entry(entry, logged));
  std::erase_if(logged.events, [number](const auto& event) { return event.number <= number; });
  co_return logged;
}

Task<Result<void>> TurnLog::ask_to_stop(std::string host, std::string turn) {
  const auto key = stops_of(host);
  std::vector<std::string> add{"SADD", key, turn}, expire{"EXPIRE", key, "60"};
  const auto added = co_await redis_.command(std::move(add));
  if (!added) co_return added.error();
  const auto expires = co_await redis_.command(std::move(expire));
  if (!expires) co_return expires.error();
  co_return Result<void>{};
}

}  // namespace rapt::chat
