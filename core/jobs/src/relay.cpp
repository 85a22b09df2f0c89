// SPDX-License-Identifier: AGPL-3.0-or-later
#include "relay.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "job_store.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::jobs {

namespace {

// A batch is one host's for some seconds, and while one is under way nobody begins another: that keeps the order. Hosts
// that try at the same moment see the same oldest rows; the later one finds them taken when it has waited for the lock.
constexpr store::Statement kTake{"outbox_take", R"(
  UPDATE outbox SET claimed_until = now() + interval '15 seconds'
   WHERE id IN (SELECT id FROM outbox WHERE delivered_at IS NULL ORDER BY id LIMIT 200)
     AND delivered_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
     AND NOT EXISTS (SELECT FROM outbox WHERE delivered_at IS NULL AND claimed_until >= now())
  RETURNING id, topic, key, payload)"};

constexpr store::Statement kDelivered{"outbox_delivered", R"(
  UPDATE outbox SET delivered_at = CASE WHEN id <= $2 THEN now() END, claimed_until = NULL
   WHERE id = ANY($1::bigint[]))"};

struct Entry {
  std::int64_t id = 0;
  std::vector<std::string> command;
};

Entry entry_from(const store::Row& row, const std::string& prefix) {
  const bool job = row.text("topic") == kJobTopic;
  Entry entry{row.integer("id"), {"XADD", prefix + (job ? ":jobs" : ":events"), "MAXLEN", "~", kStreamLength, "*"}};
  auto& words = entry.command;
  if (job) {
    words.insert(words.end(), {"job", row.text("key")});
  } else {
    words.insert(words.end(), {"id", row.text("id"), "topic", row.text("topic"), "key", row.text("key"), "payload",
                               row.text("payload")});
  }
  return entry;
}

}  // namespace

Task<Result<std::size_t>> relay_once(store::Database& database, store::Redis& redis, std::string prefix) {
  const auto rows = co_await database.query(kTake);
  if (!rows) co_return rows.error();
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < rows->size(); ++i) entries.push_back(entry_from((*rows)[i], prefix));
  if (entries.empty()) co_return std::size_t{0};
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
  std::vector<std::string> ids;
  for (const auto& entry : entries) ids.push_back(std::to_string(entry.id));
  std::int64_t last = 0;
  std::optional<Error> failure;
  for (auto& entry : entries) {
    const auto added = co_await redis.command(std::move(entry.command));
    if (!added) {
      failure = added.error();
      break;
    }
    last = entry.id;
  }
  store::Params params;
  params.add_array(ids).add(last);
  RAPT_CO_TRY(co_await database.query(kDelivered, std::move(params)));
  if (failure) co_return *failure;
  co_return entries.size();
}

}  // namespace rapt::jobs
