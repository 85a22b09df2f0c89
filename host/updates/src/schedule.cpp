// SPDX-License-Identifier: AGPL-3.0-or-later
#include "schedule.hpp"

#include "rapt/base/text.hpp"

namespace rapt::updates {
namespace {

using store::params;

// The place of an instance between 0 and 1, by its seed: instances do not come in crowds.
#define RAPT_PLACE "((('x' || left(seed::text, 8))::bit(32)::bigint)::numeric / 4294967296)"

constexpr store::Statement kBeginSchedule{"updates_begin_schedule", R"(
  WITH drawn AS (SELECT gen_random_uuid() AS seed)
  INSERT INTO module_update_schedule (seed, next_at)
  SELECT seed, now() + make_interval(secs => ($1::integer * )" RAPT_PLACE R"()::double precision) FROM drawn
  ON CONFLICT DO NOTHING)"};
constexpr store::Statement kTake{"updates_take_lead", R"(
  UPDATE module_update_schedule SET host = $1, leads_until = now() + make_interval(secs => $2::integer)
   WHERE host IS NULL OR host = $1 OR leads_until IS NULL OR leads_until < now()
  RETURNING next_at <= now() AS due)"};
constexpr store::Statement kRenew{"updates_renew_lead", R"(
  UPDATE module_update_schedule SET leads_until = now() + make_interval(secs => $2::integer) WHERE host = $1)"};
constexpr store::Statement kGiveUp{"updates_give_lead_up",
                                   "UPDATE module_update_schedule SET host = NULL, leads_until = NULL WHERE host = $1"};
// Between nine and eleven tenths of the interval, always the same for one instance; in a window's first minutes, when
// that is sooner.
constexpr store::Statement kLooked{"updates_looked", R"(
  UPDATE module_update_schedule SET checked_at = now(), fault = $1, next_at = least(
    now() + make_interval(secs => ($2::integer * (0.9 + 0.2 * )" RAPT_PLACE R"())::double precision),
    $3::timestamptz + make_interval(secs => (300 * )" RAPT_PLACE R"()::double precision)))"};
#undef RAPT_PLACE

std::int64_t count(std::chrono::seconds time) {
  return time.count();
}

}  // namespace

Task<Result<Lead>> take_lead(store::Database& database, std::string host, std::chrono::seconds lease,
                             std::chrono::seconds interval) {
  auto taken = co_await database.query(kTake, params(host, count(lease)));
  if (taken && taken->empty()) {
    // Another host has it, or nobody has ever had it.
    RAPT_CO_TRY(co_await database.query(kBeginSchedule, params(count(interval))));
    taken = co_await database.query(kTake, params(host, count(lease)));
  }
  if (!taken) co_return taken.error();
  if (taken->empty()) co_return Lead{};
  co_return Lead{true, (*taken)[0].boolean("due")};
}

Task<Result<void>> renew_lead(store::Database& database, std::string host, std::chrono::seconds lease) {
  const auto renewed = co_await database.query(kRenew, params(host, count(lease)));
  if (!renewed) co_return renewed.error();
  if (renewed->affected() == 0) co_return Error::conflict("Another host looks after the updates of modules now.");
  co_return Result<void>();
}

Task<Result<void>> give_lead_up(store::Database& database, std::string host) {
  RAPT_CO_TRY(co_await database.query(kGiveUp, params(host)));
  co_return Result<void>();
}

Task<Result<void>> looked(store::Database& database, std::string fault, std::chrono::seconds interval,
                          std::optional<TimePoint> at_latest) {
  RAPT_CO_TRY(co_await database.query(kLooked, params(printable(fault, 1000), count(interval), at_latest)));
  co_return Result<void>();
}

}  // namespace rapt::updates
