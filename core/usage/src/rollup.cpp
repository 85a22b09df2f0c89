// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/rollup.hpp"

#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "repair.hpp"
#include "rollup_sql.hpp"

namespace rapt::usage {
namespace {

// Adding up a backlog takes longer than a request may.
constexpr store::Statement kLockPatience{"usage.rollup_patience",
                                         "SELECT set_config('statement_timeout', '600000', true)"};

// A minute is left alone, so that transactions under way have ended; the next row decides how far a day's worth goes.
constexpr store::Statement kWindow{
    "usage.rollup_window",
    "SELECT low::text AS low, greatest(low, least(latest, next + interval '1 day'))::text AS high,"
    " latest <= next + interval '1 day' AS last FROM (SELECT r.until AS low, now() - interval '1 minute' AS latest,"
    " coalesce((SELECT min(created_at) FROM ai_usage WHERE created_at > r.until), now()) AS next"
    " FROM (SELECT until FROM ai_usage_rollup FOR UPDATE SKIP LOCKED) AS r) AS w"};
// A month at a time, and no further than the others: they are few, and there are none of most days.
constexpr store::Statement kModulesWindow{
    "usage.rollup_modules_window",
    "SELECT r.modules_until::text AS low, greatest(r.modules_until, least($1::timestamptz, coalesce((SELECT"
    " min(created_at) FROM ai_usage WHERE created_at > r.modules_until), now()) + interval '31 days'))::text AS high"
    " FROM ai_usage_rollup r"};
constexpr store::Statement kModulesAdvance{
    "usage.rollup_modules_advance",
    "UPDATE ai_usage_rollup SET modules_until = $1::timestamptz RETURNING modules_until >= $2::timestamptz AS last"};
constexpr store::Statement kAdvance{"usage.rollup_advance", "UPDATE ai_usage_rollup SET until = $1::timestamptz"};
constexpr store::Statement kHold{"usage.rollup_hold", "SELECT until FROM ai_usage_rollup FOR UPDATE"};

/// The three statements of a stretch, in their order.
struct Replacement {
  std::string daily, days, months;
  explicit Replacement(const Stretch& stretch)
      : daily(replace_daily(stretch)), days(replace_day_totals(stretch)), months(replace_month_totals(stretch)) {}
};

/// True when they have come as far as the others, which is until `high`.
Result<bool> roll_up_modules(store::Transaction& tx, const std::string& high) {
  static const std::string kReplace = replace_modules(modules_by_time());
  const auto window = tx.exec(kModulesWindow, store::params(high));
  if (!window) return window.error();
  const auto low = (*window)[0].text("low"), until = (*window)[0].text("high");
  RAPT_TRY(tx.exec({"usage.rollup_modules", kReplace.c_str()}, store::params(low, until)));
  const auto advanced = tx.exec(kModulesAdvance, store::params(until, high));
  if (!advanced) return advanced.error();
  return (*advanced)[0].boolean("last");
}

Result<RolledUp> roll_up_step(store::Transaction& tx) {
  static const Replacement kReplace(stretch_by_time());
  RAPT_TRY(tx.exec(kLockPatience));
  const auto window = tx.exec(kWindow);
  if (!window) return window.error();
  if (window->empty()) return RolledUp{.busy = true};
  const auto row = (*window)[0];
  const auto bounds = store::params(row.text("low"), row.text("high"));
  const auto daily = tx.exec({"usage.rollup_daily", kReplace.daily.c_str()}, bounds);
  if (!daily) return daily.error();
  RAPT_TRY(tx.exec({"usage.rollup_days", kReplace.days.c_str()}, bounds));
  RAPT_TRY(tx.exec({"usage.rollup_months", kReplace.months.c_str()}, bounds));
  RAPT_TRY(tx.exec(kAdvance, store::params(row.text("high"))));
  const auto modules = roll_up_modules(tx, row.text("high"));
  if (!modules) return modules.error();
  return RolledUp{.finished = row.boolean("last") && *modules,
                  .until = row.text("high"),
                  .written = static_cast<std::int64_t>(daily->affected())};
}

}  // namespace

Task<Result<RolledUp>> roll_up(store::Database& database) {
  co_return co_await database.transaction(roll_up_step);
}

Task<Result<RolledUp>> roll_up_all(store::Database& database) {
  RolledUp all;
  do {
    auto step = co_await roll_up(database);
    if (!step) co_return step.error();
    step->written += all.written;
    all = std::move(*step);
  } while (!all.finished && !all.busy);
  co_return all;
}

Task<void> keep_rolled_up(store::Database& database, std::chrono::milliseconds pause) {
  for (;;) {
    const auto done = co_await roll_up_all(database);
    if (!done) log::warn("usage.rollup_failed", {{"detail", done.error().message + " " + done.error().log_detail}});
    co_await runtime::sleep_for(pause);
  }
}

Task<Result<void>> repair_sums(store::Database& database, Days days) {
  auto work = [days = std::move(days)](store::Transaction& tx) -> Result<void> {
    static const Replacement kReplace(stretch_by_day());
    static const std::string kModules = replace_modules(modules_by_day());
    const auto bounds = store::params(days.from, days.to);
    RAPT_TRY(tx.exec(kLockPatience));
    RAPT_TRY(tx.exec(kHold));
    RAPT_TRY(tx.exec({"usage.repair_daily", kReplace.daily.c_str()}, bounds));
    RAPT_TRY(tx.exec({"usage.repair_days", kReplace.days.c_str()}, bounds));
    RAPT_TRY(tx.exec({"usage.repair_months", kReplace.months.c_str()}, bounds));
    RAPT_TRY(tx.exec({"usage.repair_modules", kModules.c_str()}, bounds));
    RAPT_TRY(repair_spending(tx, days));
    return {};
  };
  co_return co_await database.transaction(std::move(work));
}

}  // namespace rapt::usage
