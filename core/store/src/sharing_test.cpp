// SPDX-License-Identifier: AGPL-3.0-or-later
// Statements that may share a transaction.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rapt/store/database.hpp"
#include "rapt/store/scratch_database.hpp"
#include "test_lane.hpp"

namespace rapt::store {
namespace {

using Answers = std::vector<Result<Rows>>;

constexpr Statement kAdd{"add",
                         "INSERT INTO sums (id, name) VALUES ($1::integer, $2::text)"
                         " RETURNING id, pg_current_xact_id()::text AS transaction"};
constexpr Statement kRaise{"raise", "UPDATE sums SET n = n + 1 WHERE id = $1::integer RETURNING n"};

Task<Result<Rows>> shared(Database& database, Statement statement, Params bound) {
  co_return co_await database.query_sharing(statement, std::move(bound));
}

class Sharing : public ::testing::Test {
 protected:
  Sharing() {
    scratch.script(
        "CREATE TABLE sums (id integer PRIMARY KEY, name text UNIQUE, n integer NOT NULL DEFAULT 0);"
        "CREATE TABLE names (name text PRIMARY KEY); INSERT INTO names SELECT 'name' || i FROM generate_series(1, 99) "
        "i;"
        "ALTER TABLE sums ADD CONSTRAINT sums_named FOREIGN KEY (name) REFERENCES names DEFERRABLE INITIALLY DEFERRED");
    EXPECT_TRUE(lane.start(shared(database, kAdd, params(0, "name99"))).get());  // from now on it is known
  }
  ~Sharing() override { lane.stop(); }

  /// Asked in one turn of the loop, with the given names for 1, 2, …
  Answers add(const std::vector<std::string>& names) {
    std::vector<Task<Result<Rows>>> tasks;
    for (const auto& name : names)
      tasks.push_back(shared(database, kAdd, params(static_cast<int>(tasks.size()) + 1, name)));
    return lane.all(std::move(tasks));
  }
  std::int64_t number(const char* name, const char* sql) {
    const auto rows = runtime::run_blocking((*scratch).query({name, sql}));
    return rows ? (*rows)[0].integer("n") : -1;
  }
  std::int64_t stored() { return number("stored", "SELECT count(*) AS n FROM sums WHERE id > 0"); }
  void until_waiting(std::int64_t statements) {
    while (number("waiting",
                  "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
                  " AND wait_event_type = 'Lock'") != statements)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

  ScratchDatabase scratch;
  Database database{scratch.options()};
  TestLane lane;
};

TEST_F(Sharing, GivesEachItsOwnAnswerFromFewTransactions) {
  std::vector<std::string> names;
  for (int i = 1; i <= 40; ++i) names.push_back("name" + std::to_string(i));
  const auto answers = add(names);
  std::map<std::string, int> transactions;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i]) << answers[i].error().log_detail;
    EXPECT_EQ((*answers[i])[0].integer("id"), static_cast<std::int64_t>(i) + 1);
    ++transactions[(*answers[i])[0].text("transaction")];
  }
  EXPECT_EQ(stored(), 40);
  int most = 0;
  for (const auto& [id, statements] : transactions) most = std::max(most, statements);
  EXPECT_EQ(most, 16);
}

TEST_F(Sharing, TellsAFailureOnlyToWhomItBelongs) {
  const auto answers = add({"name1", "name2", "name2", "name3", "name\xff", "name4"});
  ASSERT_EQ(answers.size(), 6U);
  for (const std::size_t right : {0U, 1U, 3U, 5U}) EXPECT_TRUE(answers[right]) << right;
  EXPECT_EQ(answers[2].error().kind, ErrorKind::kConflict);
  EXPECT_EQ(answers[2].error().part, "sums_name_key");
  EXPECT_EQ(answers[4].error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(stored(), 4);
}

TEST_F(Sharing, TellsAFailureAtTheCommitOnlyToWhomItBelongs) {
  const auto answers = add({"name1", "nobody", "name2"});
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(answers[1].error().part, "sums_named");
  EXPECT_TRUE(answers[2]);
  EXPECT_EQ(stored(), 2);
}

TEST_F(Sharing, NeverWaitsInACircleWithAnotherHost) {
  constexpr int kRows = 12, kRounds = 40;
  std::vector<std::string> names;
  for (int i = 1; i <= kRows; ++i) names.push_back("name" + std::to_string(i));
  add(names);
  const auto raise_all = [this](Database& host, TestLane& its_lane, bool backwards) {
    for (int round = 0; round < kRounds; ++round) {
      std::vector<Task<Result<Rows>>> tasks;
      for (int i = 1; i <= kRows; ++i) tasks.push_back(shared(host, kRaise, params(backwards ? kRows + 1 - i : i)));
      for (const auto& answer : its_lane.all(std::move(tasks))) ASSERT_TRUE(answer) << answer.error().log_detail;
    }
  };
  Database other(scratch.options());
  TestLane other_lane;
  std::thread there([&] { raise_all(other, other_lane, true); });
  raise_all(database, lane, false);
  there.join();
  EXPECT_EQ(number("least", "SELECT min(n) AS n FROM sums WHERE id > 0"), 2 * kRounds);
  EXPECT_EQ(number("most", "SELECT max(n) AS n FROM sums WHERE id > 0"), 2 * kRounds);
  EXPECT_EQ(number("circles", "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()"), 0);
}

TEST_F(Sharing, TellsAllOfALostConnectionAndKeepsNothingOfThem) {
  Database blocker(scratch.options());
  std::promise<void> locked, enough;
  auto held = std::async(std::launch::async, [&] {
    return blocker.transaction_blocking([&](Transaction& tx) -> Result<void> {
      RAPT_TRY(tx.exec(kAdd, params(2, "name2")));
      locked.set_value();
      enough.get_future().wait();
      return Error::conflict("not after all");
    });
  });
  locked.get_future().wait();
  std::thread cutter([&] {
    until_waiting(1);
    number("cut",
           "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE datname = current_database() AND"
           " wait_event_type = 'Lock'");
  });
  const auto answers = add({"name1", "name3", "name4"});
  cutter.join();
  for (const auto& answer : answers) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
  }
  EXPECT_EQ(stored(), 0);
  enough.set_value();
  EXPECT_FALSE(held.get());
  EXPECT_EQ(add({"name1", "name3", "name4"}).size(), 3U);
  EXPECT_EQ(stored(), 3);
}

TEST_F(Sharing, HoldsUpOnlyThoseThatWentTogether) {
  Database blocker(scratch.options());
  std::promise<void> locked, enough;
  auto held = std::async(std::launch::async, [&] {
    return blocker.transaction_blocking([&](Transaction& tx) -> Result<void> {
      RAPT_TRY(tx.exec(kRaise, params(0)));
      locked.set_value();
      enough.get_future().wait();
      return {};
    });
  });
  locked.get_future().wait();
  auto stuck = lane.start(shared(database, kRaise, params(0)));
  until_waiting(1);
  const auto answers = add({"name1", "name2"});
  for (const auto& answer : answers) EXPECT_TRUE(answer) << answer.error().log_detail;
  EXPECT_EQ(stuck.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  enough.set_value();
  EXPECT_TRUE(held.get());
  EXPECT_TRUE(stuck.get());
}

}  // namespace
}  // namespace rapt::store
