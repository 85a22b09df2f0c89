// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/backlog.hpp"

#include <thread>

#include "test_ledger.hpp"

namespace rapt::usage {
namespace {

using namespace std::chrono_literals;

/// A database that can be sent away.
class BacklogTest : public LedgerTest {
 protected:
  static std::string name_of(store::ScratchDatabase& scratch) {
    const auto rows = runtime::run_blocking((*scratch).query({"test.name", "SELECT current_database() AS name"}));
    return (*rows)[0].text("name");
  }
  void allow_connections(bool allowed) {
    store::ScratchDatabase server;
    server.script("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS " + (allowed ? "true" : "false"));
    if (!allowed)
      server.script(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = "
          "'" +
          name + "'");
  }
  /// With the patience of a test.
  bool comes_true(const std::function<bool()>& condition) {
    for (int i = 0; i < 600 && !condition(); ++i) std::this_thread::sleep_for(50ms);
    return condition();
  }
  void SetUp() override {
    loop.spawn(backlog->run());
    thread = std::thread([this] { loop.run(); });
  }
  void stop(std::chrono::milliseconds patience) {
    loop.spawn(end(patience));
    thread.join();
  }
  Task<void> end(std::chrono::milliseconds patience) {
    co_await backlog->stop(patience);
    loop.stop();
  }
  Record kept_record(const std::string& id) {
    auto what = record(id);
    what.call.backlog = backlog;
    return what;
  }

  const std::string name = name_of(*scratch);
  std::shared_ptr<Backlog> backlog = std::make_shared<Backlog>(**scratch, 3);
  runtime::Runtime loop{1};
  std::thread thread;
};

TEST_F(BacklogTest, StoresWhatWasPaidForWhileTheDatabaseWasAway) {
  ASSERT_EQ(reserve("00000000-0000-7000-8000-00000000000a"), "0");
  allow_connections(false);
  for (const char* id : {"00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"})
    EXPECT_TRUE(runtime::run_blocking(settle_alone(**scratch, kept_record(id))));
  EXPECT_EQ(backlog->size(), 2U);
  allow_connections(true);
  EXPECT_TRUE(comes_true([&] { return backlog->size() == 0; }));
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage"), "2");
  EXPECT_EQ(spending("month", "cost"), "0.00600000");
  stop(10s);
}

TEST_F(BacklogTest, GivesBackWhatWasReservedOnceTheDatabaseIsThereAgain) {
  const std::string spent_nothing = "00000000-0000-7000-8000-00000000000a";
  ASSERT_EQ(reserve(spent_nothing), "0");
  ASSERT_EQ(reserve("00000000-0000-7000-8000-00000000000b"), "0");
  allow_connections(false);
  EXPECT_TRUE(runtime::run_blocking(
      release(**scratch, {.id = spent_nothing, .day = {}, .prices = {}, .reserved = true, .backlog = backlog})));
  backlog->keep_release(new_uuid());  // which the database never heard of
  EXPECT_EQ(backlog->size(), 2U);
  allow_connections(true);
  EXPECT_TRUE(comes_true([&] { return backlog->size() == 0; }));
  EXPECT_EQ(value("SELECT count(DISTINCT call_id) FROM ai_reservations"), "1") << "the other one's alone";
  stop(10s);
}

TEST_F(BacklogTest, KeepsOnlySoMuchAndEndsInTime) {
  allow_connections(false);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(runtime::run_blocking(settle_alone(**scratch, kept_record(new_uuid()))));
  EXPECT_EQ(backlog->size(), 3U);
  stop(300ms);
  allow_connections(true);
}

TEST_F(BacklogTest, StoresTheOthersOfABatchWhenOneIsNotToBeHad) {
  allow_connections(false);
  auto broken = kept_record(new_uuid());
  broken.request_type = "neither";
  auto orphan = kept_record(new_uuid());
  orphan.session = SessionId::trusted(new_uuid());
  for (const auto& what : {broken, orphan, kept_record(new_uuid())})
    EXPECT_TRUE(runtime::run_blocking(settle_alone(**scratch, what)));
  allow_connections(true);
  EXPECT_TRUE(comes_true([&] { return backlog->size() == 0; }));
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage"), "2");
  stop(10s);
}

TEST_F(LedgerTest, SaysThatNothingWasRecordedWithoutABacklog) {
  auto options = scratch->options();
  options.url += "_that_is_not_there";
  options.connect_timeout_seconds = 1;
  store::Database away(options);
  EXPECT_FALSE(runtime::run_blocking(settle_alone(away, record(new_uuid()))));
}

}  // namespace
}  // namespace rapt::usage
