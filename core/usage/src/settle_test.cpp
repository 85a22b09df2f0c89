// SPDX-License-Identifier: AGPL-3.0-or-later
#include <thread>

#include "rapt/usage/settle_sql.hpp"
#include "test_ledger.hpp"

namespace rapt::usage {
namespace {

constexpr const char* kCall = "00000000-0000-7000-8000-00000000000a";
constexpr const char* kOther = "00000000-0000-7000-8000-00000000000b";

TEST_F(LedgerTest, MakesWhatWasReservedWhatWasSpent) {
  ASSERT_EQ(reserve(kCall), "0");
  EXPECT_EQ(spending("month", "reserved_cost"), "1.00000000");
  ASSERT_TRUE(settle_blocking(record(kCall)));
  EXPECT_EQ(value("SELECT cost FROM ai_usage"), "0.00600000");
  for (const char* period : {"day", "month"}) {
    EXPECT_EQ(spending(period, "cost"), "0.00600000");
    EXPECT_EQ(spending(period, "tokens"), "1200");
    EXPECT_EQ(spending(period, "reserved_cost"), "0.00000000");
    EXPECT_EQ(spending(period, "reserved_tokens"), "0");
  }
  EXPECT_EQ(value("SELECT count(*) FROM ai_reservations"), "0");
}

TEST_F(LedgerTest, CountsACallOnceHoweverOftenItIsSettled) {
  ASSERT_EQ(reserve(kCall), "0");
  auto another_try = record(kCall);
  another_try.output_tokens = 9999;
  for (const auto& what : {record(kCall), record(kCall), another_try}) ASSERT_TRUE(settle_blocking(what));
  ASSERT_TRUE(runtime::run_blocking(settle_alone(**scratch, record(kCall))));
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage"), "1");
  EXPECT_EQ(spending("month", "cost"), "0.00600000");
  EXPECT_EQ(spending("month", "tokens"), "1200");
}

TEST_F(LedgerTest, UndoesTheSpendingWithTheTransaction) {
  ASSERT_EQ(reserve(kCall), "0");
  const auto failed =
      runtime::run_blocking((**scratch).transaction([what = record(kCall)](store::Transaction& tx) -> Result<void> {
        RAPT_TRY(settle(tx, what));
        return Error::conflict("something else failed");
      }));
  EXPECT_FALSE(failed);
  EXPECT_EQ(spending("month", "cost"), "0.00000000");
  EXPECT_EQ(spending("month", "reserved_cost"), "1.00000000");
}

TEST_F(LedgerTest, GivesBackWhatWasNotSpent) {
  ASSERT_EQ(reserve(kCall), "0");
  ASSERT_EQ(reserve(kOther), "0");
  ASSERT_TRUE(runtime::run_blocking(release(**scratch, record(kCall).call)));
  ASSERT_TRUE(runtime::run_blocking(release(**scratch, record(kCall).call))) << "there is nothing left to give back";
  EXPECT_EQ(spending("month", "reserved_cost"), "1.00000000");
  EXPECT_EQ(spending("day", "reserved_tokens"), "4000");
}

TEST_F(LedgerTest, SweepsWhatNobodySettledAndCountsItAllTheSame) {
  ASSERT_EQ(reserve(kCall), "0");
  ASSERT_EQ(reserve(kOther, "1", "2026-03-01T02:00:00Z"), "0");
  const auto sweep = [&](const char* when) {
    return *runtime::run_blocking(sweep_reservations(**scratch, *parse_time(when)));
  };
  EXPECT_EQ(sweep("2026-03-01T00:59:59Z"), 0);
  EXPECT_EQ(sweep("2026-03-01T01:00:00Z"), 2) << "a day's and a month's";
  EXPECT_EQ(sweep("2026-03-01T01:00:01Z"), 0) << "given back once";
  EXPECT_EQ(spending("month", "reserved_cost"), "1.00000000");
  ASSERT_TRUE(settle_blocking(record(kCall))) << "it was alive after all";
  EXPECT_EQ(spending("month", "cost"), "0.00600000");
  EXPECT_EQ(spending("month", "reserved_cost"), "1.00000000");
  EXPECT_EQ(sweep("2026-03-01T02:00:00Z"), 2);
  EXPECT_EQ(sweep("2026-03-08T02:00:00Z"), 0);
  EXPECT_EQ(value("SELECT count(*) FROM ai_reservations"), "0") << "a week later nobody remembers";
}

TEST_F(LedgerTest, RefusesWhatDoesNotHoldOutAndReservesNothingOfIt) {
  ASSERT_EQ(reserve(kCall), "0");
  ASSERT_EQ(reserve(kOther), "0");
  EXPECT_EQ(reserve("00000000-0000-7000-8000-00000000000c"), "1") << "12000 of 10000 tokens";
  EXPECT_EQ(spending("month", "reserved_cost"), "2.00000000");
  EXPECT_EQ(value("SELECT count(*) FROM ai_reservations"), "4");
}

TEST_F(LedgerTest, StartsAPeriodFromWhatTheLedgerKnows) {
  auto earlier = record(kCall);
  earlier.call.reserved = false;
  ASSERT_TRUE(settle_blocking(earlier));
  auto last_month = record(kOther);
  last_month.call.reserved = false;
  last_month.call.day = "2026-02-28";
  ASSERT_TRUE(settle_blocking(last_month));
  ASSERT_EQ(reserve("00000000-0000-7000-8000-00000000000c"), "0");
  EXPECT_EQ(spending("month", "cost"), "0.00600000");
  EXPECT_EQ(spending("day", "tokens"), "1200");
}

TEST_F(LedgerTest, TellsAndOrdersALetterOnceWhenTheMarkIsPassed) {
  const auto told = [&] { return value("SELECT count(*) FROM outbox WHERE topic = 'ai.budget_alert'"); };
  const auto dear = [&](const char* call, int tokens) {
    auto what = record(call);
    what.output_tokens = tokens;
    what.input_tokens = 0;
    return what;
  };
  scratch->script("UPDATE ai_settings SET monthly_budget = 10");
  ASSERT_EQ(reserve(kCall), "0");
  ASSERT_TRUE(settle_blocking(dear(kCall, 533000)));  // 7.995 dollars
  EXPECT_EQ(told(), "0");
  scratch->script("UPDATE ai_spending SET tokens = 0");
  ASSERT_EQ(reserve(kOther), "0");
  ASSERT_TRUE(settle_blocking(dear(kOther, 1000)));
  EXPECT_EQ(told(), "1");
  ASSERT_EQ(reserve("00000000-0000-7000-8000-00000000000c"), "0");
  ASSERT_TRUE(settle_blocking(dear("00000000-0000-7000-8000-00000000000c", 1000)));
  EXPECT_EQ(told(), "1");
  EXPECT_EQ(value("SELECT count(*) FROM jobs WHERE kind = 'quota.budget_alert'"), "1");
  EXPECT_EQ(value("SELECT count(*) FROM outbox o JOIN jobs j ON j.id::text = o.key WHERE topic = 'job'"), "1");
}

TEST_F(LedgerTest, PricesTheModelThatAnswered) {
  auto what = record(kCall);
  what.call.reserved = false;
  what.call.prices = {{"vendor/model", {"0.003", "0.015"}}, {"vendor/dear", {"1", "1"}}};
  const auto cost_of = [&](const char* model) {
    what.call.id = new_uuid();
    what.model = model;
    EXPECT_TRUE(settle_blocking(what));
    return value("SELECT cost FROM ai_usage WHERE id = '" + what.call.id + "'");
  };
  EXPECT_EQ(cost_of("vendor/dear"), "1.20000000");
  EXPECT_EQ(cost_of("dear-20250514"), "1.20000000") << "a gateway's own name for it";
  EXPECT_EQ(cost_of("something-else"), "") << "open";
  what.call.reserved = true;
  EXPECT_EQ(cost_of("something-else"), "0.00600000") << "one of those asked it must have been";
  what.call.prices.clear();
  EXPECT_EQ(cost_of("vendor/dear"), "") << "open";
}

TEST_F(LedgerTest, StoresWhatAHostileGatewaySays) {
  auto what = record(kCall);
  what.model = std::string("a\0b\xff'\"\\", 7) + std::string(1000, 'x');
  what.input_tokens = 1LL << 60;
  what.output_tokens = -5;
  ASSERT_TRUE(settle_blocking(what));
  EXPECT_EQ(value("SELECT input_tokens || ' ' || output_tokens FROM ai_usage"), "2147483647 0");
}

TEST_F(LedgerTest, RecordsACallWhoseConversationHasBeenDeleted) {
  auto what = record(kCall);
  what.session = SessionId::trusted(kOther);
  what.user = UserId::trusted(kOther);
  ASSERT_TRUE(settle_blocking(what));
  EXPECT_EQ(value("SELECT group_id FROM ai_usage WHERE session_id IS NULL AND user_id IS NULL"), kDistrict);
}

TEST_F(LedgerTest, ForgetsWhatIsDeletedAndKeepsTheFigures) {
  scratch->script(
      "INSERT INTO users (id, email, name) VALUES ('00000000-0000-7000-8000-0000000000c1', 'gone@x.org', 'Gone');"
      "INSERT INTO classes (id, group_id, name) VALUES ('00000000-0000-7000-8000-0000000000c2', '" +
      std::string(kDistrict) + "', 'Gone')");
  auto what = record(kCall);
  what.call.reserved = false;
  what.user = UserId::trusted("00000000-0000-7000-8000-0000000000c1");
  what.class_id = ClassId::trusted("00000000-0000-7000-8000-0000000000c2");
  ASSERT_TRUE(settle_blocking(what));
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage WHERE user_id IS NOT NULL AND class_id IS NOT NULL"), "1");
  scratch->script("DELETE FROM classes WHERE id = '" + what.class_id.str() + "'; DELETE FROM users WHERE id = '" +
                  what.user.str() + "'");
  EXPECT_EQ(value("SELECT total_tokens FROM ai_usage WHERE user_id IS NULL AND class_id IS NULL"), "1200");
}

TEST_F(LedgerTest, ForgetsAUserWhoIsDeletedWhileTheCallIsBeingSettled) {
  const std::string user = "00000000-0000-7000-8000-0000000000c1";
  scratch->script("INSERT INTO users (id, email, name) VALUES ('" + user + "', 'gone@x.org', 'Gone')");
  auto what = record(kCall);
  what.call.reserved = false;
  what.user = UserId::trusted(user);
  std::thread deleting;
  const auto settled = (**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(settle(tx, what));
    deleting = std::thread([&] { scratch->script("DELETE FROM users WHERE id = '" + user + "'"); });
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") {
      if (std::chrono::steady_clock::now() > until) return Error::internal("the deletion did not wait");
    }
    return {};
  });
  deleting.join();
  ASSERT_TRUE(settled) << settled.error().log_detail;
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage WHERE user_id IS NULL"), "1");
}

TEST_F(LedgerTest, SettlesOneCallByItsColumns) {
  constexpr store::Statement kOne{
      "", "WITH paid AS (" RAPT_SETTLE_FROM(
              "NULL::uuid", "$13::uuid", "NULL::uuid", "NULL::uuid", "NULL::uuid", "NULL::uuid", "NULL::uuid",
              RAPT_PAID("$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12")) " RETURNING id)"
                                                                                                    " SELECT count(*)"
                                                                                                    " AS n FROM paid"};
  const auto settle_one = [&](const std::optional<Record>& what) {
    store::Params params;
    add_paid(params, what);
    params.add(kDistrict);
    const auto rows = runtime::run_blocking((**scratch).query(kOne, std::move(params)));
    EXPECT_TRUE(rows) << rows.error().log_detail;
    return rows ? (*rows)[0].integer("n") : -1;
  };
  ASSERT_EQ(reserve(kCall), "0");
  EXPECT_EQ(settle_one(std::nullopt), 0);
  EXPECT_EQ(settle_one(record(kCall)), 1);
  EXPECT_EQ(settle_one(record(kCall)), 0) << "once";
  EXPECT_EQ(spending("month", "cost"), "0.00600000");
  EXPECT_EQ(spending("month", "reserved_cost"), "0.00000000");
  auto hostile = record(kOther);
  hostile.model = std::string("a\0b\xff'\"\\", 7) + std::string(1000, 'x');
  hostile.input_tokens = 1LL << 60;
  EXPECT_EQ(settle_one(hostile), 1);
}

TEST_F(LedgerTest, SettlesSeveralCallsAsAPartOfALargerStatement) {
  ASSERT_EQ(reserve(kCall), "0");
  auto unreserved = record(kOther);
  unreserved.call.reserved = false;
  constexpr store::Statement kLarger{
      "", "WITH paid AS (" RAPT_SETTLE("$1") " RETURNING id) SELECT count(*) AS n FROM paid"};
  const auto rows =
      runtime::run_blocking((**scratch).query(kLarger, store::params(settle_text({record(kCall), unreserved}))));
  ASSERT_TRUE(rows) << rows.error().log_detail;
  EXPECT_EQ((*rows)[0].integer("n"), 2);
  EXPECT_EQ(spending("month", "cost"), "0.00600000");
}

}  // namespace
}  // namespace rapt::usage
