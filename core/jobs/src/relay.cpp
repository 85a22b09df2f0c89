// SPDX-License-Identifier: AGPL-3.0-or-later
#include "relay.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "job_store.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::jobs {

namespace {

// A batch is one host's for some seconds, and while one is under way nobody begins another: that keeps the order. Hosts
// that try at the same moment see the same oldest rows; the later one finds them taken when it has waited for the lock.
// An array and no IN: the planner takes a queue for empty, and would look through the batch anew for every row of it.
//
// None of the three is waited for until it is on the disk: what a crash undoes is done again, and events may come
// twice. A relay that waited would have whoever sends a message wait behind it.
#define RAPT_JOBS_HURRIED "WITH hurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) "
constexpr store::Statement kTake{"outbox_take", RAPT_JOBS_HURRIED R"(
  UPDATE outbox SET claimed_until = now() + interval '15 seconds' FROM hurried
   WHERE id = ANY (ARRAY(SELECT id FROM outbox WHERE delivered_at IS NULL ORDER BY id LIMIT $1::bigint))
     AND delivered_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
     AND NOT EXISTS (SELECT FROM outbox WHERE delivered_at IS NULL AND claimed_until >= now())
  RETURNING id, topic, key, payload)"};

constexpr store::Statement kDelivered{
    "outbox_delivered", RAPT_JOBS_HURRIED "DELETE FROM outbox USING hurried WHERE id = ANY($1::bigint[])"};
constexpr store::Statement kNotDelivered{
    "outbox_not_delivered",
    RAPT_JOBS_HURRIED "UPDATE outbox SET claimed_until = NULL FROM hurried WHERE id = ANY($1::bigint[])"};
#undef RAPT_JOBS_HURRIED

// KEYS: the streams of jobs and of events. ARGV: how many entries a stream keeps, then id, topic, key and payload of
// each row. One command for all of them: a trip a row was what a busy host did most of.
constexpr const char* kScript = R"(
for i = 2, #ARGV, 4 do
  if ARGV[i + 1] == 'job' then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'job', ARGV[i + 2])
  else
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[1], '*', 'id', ARGV[i], 'topic', ARGV[i + 1], 'key', ARGV[i + 2],
               'payload', ARGV[i + 3])
  end
end)";
static_assert(kJobTopic == std::string_view("job"));

std::vector<std::size_t> in_order(const store::Rows& rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return rows[a].integer("id") < rows[b].integer("id"); });
  return order;
}

}  // namespace

Task<Result<std::size_t>> relay_once(store::Database& database, store::Redis& redis, std::string prefix) {
  const auto rows = co_await database.query(kTake, store::params(static_cast<std::int64_t>(kRelayBatch)));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return std::size_t{0};
  std::vector<std::string> ids;
  std::vector<std::string> command{"EVAL", kScript, "2", prefix + ":jobs", prefix + ":events", kStreamLength};
  for (const auto at : in_order(*rows)) {
    const auto row = (*rows)[at];
    for (const char* column : {"id", "topic", "key", "payload"}) command.push_back(row.text(column));
    ids.push_back(row.text("id"));
  }
  const auto told = co_await redis.command(std::move(command));
  store::Params params;
  params.add_array(ids);
  RAPT_CO_TRY(co_await database.query(told ? kDelivered : kNotDelivered, std::move(params)));
  if (!told) co_return told.error();
  co_return rows->size();
}

}  // namespace rapt::jobs
