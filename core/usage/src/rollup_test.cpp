// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/rollup.hpp"

#include "usage_world.hpp"

namespace rapt::usage {
namespace {

using runtime::run_blocking;

class Rollup : public UsageWorld {
 protected:
  std::vector<Difference> differences() {
    auto found = run_blocking(check_sums(**scratch, {"2026-01-01", "2026-12-31"}));
    if (!found) throw std::runtime_error(found.error().message + found.error().log_detail);
    return *found;
  }
};

TEST_F(Rollup, SumsOfDaysAndMonthsAreWhatTheRowsComeTo) {
  for (const auto* day : {"2026-10-31", "2026-11-01", "2026-11-02", "2026-11-02"}) spend({.day = day});
  spend({.user = 307, .group = 110, .day = "2026-11-02", .outcome = "failed", .cost = "NULL"});
  scratch->script("UPDATE ai_usage SET group_id = NULL, user_id = NULL WHERE day = '2026-10-31'");
  const auto done = roll();
  EXPECT_TRUE(done.finished);
  EXPECT_EQ(done.written, 4);
  EXPECT_EQ(
      value("SELECT string_agg(concat_ws(' ', day, requests, cost, unpriced, outcome), ', ' ORDER BY day, outcome)"
            " AS value FROM ai_usage_daily"),
      "2026-10-31 1 0.50000000 0 answered, 2026-11-01 1 0.50000000 0 answered, 2026-11-02 2 1.00000000 0 answered,"
      " 2026-11-02 1 0.00000000 1 failed");
  EXPECT_EQ(value("SELECT string_agg(concat_ws(' ', starts_on, requests, unanswered, cost), ', ' ORDER BY starts_on,"
                  " requests) AS value FROM ai_usage_totals WHERE period = 'month'"),
            "2026-10-01 1 0 0.50000000, 2026-11-01 1 1 0.00000000, 2026-11-01 3 0 1.50000000");
  EXPECT_TRUE(differences().empty());
}

TEST_F(Rollup, ARowThatComesLateIsCountedByTheNextAndNothingIsCountedTwice) {
  spend({.at = "now() - interval '5 minutes'"});
  roll();
  spend({.at = "now() - interval '4 minutes'"});  // its transaction was slow: it is older than what was added up
  EXPECT_EQ(differences().size(), 15u);           // five figures of the day's row, the day's and the month's totals
  EXPECT_EQ(roll().written, 1);
  EXPECT_TRUE(differences().empty());
  EXPECT_EQ(roll().written, 0);
  EXPECT_EQ(value("SELECT sum(requests) AS value FROM ai_usage_daily"), "2");
}

TEST_F(Rollup, TheNewestMinuteWaitsForTheNextTime) {
  spend({.at = "now()"});
  roll();
  EXPECT_EQ(value("SELECT count(*) AS value FROM ai_usage_daily"), "0");
}

TEST_F(Rollup, ABacklogIsAddedUpADayAtATime) {
  for (const auto* age : {"90 days", "60 days", "30 days", "1 hour"})
    spend({.at = std::string("now() - interval '") + age + "'"});
  int steps = 0;
  for (bool finished = false; !finished; ++steps) {
    const auto step = run_blocking(roll_up(**scratch));
    ASSERT_TRUE(step) << step.error().log_detail;
    finished = step->finished;
  }
  EXPECT_EQ(steps, 4);
  EXPECT_EQ(value("SELECT sum(requests) AS value FROM ai_usage_daily"), "4");
  EXPECT_TRUE(differences().empty());
}

TEST_F(Rollup, WhileAnotherHostAddsUpNothingIsDone) {
  spend({});
  const auto held = (**scratch).transaction_blocking([this](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec({"test.hold", "SELECT FROM ai_usage_rollup FOR UPDATE"}));
    const auto met = run_blocking(roll_up_all(**scratch));
    if (!met) return met.error();
    EXPECT_TRUE(met->busy);
    return {};
  });
  ASSERT_TRUE(held);
  EXPECT_EQ(value("SELECT count(*) AS value FROM ai_usage_daily"), "0");
}

TEST_F(Rollup, WhatIsWrongIsNamedAndRepaired) {
  spend({});
  spend({.user = 307, .group = 110});
  roll();
  scratch->script("UPDATE ai_usage_daily SET cost = cost + 1 WHERE group_id = '" + uuid(101) +
                  "'; DELETE FROM ai_usage_totals WHERE group_id = '" + uuid(110) +
                  "' AND period = 'month'; INSERT INTO ai_usage_totals (period, starts_on, group_id, model,"
                  " request_type, requests, input_tokens, output_tokens) VALUES ('month', '2026-03-01', '" +
                  uuid(101) + "', 'm/one', 'chat', 5, 6, 7)");
  const auto found = differences();
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].table, "ai_usage_daily");
  EXPECT_EQ(found[0].place, "2026-11-02, group " + uuid(101) + ", user " + uuid(304) + ", m/one, chat, answered");
  EXPECT_EQ(found[0].figure, "cost");
  EXPECT_EQ(found[0].stored, "1.50000000");
  EXPECT_EQ(found[0].expected, "0.50000000");
  const auto repaired = run_blocking(repair_sums(**scratch, {"2026-01-01", "2026-12-31"}));
  ASSERT_TRUE(repaired) << repaired.error().log_detail;
  EXPECT_TRUE(differences().empty());
}

TEST_F(Rollup, WhatModulesAskedForIsAddedUpAlsoWhereAnotherVersionHasBeenAtIt) {
  const auto by_module = [this](const std::string& module) {
    scratch->script("INSERT INTO ai_module_calls (id, module) SELECT id, '" + module +
                    "' FROM ai_usage u WHERE NOT EXISTS (SELECT FROM ai_module_calls m WHERE m.id = u.id)");
  };
  const auto sums = [this] {
    return value(
        "SELECT coalesce(string_agg(concat_ws(' ', day, module, requests, cost), ', ' ORDER BY day, module), '') AS"
        " value FROM ai_usage_modules");
  };
  spend({.at = "now() - interval '70 days'"});
  by_module("helper");
  roll();
  EXPECT_EQ(sums(), "2026-11-02 helper 1 0.50000000");
  spend({.at = "now() - interval '5 minutes'"});
  by_module("helper");
  spend({.day = "2026-11-03", .at = "now() - interval '5 minutes'", .cost = "NULL"});
  by_module("other");
  scratch->script("UPDATE ai_usage SET group_id = NULL WHERE day = '2026-11-03'");
  roll();
  EXPECT_EQ(sums(), "2026-11-02 helper 2 1.00000000, 2026-11-03 other 1 0.00000000");
  EXPECT_TRUE(differences().empty());
  // As after the migration, and as a host leaves it that does not know the table: the others are ahead.
  scratch->script("DELETE FROM ai_usage_modules; UPDATE ai_usage_rollup SET modules_until = '-infinity'");
  EXPECT_TRUE(differences().empty()) << "nothing is said to have been added up";
  EXPECT_TRUE(roll().finished);
  EXPECT_EQ(sums(), "2026-11-02 helper 2 1.00000000, 2026-11-03 other 1 0.00000000");
  scratch->script(
      "UPDATE ai_usage_modules SET cost = 7 WHERE module = 'other'; DELETE FROM ai_usage_modules WHERE module = "
      "'helper'");
  const auto found = differences();
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].table, "ai_usage_modules");
  EXPECT_EQ(found[0].place,
            "2026-11-02, module helper, group " + uuid(101) + ", user " + uuid(304) + ", m/one, chat, answered");
  ASSERT_TRUE(run_blocking(repair_sums(**scratch, {"2026-01-01", "2026-12-31"})));
  EXPECT_TRUE(differences().empty());
}

TEST_F(Rollup, WhatCountsAgainstBudgetsIsComparedWithTheLedgerAndOpenReservations) {
  spend({.cost = "1"});
  spend({.user = 306, .group = 102, .cost = "2"});
  roll();
  // For the district, of which 3 US dollars are known; the reservation is for what is on its way.
  scratch->script("INSERT INTO ai_settings (id, group_id, monthly_budget) VALUES ('" + uuid(501) + "', '" + uuid(100) +
                  "', 50); INSERT INTO ai_spending (settings_id, period, starts_on, cost, tokens, reserved_cost,"
                  " reserved_tokens) VALUES ('" +
                  uuid(501) + "', 'month', '2026-11-01', 3, 28, 0.25, 10), ('" + uuid(501) +
                  "', 'day', '2026-11-02', 7, 7, 0, 0); INSERT INTO ai_reservations (call_id, settings_id, period,"
                  " starts_on, cost, tokens, expires_at) VALUES ('" +
                  uuid(601) + "', '" + uuid(501) + "', 'month', '2026-11-01', 0.25, 10, now())");
  EXPECT_TRUE(differences().empty()) << "nothing is limited by the day, so its row is left alone";
  scratch->script("UPDATE ai_spending SET cost = 4, reserved_tokens = 11 WHERE period = 'month'");
  const auto found = differences();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].table, "ai_spending");
  EXPECT_EQ(found[0].place, "month of 2026-11-01, settings " + uuid(501) + ", group " + uuid(100));
  EXPECT_EQ(found[0].figure + found[0].stored, "cost4.00000000");
  EXPECT_EQ(found[1].figure + found[1].expected, "reserved_tokens10");
  ASSERT_TRUE(run_blocking(repair_sums(**scratch, {"2026-11-01", "2026-11-30"})));
  EXPECT_TRUE(differences().empty());
}

TEST_F(Rollup, WhoHasGoneIsNoDifference) {
  spend({});
  spend({.user = 303});
  roll();
  scratch->script("UPDATE ai_usage SET user_id = NULL; UPDATE ai_usage_daily SET user_id = NULL");
  EXPECT_TRUE(differences().empty());
}

}  // namespace
}  // namespace rapt::usage
