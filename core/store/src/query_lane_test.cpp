// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>

#include <algorithm>

#include "rapt/store/database.hpp"
#include "rapt/store/scratch_database.hpp"
#include "test_lane.hpp"

namespace rapt::store {
namespace {

constexpr Statement kEcho{"echo", "SELECT $1::integer AS n"};
constexpr Statement kSleep{"sleep", "SELECT pg_sleep(600)"};
constexpr Statement kConnections{"connections",
                                 "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND "
                                 "backend_type = 'client backend'"};

Task<Result<Rows>> ask(Database& database, Statement statement, Params bound = {}) {
  co_return co_await database.query(statement, std::move(bound));
}

/// Until so many statements have slept for so long that none is sent behind them.
void until_asleep(ScratchDatabase& scratch, std::int64_t statements) {
  const Statement sleeping{"sleeping",
                           "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND"
                           " state = 'active' AND query LIKE '%sleep(600)%' AND pid <> pg_backend_pid() AND"
                           " clock_timestamp() - query_start > interval '10 milliseconds'"};
  for (;;) {
    const auto rows = runtime::run_blocking((*scratch).query(sleeping));
    ASSERT_TRUE(rows);
    if ((*rows)[0].integer("n") == statements) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// Twice, so that second questions go along with first ones.
Task<bool> hears_itself(Database& database, int number) {
  for (const int turn : {1, 2}) {
    auto bound = params(number * turn);
    const auto rows = co_await database.query(kEcho, std::move(bound));
    if (!rows || (*rows)[0].integer("n") != number * turn) co_return false;
  }
  co_return true;
}

TEST(QueryLane, GivesEachOfManyTasksItsOwnAnswerOverFewConnections) {
  ScratchDatabase scratch;
  Database database(scratch.options());
  TestLane lane;
  std::vector<Task<bool>> tasks;
  for (int i = 1; i <= 500; ++i) tasks.push_back(hears_itself(database, i));
  const auto right = lane.all(std::move(tasks));
  EXPECT_EQ(std::count(right.begin(), right.end(), true), 500);
  const auto connections = lane.start(ask(database, kConnections)).get();
  ASSERT_TRUE(connections);
  EXPECT_LE((*connections)[0].integer("n"), static_cast<std::int64_t>(scratch.options().connections));
}

TEST(QueryLane, AnswersOthersWhileSomeStatementsTakeLong) {
  ScratchDatabase scratch;
  auto options = scratch.options();
  options.connections = 4;
  options.statement_timeout_ms = 120000;
  Database database(options);
  TestLane lane;
  ASSERT_TRUE(lane.start(ask(database, kEcho, params(1))).get());
  auto slow = lane.start(ask(database, kSleep));
  until_asleep(scratch, 1);
  auto slow_too = lane.start(ask(database, kSleep));
  until_asleep(scratch, 2);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(lane.start(ask(database, kEcho, params(i))).get()) << i;
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "the quick ones waited for it";
  const Statement cancel{"cancel",
                         "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND"
                         " state = 'active' AND query LIKE '%sleep(600)%' AND pid <> pg_backend_pid()"};
  for (auto* one : {&slow, &slow_too}) {
    while (one->wait_for(std::chrono::milliseconds(10)) == std::future_status::timeout)
      ASSERT_TRUE(runtime::run_blocking((*scratch).query(cancel)));
    EXPECT_EQ(one->get().error().kind, ErrorKind::kTimeout);
  }
}

TEST(QueryLane, KeepsTheAnswersOfOthersWhenAPlanNoLongerFitsItsTable) {
  ScratchDatabase scratch;
  scratch.script("CREATE TABLE things (id integer); INSERT INTO things VALUES (1)");
  Database database(scratch.options());
  TestLane lane;
  const Statement all{"all", "SELECT * FROM things"};
  ASSERT_TRUE(lane.start(ask(database, all)).get());
  scratch.script("ALTER TABLE things ADD COLUMN name text");
  std::vector<Task<Result<Rows>>> tasks;
  tasks.push_back(ask(database, all));
  for (int i = 0; i < 5; ++i) tasks.push_back(ask(database, kEcho, params(i)));
  const auto answers = lane.all(std::move(tasks));
  EXPECT_FALSE(answers[0]);
  for (std::size_t i = 1; i < answers.size(); ++i) EXPECT_TRUE(answers[i]) << i;
  EXPECT_TRUE(lane.start(ask(database, all)).get()) << "a new connection prepares it anew";
}

TEST(QueryLane, SaysThatTwoStatementsHaveOneName) {
  ScratchDatabase scratch;
  Database database(scratch.options());
  TestLane lane;
  ASSERT_TRUE(lane.start(ask(database, {"same", "SELECT 1"})).get());
  const auto other = lane.start(ask(database, {"same", "SELECT 2"})).get();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::kInternal);
  EXPECT_TRUE(lane.start(ask(database, {"same", "SELECT 1"})).get());
}

TEST(QueryLane, ServesAgainAtOnceWhenItsIdleConnectionWasCut) {
  ScratchDatabase scratch;
  Database database(scratch.options());
  TestLane lane;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(lane.start(ask(database, kEcho, params(1))).get()) << round;
    Database other(scratch.options());
    ASSERT_TRUE(runtime::run_blocking(other.query(
        {"cut",
         "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
         "pg_backend_pid() AND backend_type = 'client backend'"})));
  }
}

TEST(QueryLane, AnswersEverybodyWhenTheServerIsAway) {
  Database database({.url = "postgresql://127.0.0.1:1/x", .connections = 2});
  TestLane lane;
  std::vector<Task<Result<Rows>>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(ask(database, kEcho, params(i)));
  for (const auto& answer : lane.all(std::move(tasks))) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
  }
}

TEST(QueryLane, ManyLargeValuesComeThroughWhole) {
  ScratchDatabase scratch;
  Database database(scratch.options());
  TestLane lane;
  std::vector<Task<Result<Rows>>> tasks;
  const std::string large(3'000'000, 'x');
  for (int i = 0; i < 12; ++i)
    tasks.push_back(ask(database, {"large", "SELECT $1::text AS same"}, params(large + std::to_string(i))));
  const auto answers = lane.all(std::move(tasks));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i]);
    EXPECT_TRUE((*answers[i])[0].text("same") == large + std::to_string(i)) << i;
  }
}

TEST(QueryLane, MayGoBeforeOrAfterItsLane) {
  ScratchDatabase scratch;
  auto long_lived = std::make_unique<Database>(scratch.options());
  for (int round = 0; round < 3; ++round) {
    TestLane lane;
    Database short_lived(scratch.options());
    EXPECT_TRUE(lane.start(ask(*long_lived, kEcho, params(1))).get());
    EXPECT_TRUE(lane.start(ask(short_lived, kEcho, params(1))).get());
  }
  TestLane lane;
  EXPECT_TRUE(lane.start(ask(*long_lived, kEcho, params(1))).get());
  lane.stop();
  long_lived.reset();
}

}  // namespace
}  // namespace rapt::store
