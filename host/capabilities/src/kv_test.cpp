// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/kv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapt/kv.h>

#include <thread>

#include "rapt/store/scratch_database.hpp"
#include "test_scope.hpp"

namespace rapt::host {
namespace {

using sandbox::KvMethod;
using store::ScratchDatabase;
using ::testing::HasSubstr;

constexpr const char* kTool = "00000000-0000-7000-8000-000000000301";
constexpr const char* kSession = "00000000-0000-7000-8000-000000000401";

class Kv : public ::testing::Test {
 protected:
  void SetUp() override {
    scratch->script(R"(
      INSERT INTO users (id, email, name) VALUES ('00000000-0000-7000-8000-000000000201', 'a@example.org', 'A'),
                                                 ('00000000-0000-7000-8000-000000000202', 'b@example.org', 'B');
      INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000102', 'School', 'school');
      INSERT INTO tools (id, type, name, current_version_id) VALUES
        ('00000000-0000-7000-8000-000000000301', 'chat', 'Tool', '00000000-0000-7000-8000-000000000302');
      INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES
        ('00000000-0000-7000-8000-000000000302', '00000000-0000-7000-8000-000000000301', '1.0.0', 'x', '{}'))");
    about = {.tool_id = kTool, .user_id = kTestUser, .group_id = kTestGroup, .session_id = kSession};
  }
  void open_session() {
    scratch->script(R"(INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id) VALUES
      ('00000000-0000-7000-8000-000000000401', '00000000-0000-7000-8000-000000000301',
       '00000000-0000-7000-8000-000000000302', '00000000-0000-7000-8000-000000000201'))");
  }

  ServiceAnswer call(KvMethod method, Texts texts, Numbers numbers) {
    auto request = service_request(sandbox::Service::kKv, method, std::move(texts), std::move(numbers));
    request.module = module;
    request.scope = about;
    return runtime::run_blocking(kv.call(std::move(request)));
  }
  std::string get(const std::string& key, std::int64_t scope = RAPT_KV_MODULE) {
    const auto answer = call(KvMethod::kGet, {key}, {scope});
    EXPECT_EQ(answer.status, RAPT_OK);
    return answer.texts.at(0).value_or("(absent)");
  }
  rapt_status put(const std::string& key, const std::string& value, std::int64_t scope = RAPT_KV_MODULE,
                  std::int64_t ttl = 0) {
    return call(KvMethod::kPut, {key, value}, {scope, ttl}).status;
  }
  std::string keys(const std::string& prefix, std::optional<std::string> after = {}, std::int64_t limit = 1000) {
    const auto answer = call(KvMethod::kKeys, {prefix, std::move(after)}, {RAPT_KV_MODULE, limit});
    EXPECT_EQ(answer.status, RAPT_OK);
    return answer.texts.at(0).value_or("(absent)");
  }
  std::int64_t number(const char* name, const char* sql) {
    return (*runtime::run_blocking((**scratch).query({name, sql})))[0].integer("number");
  }
  std::int64_t values() { return number("test.values", "SELECT count(*) AS number FROM module_kv"); }
  /// What every module may keep, however much it does keep: the promise that the parts together hold.
  void expect_exact() {
    EXPECT_EQ(number("test.inexact", R"(
      SELECT count(*) AS number FROM (
        SELECT module, sum(bytes) AS bytes FROM (
          SELECT module, bytes FROM module_kv UNION ALL SELECT module, bytes FROM module_kv_room
          UNION ALL SELECT module, bytes FROM module_kv_freed) AS all_bytes GROUP BY module) AS sums
       WHERE bytes <> 16777216)"),
              0);
  }

  std::unique_ptr<ScratchDatabase> scratch = ScratchDatabase::migrated();
  TestClock clock;
  KvCapability kv{**scratch, clock};
  std::string module = "sample";
  ServiceScope about;
};

TEST_F(Kv, KeepsWhatWasPut) {
  EXPECT_EQ(get("a"), "(absent)");
  EXPECT_EQ(put("a", "one"), RAPT_OK);
  EXPECT_EQ(get("a"), "one");
  EXPECT_EQ(put("a", ""), RAPT_OK);
  EXPECT_EQ(get("a"), "");
  EXPECT_EQ(call(KvMethod::kErase, {"a"}, {RAPT_KV_MODULE}).status, RAPT_OK);
  EXPECT_EQ(call(KvMethod::kErase, {"a"}, {RAPT_KV_MODULE}).status, RAPT_OK);
  EXPECT_EQ(get("a"), "(absent)");
  expect_exact();
}

TEST_F(Kv, ReachesTheValuesOfThoseTheCallIsAboutAlone) {
  open_session();
  for (const std::int64_t scope : {1, 2, 3, 4, 5})
    EXPECT_EQ(put("k", "scope " + std::to_string(scope), scope), RAPT_OK);
  for (const std::int64_t scope : {1, 2, 3, 4, 5}) EXPECT_EQ(get("k", scope), "scope " + std::to_string(scope));
  about.user_id = "00000000-0000-7000-8000-000000000202";
  EXPECT_EQ(get("k", RAPT_KV_USER), "(absent)");
  module = "another";
  for (const std::int64_t scope : {1, 2, 3, 4, 5}) EXPECT_EQ(get("k", scope), "(absent)");
  about = {};
  for (const std::int64_t scope : {2, 3, 4, 5})
    EXPECT_EQ(call(KvMethod::kGet, {"k"}, {scope}).status, RAPT_E_NOT_ALLOWED) << scope;
}

TEST_F(Kv, RefusesWhatIsNotAsTheHeaderAsks) {
  const std::string long_key(257, 'k');
  const auto refused = [&](KvMethod method, Texts texts, Numbers numbers) {
    EXPECT_EQ(call(method, std::move(texts), std::move(numbers)).status, RAPT_E_INVALID);
  };
  for (const std::string& key : {std::string(), long_key, std::string("a\nb"), std::string("\x7f"),
                                 std::string("\xc2\x85"), std::string("a\0b", 3), std::string("\xff")}) {
    refused(KvMethod::kGet, {key}, {1});
    refused(KvMethod::kPut, {key, "v"}, {1, 0});
  }
  for (const std::int64_t scope : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{6}, INT64_MAX})
    refused(KvMethod::kGet, {"k"}, {scope});
  for (const std::int64_t ttl : {INT64_MIN, std::int64_t{-1}, std::int64_t{400 * 86400 + 1}, INT64_MAX}) {
    refused(KvMethod::kPut, {"k", "v"}, {1, ttl});
    refused(KvMethod::kAdd, {"k"}, {1, 1, ttl});
    refused(KvMethod::kSwap, {"k", std::nullopt, "v"}, {1, ttl});
  }
  refused(KvMethod::kGet, {std::nullopt}, {1});
  refused(KvMethod::kGet, {}, {1});
  refused(KvMethod::kGet, {"k"}, {});
  refused(KvMethod::kGet, {"k", "l"}, {1});
  refused(KvMethod::kPut, {"k", std::nullopt}, {1, 0});
  refused(KvMethod::kPut, {"k", "a\xff"}, {1, 0});
  refused(KvMethod::kPut, {"k", std::string("a\0b", 3)}, {1, 0});
  refused(KvMethod::kKeys, {"", std::nullopt}, {1, 0});
  refused(KvMethod::kKeys, {"", std::nullopt}, {1, 1001});
  refused(static_cast<KvMethod>(0), {"k"}, {1});
  refused(static_cast<KvMethod>(7), {"k"}, {1});
  EXPECT_EQ(values(), 0);
  EXPECT_EQ(put(std::string(256, 'k'), std::string(65536, 'v'), 1, 400 * 86400), RAPT_OK);
  EXPECT_EQ(put("k", std::string(65537, 'v')), RAPT_E_TOO_LARGE);
}

TEST_F(Kv, TakesHostileTextForText) {
  const std::string hostile = "'; DROP TABLE module_kv; -- $1 \\ \"";
  EXPECT_EQ(put(hostile, hostile), RAPT_OK);
  EXPECT_EQ(get(hostile), hostile);
  EXPECT_EQ(keys(hostile), R"(["'; DROP TABLE module_kv; -- $1 \\ \""])");
}

TEST_F(Kv, ForgetsInTime) {
  EXPECT_EQ(put("a", "short", RAPT_KV_MODULE, 60), RAPT_OK);
  EXPECT_EQ(put("b", "long", RAPT_KV_MODULE, 3600), RAPT_OK);
  clock.at += std::chrono::seconds(59);
  EXPECT_EQ(get("a"), "short");
  clock.at += std::chrono::seconds(1);
  EXPECT_EQ(get("a"), "(absent)");
  EXPECT_EQ(keys(""), R"(["b"])");
  const auto swapped = call(KvMethod::kSwap, {"a", "short", "x"}, {RAPT_KV_MODULE, 0});
  EXPECT_EQ(swapped.numbers.at(0), 0) << "what is over does not equal anything";
  EXPECT_EQ(call(KvMethod::kSwap, {"a", std::nullopt, "7"}, {RAPT_KV_MODULE, 60}).numbers.at(0), 1);
  EXPECT_EQ(call(KvMethod::kAdd, {"a"}, {RAPT_KV_MODULE, 1, 3600}).numbers.at(0), 8);
  clock.at += std::chrono::seconds(60);
  EXPECT_EQ(get("a"), "(absent)") << "adding does not prolong";
  EXPECT_EQ(call(KvMethod::kAdd, {"a"}, {RAPT_KV_MODULE, 1, 0}).numbers.at(0), 1);
  expect_exact();
}

TEST_F(Kv, AddsAndSwapsInOneStep) {
  const auto add = [&](std::int64_t delta) { return call(KvMethod::kAdd, {"n"}, {RAPT_KV_MODULE, delta, 0}); };
  EXPECT_EQ(add(5).numbers.at(0), 5);
  EXPECT_EQ(add(-12).numbers.at(0), -7);
  EXPECT_EQ(add(INT64_MIN).status, RAPT_E_INVALID);
  EXPECT_EQ(get("n"), "-7");
  EXPECT_EQ(put("n", std::to_string(INT64_MAX)), RAPT_OK);
  EXPECT_EQ(add(1).status, RAPT_E_INVALID);
  EXPECT_EQ(add(0).numbers.at(0), INT64_MAX);
  for (const char* other : {"", "1.5", "seven", "1e3", " 1", "99999999999999999999"}) {
    EXPECT_EQ(put("n", other), RAPT_OK);
    EXPECT_EQ(add(1).status, RAPT_E_INVALID) << other;
    EXPECT_EQ(get("n"), other);
  }
  const auto swap = [&](std::optional<std::string> expected, const char* value) {
    return call(KvMethod::kSwap, {"s", std::move(expected), value}, {RAPT_KV_MODULE, 0}).numbers.at(0);
  };
  EXPECT_EQ(swap("x", "y"), 0);
  EXPECT_EQ(swap(std::nullopt, "one"), 1);
  EXPECT_EQ(swap(std::nullopt, "two"), 0);
  EXPECT_EQ(swap("one", "two"), 1);
  EXPECT_EQ(get("s"), "two");
}

TEST_F(Kv, ListsKeysInTheOrderOfTheirBytes) {
  const std::string last = "a\xf4\x8f\xbf\xbf\xf4\x8f\xbf\xbf";
  for (const std::string& key :
       {std::string("b"), last, std::string("aB"), std::string("ab"), std::string("a"), std::string("a%")})
    EXPECT_EQ(put(key, ""), RAPT_OK);
  EXPECT_EQ(keys("a"), "[\"a\", \"a%\", \"aB\", \"ab\", \"" + last + "\"]");
  EXPECT_EQ(keys("a", "aB", 1), R"(["ab"])");
  EXPECT_EQ(keys("a%"), R"(["a%"])");
  EXPECT_EQ(keys("c"), "[]");
  EXPECT_EQ(keys("", "ab"), "[\"" + last + "\", \"b\"]");
}

TEST_F(Kv, KeepsSixteenMebibytesAndNotAByteMore) {
  // 16 KiB each, key and place included.
  const std::string value(16384 - 64 - 8, 'v');
  for (int i = 0; i < 1024; ++i) {
    const std::string name = std::to_string(10000000 + i);
    ASSERT_EQ(put(name, value), RAPT_OK) << i;
  }
  expect_exact();
  const auto full = call(KvMethod::kPut, {"x", ""}, {RAPT_KV_MODULE, 0});
  EXPECT_EQ(full.status, RAPT_E_TOO_LARGE);
  EXPECT_THAT(full.complaint, HasSubstr("16 MiB"));
  EXPECT_EQ(call(KvMethod::kAdd, {"x"}, {RAPT_KV_MODULE, 1, 0}).status, RAPT_E_TOO_LARGE);
  EXPECT_EQ(call(KvMethod::kSwap, {"x", std::nullopt, "y"}, {RAPT_KV_MODULE, 0}).status, RAPT_E_TOO_LARGE);
  EXPECT_EQ(put("10000000", value + "w"), RAPT_E_TOO_LARGE);
  EXPECT_EQ(get("10000000"), value);
  EXPECT_EQ(put("10000000", value.substr(65)), RAPT_OK);
  EXPECT_EQ(put("x", ""), RAPT_OK) << "65 bytes were given back";
  EXPECT_EQ(put("y", ""), RAPT_E_TOO_LARGE);
  module = "another";
  EXPECT_EQ(put("y", ""), RAPT_OK) << "each module has its own";
  expect_exact();
}

TEST_F(Kv, CountsNoValueWhoseTimeIsOver) {
  const std::string value(65536 - 64 - 8, 'v');
  for (int i = 0; i < 256; ++i) ASSERT_EQ(put(std::to_string(10000000 + i), value, RAPT_KV_MODULE, 60), RAPT_OK);
  EXPECT_EQ(put("x", "y"), RAPT_E_TOO_LARGE);
  clock.at += std::chrono::seconds(60);
  EXPECT_EQ(put("10000000", value + "longer"), RAPT_OK);
  EXPECT_EQ(get("10000000"), value + "longer");
  EXPECT_EQ(values(), 1);
  expect_exact();
}

TEST_F(Kv, GoesWithWhomItWasAbout) {
  open_session();
  for (const std::int64_t scope : {1, 2, 3, 4, 5}) EXPECT_EQ(put("k", "v", scope), RAPT_OK);
  scratch->script("DELETE FROM chat_sessions");
  EXPECT_EQ(get("k", RAPT_KV_SESSION), "(absent)");
  EXPECT_EQ(values(), 4);
  scratch->script("DELETE FROM users WHERE id = '00000000-0000-7000-8000-000000000201'");
  EXPECT_EQ(values(), 3);
  expect_exact();
  EXPECT_EQ(put("k", "v", RAPT_KV_USER), RAPT_E_NOT_ALLOWED) << "the person is gone";
  scratch->script("DELETE FROM groups");
  EXPECT_EQ(values(), 2);
  EXPECT_EQ(get("k"), "v");
  expect_exact();
}

TEST_F(Kv, TidiesWhatNobodySeesAnyMore) {
  const auto tidy = [&] {
    const auto done = runtime::run_blocking(kv_tidy_handler(**scratch, clock)({}));
    EXPECT_EQ(done.kind, jobs::Done::Kind::kDone) << done.reason;
  };
  EXPECT_EQ(put("start", "of a conversation that is blocked", RAPT_KV_SESSION), RAPT_OK);
  EXPECT_EQ(put("short", "v", RAPT_KV_MODULE, 60), RAPT_OK);
  about.session_id = "00000000-0000-7000-8000-000000000402";
  EXPECT_EQ(put("start", "of one that is stored", RAPT_KV_SESSION), RAPT_OK);
  scratch->script(R"(INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id) VALUES
      ('00000000-0000-7000-8000-000000000402', '00000000-0000-7000-8000-000000000301',
       '00000000-0000-7000-8000-000000000302', '00000000-0000-7000-8000-000000000201'))");
  tidy();
  EXPECT_EQ(values(), 3);
  clock.at += std::chrono::hours(1);
  tidy();
  EXPECT_EQ(values(), 1);
  EXPECT_EQ(get("start", RAPT_KV_SESSION), "of one that is stored");
  scratch->script("DELETE FROM chat_sessions");
  tidy();
  EXPECT_EQ(number("test.freed", "SELECT count(*) AS number FROM module_kv_freed"), 0);
  expect_exact();
  EXPECT_TRUE(runtime::run_blocking(order_kv_tidy_job(**scratch, clock.now())));
  EXPECT_TRUE(runtime::run_blocking(order_kv_tidy_job(**scratch, clock.now() + std::chrono::seconds(1))));
  EXPECT_EQ(number("test.jobs", "SELECT count(*) AS number FROM jobs"), 1);
}

// Writers of one module from several connections, at its limit: sums are exact, and nothing is kept beyond it.
TEST_F(Kv, IsExactAmongMany) {
  constexpr int kThreads = 4, kRounds = 90;
  std::vector<std::thread> threads;
  std::atomic<int> unexpected{0}, full{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      store::Database database(scratch->options());
      KvCapability own(database, clock);
      const auto ask = [&](KvMethod method, Texts texts, Numbers numbers) {
        const auto answer = runtime::run_blocking(
            own.call(service_request(sandbox::Service::kKv, method, std::move(texts), std::move(numbers))));
        if (answer.status == RAPT_E_TOO_LARGE)
          ++full;
        else if (answer.status != RAPT_OK)
          ++unexpected;
      };
      for (int i = 0; i < kRounds; ++i) {
        ask(KvMethod::kAdd, {"sum"}, {RAPT_KV_MODULE, 1, 0});
        ask(KvMethod::kPut, {std::to_string(t) + "." + std::to_string(i), std::string(65536, 'x')},
            {RAPT_KV_MODULE, 0});
        ask(KvMethod::kPut, {"shared", std::string(static_cast<std::size_t>(1 + i * 100), 'y')}, {RAPT_KV_MODULE, 0});
        ask(KvMethod::kErase, {i % 4 != 0 ? "shared" : std::to_string(t) + "." + std::to_string(i - 7)},
            {RAPT_KV_MODULE});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(unexpected, 0);
  EXPECT_GT(full, 0) << "they did not come to the limit";
  EXPECT_EQ(get("sum"), std::to_string(kThreads * kRounds));
  expect_exact();
}

TEST_F(Kv, SaysThatTheDatabaseIsAway) {
  store::Database away({.url = "postgresql://postgres@127.0.0.1:1/none", .connections = 1});
  KvCapability none(away, clock);
  auto request = service_request(sandbox::Service::kKv, KvMethod::kGet, {"k"}, {RAPT_KV_MODULE});
  EXPECT_EQ(runtime::run_blocking(none.call(request)).status, RAPT_E_UNAVAILABLE);
  request.deadline = std::chrono::steady_clock::now() - std::chrono::milliseconds(1);
  EXPECT_EQ(runtime::run_blocking(kv.call(request)).status, RAPT_E_UNAVAILABLE) << "its time is over";
}

}  // namespace
}  // namespace rapt::host
