// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "rapt/store/scratch_database.hpp"

namespace rapt::store {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    scratch.script(
        "CREATE TABLE things (id integer PRIMARY KEY, name text UNIQUE, big bigint, at timestamptz, flag boolean,"
        " tags text[]); CREATE TABLE parts (thing integer REFERENCES things (id), CHECK (thing <> 13))");
  }
  Result<Rows> query(const Statement& statement, Params bound = {}) {
    return runtime::run_blocking((*scratch).query(statement, std::move(bound)));
  }
  std::int64_t count() { return (*query({"count", "SELECT count(*) AS n FROM things"}))[0].integer("n"); }

  ScratchDatabase scratch;
};

constexpr Statement kInsert{"insert", "INSERT INTO things (id, name) VALUES ($1::integer, $2)"};

TEST_F(DatabaseTest, BindsEveryTypeAndReadsItBack) {
  const TimePoint at = *parse_time("2026-01-12T12:34:56.789012Z");
  const Statement all{
      "all",
      "INSERT INTO things VALUES ($1::integer, $2, $3::bigint, $4::timestamptz, $5::boolean, $6::text[])"
      " RETURNING *, tags[2] AS second, array_length(tags, 1) AS tag_count"};
  const std::vector<std::string> tags{"a,b", R"(q"\{}")", ""};
  auto bound = params(1, "Ünï'; DROP TABLE things; --", std::int64_t{-9000000000}, at, true);
  bound.add_array(tags);
  auto rows = query(all, bound);
  ASSERT_TRUE(rows) << rows.error().log_detail;
  const Row row = (*rows)[0];
  EXPECT_EQ(row.text("name"), "Ünï'; DROP TABLE things; --");
  EXPECT_EQ(row.integer("big"), -9000000000);
  EXPECT_EQ(row.time("at"), at);
  EXPECT_TRUE(row.boolean("flag"));
  EXPECT_EQ(row.text("second"), tags[1]);
  EXPECT_EQ(row.integer("tag_count"), 3);
}

TEST_F(DatabaseTest, KeepsNullApartFromEmpty) {
  ASSERT_TRUE(query(kInsert, Params().add(1).add("")));
  ASSERT_TRUE(query(kInsert, Params().add(2).add_null()));
  auto rows = query({"names", "SELECT name FROM things ORDER BY id"});
  EXPECT_FALSE((*rows)[0].is_null("name"));
  EXPECT_TRUE((*rows)[1].is_null("name"));
  EXPECT_EQ((*rows)[1].optional_text("name"), std::nullopt);
}

TEST_F(DatabaseTest, NamesTheConstraintOfAConflictAndNothingOfItsValues) {
  ASSERT_TRUE(query(kInsert, params(1, "secret-value")));
  const auto twice = query(kInsert, params(2, "secret-value"));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(twice.error().part, "things_name_key");
  EXPECT_EQ((twice.error().message + twice.error().log_detail).find("secret-value"), std::string::npos);
  const auto orphan = query({"part", "INSERT INTO parts VALUES ($1::integer)"}, params(77));
  EXPECT_EQ(orphan.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(orphan.error().part, "parts_thing_fkey");
  EXPECT_EQ(query({"part", "INSERT INTO parts VALUES ($1::integer)"}, params(13)).error().kind, ErrorKind::kInvalid);
}

TEST_F(DatabaseTest, RefusesTextThatCannotBeStored) {
  EXPECT_EQ(query(kInsert, params(1, std::string("a\0b", 3))).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(query(kInsert, params(1, "\xff\xfe")).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabaseTest, CallsABugABug) {
  auto rows = query({"one", "SELECT 1 AS n"});
  EXPECT_THROW((void)(*rows)[0].integer("m"), std::logic_error);
  EXPECT_THROW((void)(*rows)[1], std::logic_error);
  EXPECT_EQ(query({"one", "SELECT 2 AS n"}).error().kind, ErrorKind::kInternal);
  EXPECT_EQ(query({"broken", "SELEKT"}).error().kind, ErrorKind::kInternal);
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabaseTest, RollsBackWhenTheWorkFails) {
  auto work = [](Transaction& tx) -> Result<int> {
    RAPT_TRY(tx.exec(kInsert, params(1, "one")));
    return Error::conflict("changed my mind");
  };
  EXPECT_EQ(runtime::run_blocking((*scratch).transaction(work)).error().message, "changed my mind");
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabaseTest, RefusesToCommitAfterAStatementFailed) {
  auto work = [](Transaction& tx) -> Result<int> {
    RAPT_TRY(tx.exec(kInsert, params(1, "one")));
    (void)tx.exec(kInsert, params(1, "again"));
    return 7;
  };
  EXPECT_FALSE(runtime::run_blocking((*scratch).transaction(work)));
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabaseTest, RunsAgainAfterASerializationFailure) {
  ASSERT_TRUE(query(kInsert, params(1, "0")));
  std::atomic<int> attempts = 0;
  std::barrier<> both_have_read(2);
  auto add_one = [&] {
    bool first = true;
    return (*scratch).transaction_blocking([&, first](Transaction& tx) mutable -> Result<void> {
      ++attempts;
      RAPT_TRY(tx.exec({"strict", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"}));
      auto now = tx.exec({"read", "SELECT name::integer AS n FROM things WHERE id = 1"});
      if (!now) return now.error();
      if (std::exchange(first, false)) both_have_read.arrive_and_wait();
      RAPT_TRY(tx.exec({"write", "UPDATE things SET name = $1 WHERE id = 1"},
                       params(std::to_string((*now)[0].integer("n") + 1))));
      return {};
    });
  };
  std::thread other([&] { EXPECT_TRUE(add_one()); });
  EXPECT_TRUE(add_one());
  other.join();
  EXPECT_GT(attempts, 2);
  EXPECT_EQ((*query({"name", "SELECT name FROM things"}))[0].text("name"), "2");
}

TEST_F(DatabaseTest, EndsAStatementThatTakesTooLong) {
  auto options = scratch.options();
  options.statement_timeout_ms = 50;
  Database impatient(options);
  const auto late = runtime::run_blocking(impatient.query({"late", "SELECT pg_sleep(600)"}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kTimeout);
}

TEST_F(DatabaseTest, ServesAgainAtOnceWhenItsIdleConnectionsWereCut) {
  EXPECT_EQ(count(), 0);
  Database other(scratch.options());
  ASSERT_TRUE(runtime::run_blocking(other.query({"cut",
                                                 "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                                                 " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                                                 " AND backend_type = 'client backend'"})));
  EXPECT_EQ(count(), 0);
}

/// Runs all of them at once, as requests do, and gives the answers in order.
std::vector<Result<Rows>> all_at_once(Database& database, const std::vector<std::pair<Statement, Params>>& queries) {
  runtime::Runtime loop(2);
  std::vector<std::optional<Result<Rows>>> answers(queries.size());
  std::atomic<std::size_t> left = queries.size();
  struct One {
    static Task<void> ask(Database& asked, std::pair<Statement, Params> query, std::optional<Result<Rows>>& answer,
                          std::atomic<std::size_t>& left_over, runtime::Runtime& runtime) {
      answer.emplace(co_await asked.query(query.first, std::move(query.second)));
      if (--left_over == 0) runtime.stop();
    }
  };
  for (std::size_t i = 0; i < queries.size(); ++i) loop.spawn(One::ask(database, queries[i], answers[i], left, loop));
  loop.run();
  std::vector<Result<Rows>> out;
  for (auto& answer : answers) out.push_back(std::move(*answer));
  return out;
}

TEST_F(DatabaseTest, GivesEveryoneOfManyTheirOwnAnswer) {
  std::vector<std::pair<Statement, Params>> queries;
  for (int i = 0; i < 600; ++i) queries.push_back({{"echo", "SELECT $1::integer AS n"}, params(i)});
  const auto answers = all_at_once(*scratch, queries);
  for (int i = 0; i < 600; ++i) {
    const auto& answer = answers[static_cast<std::size_t>(i)];
    ASSERT_TRUE(answer) << answer.error().log_detail;
    EXPECT_EQ((*answer)[0].integer("n"), i);
  }
}

TEST_F(DatabaseTest, KeepsTheFaultOfOneFromThoseThatGoWithIt) {
  std::vector<std::pair<Statement, Params>> queries;
  for (int i = 0; i < 60; ++i) {
    queries.push_back({kInsert, params(i, "thing " + std::to_string(i))});
    queries.push_back({kInsert, params(1000 + i, std::string("a\0b", 3))});
    queries.push_back({{"divide", "SELECT 1 / $1::integer AS n"}, params(0)});
    queries.push_back({{"broken", "SELEKT"}, {}});
  }
  const auto answers = all_at_once(*scratch, queries);
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(static_cast<bool>(answers[i]), i % 4 == 0) << i;
  EXPECT_EQ(count(), 60);
  EXPECT_EQ(query(kInsert, params(5, "again")).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(query(kInsert, params(500, "more")));
}

TEST_F(DatabaseTest, RunsOthersWhileAStatementWaitsForALock) {
  ASSERT_TRUE(query(kInsert, params(1, "locked")));
  const auto held = (*scratch).transaction_blocking([&](Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec({"hold", "SELECT FROM things WHERE id = 1 FOR UPDATE"}));
    // Its own statements are tried with the lock's holder still there: only those that need the lock fail.
    Database impatient({scratch.options().url, 4, 3, 5000});
    std::vector<std::pair<Statement, Params>> queries;
    for (int i = 0; i < 40; ++i) {
      queries.push_back({{"echo", "SELECT $1::integer AS n"}, params(i)});
      if (i < 2) queries.push_back({{"wait", "UPDATE things SET flag = true WHERE id = 1"}, {}});
    }
    const auto answers = all_at_once(impatient, queries);
    EXPECT_EQ(
        std::count_if(answers.begin(), answers.end(), [](const auto& answer) { return static_cast<bool>(answer); }),
        40);
    return {};
  });
  EXPECT_TRUE(held);
}

TEST_F(DatabaseTest, TellsEveryoneWhoWaitedThatTheConnectionWasLost) {
  std::vector<std::pair<Statement, Params>> queries;
  for (int i = 0; i < 8; ++i) {
    queries.push_back({{"end", "SELECT pg_terminate_backend(pg_backend_pid())"}, {}});
    queries.push_back({{"echo", "SELECT $1::integer AS n"}, params(i)});
  }
  const auto answers = all_at_once(*scratch, queries);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_FALSE(i % 2 == 0 && answers[i]) << i;
    if (answers[i]) continue;
    EXPECT_EQ(answers[i].error().kind, ErrorKind::kUnavailable) << answers[i].error().log_detail;
  }
  EXPECT_EQ(count(), 0);
}

TEST(DatabaseAway, AnswersUnavailableWithoutTheUrl) {
  Database database({.url = "postgresql://someone:hush-hush@127.0.0.1:1/x", .connections = 1});
  const auto rows = runtime::run_blocking(database.query({"one", "SELECT 1"}));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(rows.error().part, "database");
  EXPECT_EQ((rows.error().message + rows.error().log_detail).find("hush-hush"), std::string::npos);
}

}  // namespace
}  // namespace rapt::store
