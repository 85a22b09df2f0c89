// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/redis.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "rapt/base/ids.hpp"
#include "rapt/runtime/runtime.hpp"
#include "redis_url.hpp"

namespace rapt::store {
namespace {

Result<RedisReply> ask_redis(Redis& redis, std::vector<std::string> words) {
  return runtime::run_blocking(redis.command(std::move(words)));
}

std::string server_url() {
  const char* url = std::getenv("TEST_REDIS_URL");
  if (url != nullptr && *url != '\0') return url;
  throw std::runtime_error(
      "Set TEST_REDIS_URL to a Redis server, for example redis://127.0.0.1:6379. ./rapt test starts one by itself.");
}

TEST(Redis, StoresAndAnswersAnyBytes) {
  Redis redis(server_url(), 2, std::chrono::minutes(1));
  const std::string key = "rapt-test:" + new_uuid();
  const std::string odd("a\0b\r\n\xff", 6);
  ASSERT_TRUE(ask_redis(redis, {"SET", key, odd, "EX", "60"}));
  EXPECT_EQ(ask_redis(redis, {"GET", key})->text, odd);
  EXPECT_EQ(ask_redis(redis, {"DEL", key})->integer, 1);
  EXPECT_EQ(ask_redis(redis, {"GET", key})->type, RedisReply::Type::kNil);
  const auto list = ask_redis(redis, {"EVAL", "return {1, 'two', {3}}", "0"});
  ASSERT_EQ(list->items.size(), 3U);
  EXPECT_EQ(list->items[2].items[0].integer, 3);
}

TEST(Redis, TellsAFaultOfACommandFromAServerThatIsAway) {
  Redis redis(server_url(), 1, std::chrono::minutes(1));
  EXPECT_EQ(ask_redis(redis, {"NOSUCHCOMMAND"}).error().kind, ErrorKind::kInternal);
  EXPECT_TRUE(ask_redis(redis, {"PING"}));
  Redis away("redis://:hush-hush@127.0.0.1:1", 1);
  const auto refused = ask_redis(away, {"PING"});
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(refused.error().part, "redis");
  EXPECT_EQ((refused.error().message + refused.error().log_detail).find("hush-hush"), std::string::npos);
}

TEST(RedisUrl, ReadsTheDocumentedShapes) {
  const auto full = parse_redis_url("redis://me:p%40ss@cache.local:7000/3");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host, "cache.local");
  EXPECT_EQ(full->port, 7000);
  EXPECT_EQ(full->user, "me");
  EXPECT_EQ(full->password, "p@ss");
  EXPECT_EQ(full->database, 3);
  EXPECT_EQ(parse_redis_url("redis://localhost")->port, 6379);
  EXPECT_EQ(parse_redis_url("unix:///run/redis.sock?db=2")->socket, "/run/redis.sock");
  EXPECT_EQ(parse_redis_url("unix:///run/redis.sock?db=2")->database, 2);
  for (const char* bad : {"", "http://x", "redis://x:99999", "redis://x/one", "unix://", "unix:///s?x=1"}) {
    EXPECT_FALSE(parse_redis_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace rapt::store
