// SPDX-License-Identifier: AGPL-3.0-or-later
#include "limits.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

#include "rapt/base/ids.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::api {
namespace {

using std::chrono::seconds;

class HandClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return start_ + seconds(moved_.load()); }
  void move(seconds by) { moved_ += by.count(); }

 private:
  const TimePoint start_ = *parse_time("2026-03-01T08:00:00Z");
  std::atomic<std::int64_t> moved_{0};
};

/// With a machine that is busy: whom it loses patience with, a counter counts without for a while.
constexpr std::chrono::minutes kPatience{1};

std::string server_url() {
  const char* url = std::getenv("TEST_REDIS_URL");
  if (url != nullptr && *url != '\0') return url;
  throw std::runtime_error("Set TEST_REDIS_URL to a Redis server. ./rapt test starts one by itself.");
}

Quota hit(RateCounter& counter, const std::string& about, int limit, bool count = true) {
  std::vector<RateRule> rules{{"test", about, limit, seconds(60), count}};
  return runtime::run_blocking(counter.ask(std::move(rules))).front();
}

TEST(RateCounter, CountsAWindowForAllHostsTogether) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  const std::string space = "test-" + new_uuid();
  RateCounter one(redis, clock, space);
  RateCounter other(redis, clock, space);
  const auto first = hit(one, "a", 2);
  EXPECT_EQ(first.used, 1);
  EXPECT_EQ(first.remaining(), 1);
  EXPECT_EQ(first.resets_at, clock.now() + seconds(60));
  clock.move(seconds(30));
  EXPECT_FALSE(hit(other, "a", 2).refused);
  const auto third = hit(one, "a", 2);
  EXPECT_TRUE(third.refused);
  EXPECT_EQ(third.remaining(), 0);
  EXPECT_EQ(third.seconds_left(clock.now()), 30);
  EXPECT_FALSE(hit(one, "b", 2).refused) << "others have counts of their own";
  clock.move(seconds(30));
  EXPECT_EQ(hit(one, "a", 2).used, 1);
}

TEST(RateCounter, LooksWithoutCounting) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  RateCounter counter(redis, clock, "test-" + new_uuid());
  EXPECT_EQ(hit(counter, "a", 1, false).used, 0);
  EXPECT_FALSE(hit(counter, "a", 1, false).refused);
  hit(counter, "a", 1);
  EXPECT_TRUE(hit(counter, "a", 1, false).refused);
  EXPECT_EQ(hit(counter, "a", 1, false).used, 1);
}

TEST(RateCounter, CountsEachOfManyAtOnce) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  RateCounter counter(redis, clock, "test-" + new_uuid());
  std::atomic<int> passed{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i) {
    all.emplace_back([&] {
      for (int j = 0; j < 10; ++j) passed += hit(counter, "a", 50).refused ? 0 : 1;
    });
  }
  for (auto& one : all) one.join();
  EXPECT_EQ(passed, 50);
}

Quota hit_ahead(RateCounter& counter, const std::string& about, int limit, int at_once = 16) {
  std::vector<RateRule> rules{
      {.name = "test", .about = about, .limit = limit, .window = seconds(60), .at_once = at_once}};
  return runtime::run_blocking(counter.ask(std::move(rules))).front();
}

long long counted_at(store::Redis& redis, const std::string& space) {
  std::vector<std::string> sum{"EVAL",
                               "local s = 0 for _, key in ipairs(redis.call('KEYS', ARGV[1])) do "
                               "s = s + redis.call('HGET', key, 'n') end return s",
                               "0", space + ":*"};
  const auto heard = runtime::run_blocking(redis.command(std::move(sum)));
  if (!heard) throw std::runtime_error(heard.error().message);
  return heard->integer;
}

TEST(RateCounter, CountsAheadAndSaysWhatIsUsed) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  const std::string space = "test-" + new_uuid();
  RateCounter counter(redis, clock, space);
  const auto begun = clock.now();
  for (int i = 1; i <= 600; ++i) {
    const auto quota = hit_ahead(counter, "a", 600);
    ASSERT_EQ(quota.used, i);
    ASSERT_FALSE(quota.refused);
    ASSERT_EQ(quota.resets_at, begun + seconds(60));
    if (i == 1 || i == 16 || i % 100 == 0) {
      const auto counted = counted_at(redis, space);
      EXPECT_TRUE(i <= 16 ? counted == 16 : counted <= i + 15) << counted;
    }
    if (i == 17) clock.move(seconds(1));
  }
  EXPECT_TRUE(hit_ahead(counter, "a", 600).refused);
  EXPECT_TRUE(hit_ahead(counter, "a", 600).refused);
  clock.move(seconds(60));
  EXPECT_EQ(hit_ahead(counter, "a", 600).used, 1) << "what was kept of the last window counts no more";
}

TEST(RateCounter, CountingAheadNeverPassesTheLimitOfAllHosts) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  const std::string space = "test-" + new_uuid();
  RateCounter one(redis, clock, space), other(redis, clock, space);
  std::atomic<int> passed{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i) {
    all.emplace_back([&passed, &counter = i % 2 == 0 ? one : other] {
      for (int j = 0; j < 100; ++j) passed += hit_ahead(counter, "a", 300).refused ? 0 : 1;
    });
  }
  for (auto& thread : all) thread.join();
  for (auto* counter : {&one, &other}) {
    while (!hit_ahead(*counter, "a", 300).refused) ++passed;  // the last answer may have come with counts in advance
  }
  EXPECT_EQ(passed, 300) << "none too many, and none that one of them had in advance is lost";
}

TEST(RateCounter, LooksAtWhatWasCountedAheadElsewhere) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  const std::string space = "test-" + new_uuid();
  RateCounter one(redis, clock, space), other(redis, clock, space);
  EXPECT_EQ(hit_ahead(one, "a", 160).used, 1);
  EXPECT_EQ(hit_ahead(other, "a", 160, 1).used, 11) << "a sixteenth is with the other host";
  EXPECT_EQ(hit_ahead(one, "a", 5).used, 2);
  EXPECT_EQ(hit_ahead(one, "a", 2).used, 3);
  EXPECT_TRUE(hit_ahead(one, "a", 2).refused) << "a lower limit holds for what was counted ahead, too";
}

TEST(CountsAhead, ForgetTheOldestKeysFirst) {
  HandClock clock;
  const auto ends = clock.now() + seconds(60);
  CountsAhead ahead(2);
  for (const auto* key : {"a", "b", "c"}) ahead.keep(key, 4, 4, ends);
  EXPECT_FALSE(ahead.use("a", clock.now(), seconds(60)));
  EXPECT_TRUE(ahead.use("c", clock.now(), seconds(60)));
  EXPECT_FALSE(ahead.use("c", clock.now(), seconds(59))) << "no window of this clock ends then";
  EXPECT_EQ(ahead.keep("b", 8, 4, ends).used, 2) << "what is left of both";
}

TEST(RateCounter, TellsARedisThatHasForgottenTheScript) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  RateCounter counter(redis, clock, "test-" + new_uuid());
  hit(counter, "a", 9);
  ASSERT_TRUE(runtime::run_blocking(redis.command({"SCRIPT", "FLUSH"})));
  EXPECT_EQ(hit(counter, "a", 9).used, 2) << "a count of this process alone would begin anew";
  EXPECT_EQ(hit(counter, "a", 9).used, 3);
}

TEST(RateCounter, CountsHereWhereNoRedisListens) {
  store::Redis nobody("redis://127.0.0.1:1", 2, std::chrono::milliseconds(250));
  HandClock clock;
  RateCounter counter(nobody, clock, "test");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(hit(counter, "a", 3).refused);
  EXPECT_TRUE(hit(counter, "a", 3).refused);
  EXPECT_TRUE(hit(counter, "a", 3, false).refused);
  EXPECT_FALSE(hit(counter, "b", 3).refused);
  clock.move(seconds(60));
  EXPECT_FALSE(hit(counter, "a", 3).refused);
}

/// A server of the test's own, on a socket.
class OwnRedis {
 public:
  OwnRedis() {
    std::filesystem::create_directories(directory_);
    const std::string socket = this->socket();
    process_ = ::fork();
    if (process_ == 0) {
      ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket.c_str(), "--save", "",
               "--appendonly", "no", "--daemonize", "no", "--logfile", "/dev/null", nullptr);
      ::_exit(127);
    }
    store::Redis redis("unix://" + socket, 1);
    for (int i = 0; i < 3000; ++i) {
      std::vector<std::string> ping{"PING"};
      if (runtime::run_blocking(redis.command(std::move(ping)))) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("redis-server does not start");
  }
  ~OwnRedis() {
    end();
    std::filesystem::remove_all(directory_);
  }
  void end() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(std::exchange(process_, -1), nullptr, 0);
  }
  [[nodiscard]] std::string socket() const { return (directory_ / "redis.sock").string(); }
  /// Leaves connections open and answers nothing.
  void freeze() const { ::kill(process_, SIGSTOP); }
  void thaw() const { ::kill(process_, SIGCONT); }

 private:
  const std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("rapt-redis-" + new_uuid());
  pid_t process_ = -1;
};

TEST(RateCounter, GoesOnCountingWhenRedisStopsInTheMiddle) {
  OwnRedis server;
  store::Redis redis("unix://" + server.socket(), 2, std::chrono::milliseconds(250));
  HandClock clock;
  RateCounter counter(redis, clock, "test");
  hit(counter, "a", 100);
  server.freeze();
  for (int i = 0; i < 100; ++i) hit(counter, "a", 100);
  EXPECT_TRUE(hit(counter, "a", 100).refused);
  server.thaw();
  store::Redis patient("unix://" + server.socket(), 1, kPatience);
  EXPECT_LT(counted_at(patient, "test"), 50) << "most were not sent to a server that answers nothing";
}

TEST(RateCounter, UsesWhatItHasWhileRedisIsAway) {
  OwnRedis server;
  store::Redis redis("unix://" + server.socket(), 2, kPatience);
  HandClock clock;
  RateCounter counter(redis, clock, "test");
  EXPECT_EQ(hit_ahead(counter, "a", 160).used, 1);
  server.end();
  for (int i = 2; i <= 10; ++i) EXPECT_EQ(hit_ahead(counter, "a", 160).used, i);
  EXPECT_EQ(hit_ahead(counter, "a", 160).used, 1) << "counted here from now on";
}

TEST(LocalCounts, ForgetTheOldestWindowsFirst) {
  LocalCounts counts(2);
  const TimePoint now = *parse_time("2026-03-01T08:00:00Z");
  counts.ask("a", now, seconds(60), true);
  counts.ask("b", now, seconds(60), true);
  counts.ask("a", now, seconds(60), true);
  counts.ask("c", now, seconds(60), true);
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts.ask("a", now, seconds(60), false).used, 0);
  EXPECT_EQ(counts.ask("b", now, seconds(60), false).used, 1);
  EXPECT_EQ(counts.ask("c", now + seconds(60), seconds(60), false).used, 0);
}

TEST(Limits, KnowAnAccountByAnySpellingAndANetworkOfIpv6AsOne) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  config::Settings settings;
  settings.rate_limit_auth_max = 2;
  Limits limits(redis, clock, settings, "test-" + new_uuid());
  const auto fails = [&](const char* account, const char* address) {
    return runtime::run_blocking(limits.failed_guess({account, address})).refused;
  };
  EXPECT_FALSE(fails("sam@example.org", "2001:db8::1"));
  EXPECT_FALSE(fails(" SAM@example.org ", "2001:db8::2"));
  EXPECT_TRUE(fails("Sam@Example.org", "2001:db8::3"));
  EXPECT_FALSE(fails("sam@example.org", "2001:db8:0:1::1"));
  EXPECT_TRUE(runtime::run_blocking(limits.before_guess({"sam@example.org", "2001:db8::9"})).refused);
}

TEST(Limits, StopAScanOfManyAccountsFromOneAddress) {
  store::Redis redis(server_url(), 4, kPatience);
  HandClock clock;
  config::Settings settings;
  settings.rate_limit_auth_address_max = 3;
  Limits limits(redis, clock, settings, "test-" + new_uuid());
  const auto refused = [&](const std::string& account) {
    return runtime::run_blocking(limits.before_guess({account, "192.0.2.1"})).refused;
  };
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(refused(std::to_string(i) + "@example.org"));
  EXPECT_TRUE(refused("3@example.org"));
  EXPECT_TRUE(refused(""));
  clock.move(seconds(60));
  EXPECT_FALSE(refused("3@example.org"));
}

}  // namespace
}  // namespace rapt::api
