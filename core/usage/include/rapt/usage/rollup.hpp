// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

/// Sums of ai_usage, so that a report of months reads thousands of rows and not millions: ai_usage_daily by everything
/// that reports are asked by, ai_usage_totals by group, model and kind of request, ai_usage_modules what modules asked
/// for by themselves. They hold exactly the rows that were made until ai_usage_rollup.until (of modules:
/// modules_until); reports add what is newer from the rows themselves.
namespace rapt::usage {

/// How far one call of roll_up() came.
struct RolledUp {
  bool busy = false;         ///< another host is at it: nothing was done
  bool finished = false;     ///< nothing is left but the newest minute
  std::string until{};       ///< as PostgreSQL writes a time
  std::int64_t written = 0;  ///< rows of ai_usage_daily that are new or changed
};

/// Adds up the next day's worth of rows at most, in one transaction: every (group, day) that was touched since the last
/// time is made anew as a whole, so that a row whose transaction was slow is counted by the next call.
Task<Result<RolledUp>> roll_up(store::Database& database);
/// All that is left. `busy` when another host was met at it.
Task<Result<RolledUp>> roll_up_all(store::Database& database);
/// Does so every `pause`, for as long as the loop runs. A failure is logged and tried again.
Task<void> keep_rolled_up(store::Database& database, std::chrono::milliseconds pause);

/// One figure that is not what the rows come to.
struct Difference {
  std::string table;     ///< "ai_usage_daily", "ai_usage_totals", "ai_usage_modules" or "ai_spending"
  std::string place;     ///< what it is about, in words: period, group, model
  std::string figure;    ///< "requests", "cost", …
  std::string stored;    ///< as decimal text; "" when the row is missing
  std::string expected;  ///< as decimal text; "" when there should be no row
};

/// Local days, both included, "2026-11-01".
struct Days {
  std::string from, to;
};

/// Compares the sums of these days, the months they lie in, and what counts against budgets, with the rows and the open
/// reservations. At most a thousand differences.
Task<Result<std::vector<Difference>>> check_sums(store::Database& database, Days days);
/// Makes the sums of these days, and of their months, anew from the rows, and what was spent of budgets. Waits for
/// whoever adds up at the time.
Task<Result<void>> repair_sums(store::Database& database, Days days);

}  // namespace rapt::usage
