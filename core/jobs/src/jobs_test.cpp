// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "job_store.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/jobs/worker.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::jobs {
namespace {

using namespace std::chrono_literals;
using runtime::run_blocking;

std::string redis_url() {
  const char* url = std::getenv("TEST_REDIS_URL");
  if (url != nullptr && *url != '\0') return url;
  throw std::runtime_error(
      "Set TEST_REDIS_URL to a Redis server, for example redis://127.0.0.1:6379. ./rapt test starts one by itself.");
}

constexpr const char* kNoRedis = "redis://127.0.0.1:1";

/// Counts what was done, from any thread.
class Tally {
 public:
  int add(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return ++counts_[key];
  }
  std::map<std::string, int> all() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> counts_;
};

/// A worker with connections and an event loop of its own, like another host.
class OtherHost {
 public:
  OtherHost(const store::Database::Options& database, const std::string& redis, Worker::Options options,
            Handler handler)
      : database_(database), redis_(redis, 2, 1min), worker_(database_, redis_, std::move(options)) {
    worker_.handle("test", std::move(handler));
    loop_.spawn(worker_.run());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~OtherHost() {
    runtime::run_blocking_void(worker_.stop());
    loop_.stop();
    thread_.join();
  }

 private:
  runtime::Runtime loop_{1};
  store::Database database_;
  store::Redis redis_;
  Worker worker_;
  std::thread thread_;
};

class Jobs : public ::testing::Test {
 protected:
  Jobs() = default;
  ~Jobs() override {
    store::Redis redis(redis_url(), 1, 1min);
    static_cast<void>(run_blocking(redis.command({"DEL", prefix + ":jobs", prefix + ":events"})));
  }

  Result<void> order(const std::string& key, int max_attempts = 8) {
    return (**scratch).transaction_blocking([&](store::Transaction& tx) {
      return enqueue(tx, NewJob{"test", key, R"({"id":"x"})", max_attempts});
    });
  }
  Worker::Options options(const std::string& host) const {
    Worker::Options out;
    out.host = host;
    out.stream_prefix = prefix;
    out.sweep = 50ms;
    out.retry_initial = 10ms;
    out.retry_maximum = 50ms;
    return out;
  }
  Handler counting() {
    return [this](Job job) -> Task<Done> {
      tally.add(job.idempotency_key);
      co_return Done{};
    };
  }
  Claimer claimer(const std::string& name, std::chrono::milliseconds lease = 60s) const {
    return {name, {"test"}, lease};
  }
  std::string value(const std::string& sql) {
    const auto name = "test_" + std::to_string(std::hash<std::string>{}(sql));
    auto rows = run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  std::string states() {
    return value(
        "SELECT coalesce(string_agg(state || ':' || n, ' ' ORDER BY state), '') AS value FROM (SELECT state::text, "
        "count(*) AS n FROM jobs GROUP BY state) s");
  }
  ::testing::AssertionResult becomes(const std::string& wanted) {
    for (const auto until = std::chrono::steady_clock::now() + 90s; std::chrono::steady_clock::now() < until;) {
      if (states() == wanted) return ::testing::AssertionSuccess();
      std::this_thread::sleep_for(20ms);
    }
    return ::testing::AssertionFailure() << "the jobs are " << states() << ", not " << wanted;
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  const std::string prefix = "rapt-test-" + new_uuid();
  Tally tally;
};

TEST_F(Jobs, AreOrderedWithTheTransactionOrNotAtAll) {
  const auto failed = (**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(enqueue(tx, NewJob{"test", "never", "{}"}));
    return Error::conflict("changed its mind");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(states(), "");
  EXPECT_EQ(value("SELECT count(*) AS value FROM outbox"), "0");
  ASSERT_TRUE(order("a"));
  ASSERT_TRUE(order("a"));
  EXPECT_EQ(states(), "waiting:1");
  EXPECT_EQ(value("SELECT count(*) AS value FROM outbox WHERE topic = 'job'"), "1");
}

TEST_F(Jobs, BelongToOneClaimantAtATime) {
  ASSERT_TRUE(order("a"));
  const auto id = value("SELECT id AS value FROM jobs");
  std::atomic<int> won{0};
  {
    std::vector<std::jthread> others;
    for (int i = 0; i < 8; ++i) {
      others.emplace_back([&, i] {
        store::Database database(scratch->options());
        const auto job = run_blocking(claim(database, claimer("w" + std::to_string(i)), id));
        ASSERT_TRUE(job);
        if (*job) ++won;
      });
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(states(), "running:1");
  const auto other_kind = run_blocking(claim_due(**scratch, {"w", {"other"}, 1s}, 5));
  EXPECT_TRUE(other_kind->empty());
}

TEST_F(Jobs, AnAttemptThatLostItsLeaseStoresNothing) {
  ASSERT_TRUE(order("a"));
  const auto id = value("SELECT id AS value FROM jobs");
  const auto first = run_blocking(claim(**scratch, claimer("first", 0ms), id));
  ASSERT_TRUE(first && *first);
  const auto second = run_blocking(claim(**scratch, claimer("second"), id));
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->attempt, 2);
  const auto late = (**scratch).transaction_blocking([&](store::Transaction& tx) { return complete(tx, **first); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(states(), "running:1");
  EXPECT_TRUE((**scratch).transaction_blocking([&](store::Transaction& tx) { return complete(tx, **second); }));
  EXPECT_EQ(states(), "done:1");
}

TEST_F(Jobs, ALeaseIsProlongedWhileAJobIsDone) {
  ASSERT_TRUE(order("slow"));
  auto few = options("a");
  few.lease = 15s;  // prolonged every third of it
  std::atomic<bool> prolonged = false;
  auto slow = [&](Job job) -> Task<Done> {
    tally.add(job.idempotency_key);
    while (!prolonged) co_await runtime::sleep_for(5ms);
    co_return Done{};
  };
  auto other = few;
  other.host = "b";
  const OtherHost one(scratch->options(), redis_url(), few, slow);
  const OtherHost two(scratch->options(), redis_url(), other, slow);
  EXPECT_TRUE(becomes("running:1"));
  const auto lease = [this] { return value("SELECT max(leased_until)::text AS value FROM jobs"); };
  for (const auto first = lease(); lease() == first;) std::this_thread::sleep_for(20ms);
  prolonged = true;
  EXPECT_TRUE(becomes("done:1"));
  EXPECT_EQ(tally.all().at("slow"), 1);
}

TEST_F(Jobs, AThousandByTwoWorkersAreEachDoneOnce) {
  ASSERT_TRUE((**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    for (int i = 0; i < 1000; ++i) RAPT_TRY(enqueue(tx, NewJob{"test", std::to_string(i), "{}"}));
    return {};
  }));
  {
    const OtherHost one(scratch->options(), redis_url(), options("a"), counting());
    const OtherHost two(scratch->options(), redis_url(), options("b"), counting());
    EXPECT_TRUE(becomes("done:1000"));
  }
  const auto all = tally.all();
  EXPECT_EQ(all.size(), 1000U);
  for (const auto& [key, times] : all) EXPECT_EQ(times, 1) << key;
}

TEST_F(Jobs, APoisonedOneFailsAndTheOthersGoOn) {
  ASSERT_TRUE(order("poison", 3));
  ASSERT_TRUE(order("throws", 2));
  ASSERT_TRUE(order("good"));
  auto handler = [this](Job job) -> Task<Done> {
    tally.add(job.idempotency_key);
    if (job.idempotency_key == "throws") throw std::runtime_error("a bug");
    if (job.idempotency_key == "poison") co_return Done{Done::Kind::kAgain, "It does not work."};
    co_return Done{};
  };
  const OtherHost host(scratch->options(), redis_url(), options("a"), handler);
  ASSERT_TRUE(becomes("done:1 failed:2"));
  EXPECT_EQ(tally.all().at("poison"), 3);
  EXPECT_EQ(tally.all().at("throws"), 2);
  const auto failed = run_blocking(list(**scratch, "failed", 10));
  ASSERT_EQ(failed->size(), 2U);
  EXPECT_EQ((*failed)[1].last_error, "It does not work.");
  EXPECT_EQ(run_blocking(counts(**scratch))->failed, 2);
  // Given another chance by hand.
  EXPECT_EQ(run_blocking(retry(**scratch, "no id")).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(run_blocking(retry(**scratch, new_uuid())).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(run_blocking(retry(**scratch, (*failed)[1].id)));
  ASSERT_TRUE(becomes("done:1 failed:2"));
  EXPECT_EQ(value("SELECT max(attempts) AS value FROM jobs WHERE idempotency_key = 'poison'"), "11");
}

TEST_F(Jobs, AJobWhoseWorkersDieFailsInTheEnd) {
  ASSERT_TRUE(order("killer", 1));
  ASSERT_EQ(run_blocking(claim_due(**scratch, claimer("dead", 0ms), 1))->size(), 1U);
  const OtherHost host(scratch->options(), redis_url(), options("a"), counting());
  ASSERT_TRUE(becomes("failed:1"));
  EXPECT_TRUE(tally.all().empty());
  EXPECT_NE(value("SELECT last_error AS value FROM jobs").find("worker ended"), std::string::npos);
}

TEST_F(Jobs, AreDoneWithoutRedis) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(order(std::to_string(i)));
  const OtherHost host(scratch->options(), kNoRedis, options("a"), counting());
  EXPECT_TRUE(becomes("done:20"));
  EXPECT_EQ(tally.all().size(), 20U);
  EXPECT_EQ(value("SELECT count(*) AS value FROM outbox WHERE delivered_at IS NULL"), "20");
}

TEST_F(Jobs, AreDoneThoughRedisForgetsThem) {
  store::Redis redis(redis_url(), 1, 1min);
  const OtherHost host(scratch->options(), redis_url(), options("a"), counting());
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(order(std::to_string(i)));
    if (i % 10 == 0) {
      ASSERT_TRUE(run_blocking(redis.command({"DEL", prefix + ":jobs"})));
    }
  }
  EXPECT_TRUE(becomes("done:40"));
  EXPECT_EQ(tally.all().size(), 40U);
}

TEST_F(Jobs, AreWokenByTheStreamBeforeTheSweep) {
  auto rarely = options("a");
  rarely.sweep = 1h;
  const OtherHost host(scratch->options(), redis_url(), rarely, counting());
  // The only sweep may find this one; what comes after it is found by the stream alone.
  ASSERT_TRUE(order("first"));
  ASSERT_TRUE(becomes("done:1"));
  ASSERT_TRUE(order("second"));
  EXPECT_TRUE(becomes("done:2"));
}

TEST_F(Jobs, EventsReachTheStreamInOrderAndOnce) {
  ASSERT_TRUE((**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    for (int i = 0; i < 250; ++i)
      RAPT_TRY(append_event(tx, {"test.event", "one", R"({"n":)" + std::to_string(i) + "}"}));
    return {};
  }));
  store::Redis redis(redis_url(), 1, 1min);
  const OtherHost one(scratch->options(), redis_url(), options("a"), counting());
  const OtherHost two(scratch->options(), redis_url(), options("b"), counting());
  for (const auto until = std::chrono::steady_clock::now() + 60s;
       value("SELECT count(*) AS value FROM outbox WHERE delivered_at IS NULL") != "0";) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(20ms);
  }
  const auto entries = run_blocking(redis.command({"XRANGE", prefix + ":events", "-", "+"}));
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->items.size(), 250U);
  for (std::size_t i = 0; i < 250; ++i) {
    const auto& fields = entries->items[i].items[1].items;
    ASSERT_EQ(fields.size(), 8U);
    EXPECT_EQ(fields[3].text, "test.event");
    EXPECT_EQ(fields[7].text, "{\"n\": " + std::to_string(i) + "}");
  }
}

TEST_F(Jobs, StoppingFinishesWhatIsBeingDone) {
  std::atomic<int> begun{0};
  auto slow = [&](Job job) -> Task<Done> {
    ++begun;
    co_await runtime::sleep_for(300ms);
    tally.add(job.idempotency_key);
    co_return Done{};
  };
  ASSERT_TRUE((**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    for (int i = 0; i < 1000; ++i) RAPT_TRY(enqueue(tx, NewJob{"test", std::to_string(i), "{}"}));
    return {};
  }));
  {
    const OtherHost host(scratch->options(), redis_url(), options("a"), slow);
    while (begun == 0) std::this_thread::sleep_for(5ms);
  }
  const auto done = tally.all().size();
  EXPECT_EQ(done, static_cast<std::size_t>(begun));
  EXPECT_EQ(value("SELECT count(*) AS value FROM jobs WHERE state = 'running'"), "0");
  EXPECT_EQ(value("SELECT count(*) AS value FROM jobs WHERE state = 'done'"), std::to_string(done));
  EXPECT_LT(done, 1000U);
}

}  // namespace
}  // namespace rapt::jobs
