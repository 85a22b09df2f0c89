// SPDX-License-Identifier: AGPL-3.0-or-later
// Budgets while answers are on their way, on more than one host.
#include <gmock/gmock.h>

#include <barrier>
#include <chrono>
#include <functional>
#include <thread>

#include "rapt/jobs/worker.hpp"
#include "rapt/quota/alerts.hpp"
#include "rapt/security/secret_box.hpp"
#include "test_district.hpp"

namespace rapt::quota {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A process of its own: its connections, what it remembers of policies, and its share of the jobs.
class Host {
 public:
  Host(const store::ScratchDatabase& scratch, const Clock& clock, const std::string& name, const std::string& prefix)
      : database_(eight_connections(scratch)),
        service_({database_, redis_, clock, ""}),
        worker_(database_, redis_, worker_options(name, prefix)) {
    worker_.handle(kAlertJob, alert_handler(database_, box_, "https://school.example"));
  }
  ~Host() {
    if (!thread_.joinable()) return;
    runtime::run_blocking_void(worker_.stop());
    loop_.stop();
    thread_.join();
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  void work() {
    loop_.spawn(worker_.run());
    thread_ = std::thread([this] { loop_.run(); });
  }
  store::Database& database() { return database_; }
  QuotaService& service() { return service_; }

 private:
  static store::Database::Options eight_connections(const store::ScratchDatabase& scratch) {
    auto options = scratch.options();
    options.connections = 8;
    return options;
  }
  static jobs::Worker::Options worker_options(const std::string& name, const std::string& prefix) {
    jobs::Worker::Options options;
    options.host = name;
    options.stream_prefix = prefix;
    options.sweep = 20ms;
    return options;
  }

  store::Database database_;
  store::Redis redis_{store::test_redis_url(), 2, std::chrono::minutes(1)};
  QuotaService service_;
  const security::SecretBox box_{std::string(32, 'k')};
  runtime::Runtime loop_{1};
  std::thread thread_;
  jobs::Worker worker_;
};

class Budgets : public DistrictTest {
 protected:
  ~Budgets() override {
    static_cast<void>(runtime::run_blocking(redis.command({"DEL", prefix + ":jobs", prefix + ":events"})));
  }
  [[nodiscard]] usage::Record record(const Grant& grant, std::int64_t input, std::int64_t output) const {
    usage::Record record;
    record.call = grant.call;
    record.group = school;
    record.model = grant.model;
    record.request_type = "chat";
    record.input_tokens = input;
    record.output_tokens = output;
    return record;
  }
  /// All at once, each on one of the hosts in turn. Gives how many could not be.
  int settle_at_once(const std::vector<Host*>& hosts, const std::vector<Grant>& grants) {
    std::barrier start(static_cast<std::ptrdiff_t>(grants.size()));
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < grants.size(); ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        auto settling = usage::settle_alone(hosts[i % hosts.size()]->database(), record(grants[i], 100, 500));
        if (!runtime::run_blocking(std::move(settling))) ++failed;
      });
    }
    for (auto& thread : threads) thread.join();
    return failed;
  }
  bool comes_true(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(20ms);
    return condition();
  }
  void administrator(const std::string& mail, const GroupId& group) {
    const auto id = new_uuid();
    sql("INSERT INTO users (id, email, name) VALUES ('" + id + "', '" + mail + "', 'Someone')");
    sql("INSERT INTO group_members (group_id, user_id, role) VALUES ('" + group.str() + "', '" + id +
        "', 'group_admin')");
  }
  std::string spent(const std::string& what) { return value("SELECT " + what + " FROM ai_spending"); }
  std::string count(const std::string& of) { return value("SELECT count(*) FROM " + of); }

  const std::string prefix = "quota-test-" + new_uuid();
};

/// Every call would pass the mark if it came alone, and all come at once.
TEST_F(Budgets, AreAnnouncedOncePerPeriodHoweverManyHostsPassTheMarkAtOnce) {
  set("daily_budget = 20, monthly_budget = 20, budget_alert_threshold = 0.05, default_model = 'v/dear'");
  administrator("head@district.example", district);
  administrator("second@district.example", district);
  administrator("school@district.example", school);
  Host one(*scratch, clock, "one", prefix), two(*scratch, clock, "two", prefix);
  std::vector<Grant> grants;
  for (int i = 0; i < 16; ++i) {
    auto grant = runtime::run_blocking((i % 2 == 0 ? one : two).service().admit(ask()));
    ASSERT_TRUE(grant) << grant.error().message;
    grants.push_back(std::move(*grant));
  }
  EXPECT_EQ(settle_at_once({&one, &two}, grants), 0);
  EXPECT_EQ(spent("string_agg(cost || '/' || reserved_cost, ' ')"), "17.60000000/0.00000000 17.60000000/0.00000000");
  EXPECT_EQ(count("outbox WHERE topic = 'ai.budget_alert'"), "2") << "of the day and of the month";
  one.work();
  two.work();
  EXPECT_TRUE(comes_true([&] { return count("jobs WHERE kind = 'quota.budget_alert' AND state = 'done'") == "2"; }));
  EXPECT_EQ(count("jobs WHERE kind = 'quota.budget_alert'"), "2");
  EXPECT_EQ(count("jobs WHERE kind = 'mail.send'"), "4") << "two letters to each of the two heads";
}

TEST_F(Budgets, SetWhileAnAnswerIsOnItsWayKnowItOnceTheLedgerDoes) {
  const auto before = admit(ask("v/dear"));
  EXPECT_FALSE(before->call.reserved);
  set("daily_budget = 2");
  settle(*before, 500, 500);  // 1.5 dollars
  EXPECT_EQ(admit(ask("v/dear")).error().code, "AI_BUDGET_EXHAUSTED") << "1.5 are spent, and 1.164 wanted";
  EXPECT_EQ(spent("cost || '/' || reserved_cost"), "1.50000000/0.00000000");
}

/// As docs/ai-usage.md has it: such a call is in the ledger, not in the budget that began without it.
TEST_F(Budgets, BegunWhileAnAnswerIsOnItsWayLeaveItToTheLedger) {
  const auto before = admit(ask("v/dear"));
  set("daily_budget = 3");
  const auto reserved = admit(ask("v/dear"));
  ASSERT_TRUE(reserved);
  settle(*before, 500, 500);
  settle(*reserved, 100, 100);
  EXPECT_EQ(spent("cost || '/' || reserved_cost"), "0.30000000/0.00000000");
  EXPECT_EQ(value("SELECT sum(cost) FROM ai_usage"), "1.80000000");
}

TEST_F(Budgets, TakenAwayWhileAnAnswerIsOnItsWayKeepNothingReserved) {
  set("daily_budget = 3");
  const auto reserved = admit(ask("v/dear"));
  ASSERT_TRUE(reserved);
  set("daily_budget = NULL");
  settle(*reserved, 100, 100);
  EXPECT_EQ(spent("cost || '/' || reserved_cost"), "0.30000000/0.00000000");
  EXPECT_EQ(count("ai_reservations"), "0");
  EXPECT_TRUE(admit(ask("v/dear")));
}

/// A gateway may count other tokens, or not keep to the bound of an answer: what was spent is what counts.
TEST_F(Budgets, CountAnAnswerThatCostMoreThanItsEstimateAndAreThenSpent) {
  set("daily_budget = 2, default_model = 'v/dear'");
  const auto grant = admit();
  ASSERT_TRUE(grant);
  EXPECT_EQ(spent("cost || '/' || reserved_cost"), "0.00000000/1.16400000");
  settle(*grant, 4000, 3000);
  EXPECT_EQ(spent("cost || '/' || reserved_cost || '/' || reserved_tokens"), "10.00000000/0.00000000/0");
  const auto refused = admit();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "AI_BUDGET_EXHAUSTED");
  EXPECT_THAT(refused.error().message, HasSubstr("does not suffice"));
  EXPECT_EQ(count("jobs WHERE kind = 'quota.budget_alert'"), "1") << "and somebody is told";
  clock.set("2026-03-03T12:00:00Z");
  EXPECT_TRUE(admit()) << "the next day owes nothing";
}

}  // namespace
}  // namespace rapt::quota
