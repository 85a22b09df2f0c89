// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "rapt/base/ids.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"
#include "test_lane.hpp"

namespace rapt::store {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::minutes;

Result<RedisReply> ask(Redis& redis, std::vector<std::string> words) {
  return runtime::run_blocking(redis.command(std::move(words)));
}

class Folder {
 public:
  Folder() { std::filesystem::create_directories(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string socket() const { return (path_ / "s").string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("rapt-redis-" + new_uuid());
};

/// A server of the test's own: on a socket, or with a password on a port.
class OwnServer {
 public:
  explicit OwnServer(std::string password = {})
      : password_(std::move(password)), port_(password_.empty() ? 0 : free_port()) {}
  ~OwnServer() { stop(); }
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  [[nodiscard]] std::string url(const std::string& password = {}) const {
    if (port_ == 0) return "unix://" + folder_.socket();
    return "redis://:" + password + "@127.0.0.1:" + std::to_string(port_) + "/3";
  }
  void start() {
    const std::string path = folder_.socket(), port = std::to_string(port_);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execlp("redis-server", "redis-server", "--port", port.c_str(), "--unixsocket", path.c_str(), "--save", "",
               "--dir", folder_.path().c_str(), "--logfile", "log", "--requirepass", password_.c_str(), nullptr);
      ::_exit(127);
    }
  }
  void stop(int signal = SIGTERM) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  /// Leaves connections open and answers nothing.
  void freeze() const { ::kill(pid_, SIGSTOP); }
  void thaw() const { ::kill(pid_, SIGCONT); }

 private:
  static std::uint16_t free_port() {
    asio::io_context context;
    return asio::ip::tcp::acceptor(context, {asio::ip::make_address("127.0.0.1"), 0}).local_endpoint().port();
  }
  const Folder folder_;
  const std::string password_;
  const std::uint16_t port_;
  pid_t pid_ = 0;
};

using Reply = Result<RedisReply>;

Task<Reply> command(Redis& redis, std::vector<std::string> words) {
  co_return co_await redis.command(std::move(words));
}

void await_server(Redis& redis) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!ask(redis, {"PING"})) ASSERT_LT(std::chrono::steady_clock::now(), end) << "redis-server did not start";
}

TEST(Redis, ServesAgainWhenTheServerIsBack) {
  OwnServer server;
  server.start();
  Redis redis(server.url(), 1, minutes(1));
  await_server(redis);
  server.stop();
  EXPECT_EQ(ask(redis, {"PING"}).error().kind, ErrorKind::kUnavailable);
  server.start();
  await_server(redis);
  ASSERT_TRUE(ask(redis, {"PING"}));
  server.stop();
  server.start();
  await_server(redis);
}

/// Each asks twice, so that answers of some come between those of others.
Task<bool> hears_itself(Redis& redis, int number) {
  for (const int turn : {1, 2}) {
    const std::string text = std::to_string(number) + "/" + std::to_string(turn) + std::string(number % 7 * 5000, 'x');
    std::vector<std::string> words{"ECHO", text};
    const auto heard = co_await redis.command(std::move(words));
    if (!heard || heard->text != text) co_return false;
  }
  co_return true;
}

TEST(Redis, GivesEachOfManyTasksOfALaneItsOwnAnswer) {
  OwnServer server;
  server.start();
  Redis redis(server.url(), 4, minutes(1));
  await_server(redis);
  TestLane lane;
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 300; ++i) tasks.push_back(hears_itself(redis, i));
  const auto right = lane.all(std::move(tasks));
  EXPECT_EQ(std::count(right.begin(), right.end(), true), 300);
}

long long reads_of(Redis& redis) {
  const auto info = ask(redis, {"INFO", "stats"});
  const std::string word = "total_reads_processed:";
  return std::stoll(info->text.substr(info->text.find(word) + word.size()));
}

TEST(Redis, WritesWhatTasksOfALaneAskAtOnceTogether) {
  OwnServer server;
  server.start();
  Redis redis(server.url(), 4, minutes(1));
  await_server(redis);
  TestLane lane;
  const auto many = [&] {
    std::vector<Task<Reply>> tasks;
    for (int i = 0; i < 200; ++i) tasks.push_back(command(redis, {"PING"}));
    for (const auto& reply : lane.all(std::move(tasks))) EXPECT_TRUE(reply);
  };
  many();  // connects
  const auto before = reads_of(redis);
  many();
  EXPECT_LT(reads_of(redis) - before, 20);
}

TEST(Redis, TellsEverybodyOfALossAndAsksNothingTwice) {
  OwnServer server;
  server.start();
  Redis redis(server.url(), 4, minutes(1));
  await_server(redis);
  TestLane lane;
  server.freeze();
  std::vector<Task<Reply>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(command(redis, {"INCR", "n"}));
  std::thread killer([&] {
    std::this_thread::sleep_for(milliseconds(200));
    server.stop(SIGKILL);
  });
  for (const auto& reply : lane.all(std::move(tasks))) {
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::kUnavailable);
  }
  killer.join();
  server.start();
  await_server(redis);
  EXPECT_EQ(ask(redis, {"GET", "n"})->type, RedisReply::Type::kNil);
}

TEST(Redis, GivesUpOnAServerThatDoesNotAnswerInTime) {
  OwnServer server;
  server.start();
  Redis redis(server.url(), 1, milliseconds(200));
  await_server(redis);
  server.freeze();
  const auto slow = ask(redis, {"PING"});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(slow.error().log_detail.find("in time"), std::string::npos) << slow.error().log_detail;
  server.thaw();
  await_server(redis);
}

TEST(Redis, HoldsNobodyUpWhileSomebodyWaits) {
  OwnServer server;
  server.start();
  Redis redis(server.url(), 1, minutes(1));
  await_server(redis);
  TestLane lane;
  auto waiting = lane.start(redis.wait({"BLPOP", "list", "30"}, std::chrono::seconds(30)));
  // Two tasks may not wait at once: one of them shows that the other does.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    const auto second = lane.start(redis.wait({"PING"}, milliseconds(1))).get();
    if (!second) break;
    ASSERT_LT(std::chrono::steady_clock::now(), end);
  }
  std::vector<Task<Reply>> tasks;
  tasks.push_back(command(redis, {"PING"}));
  tasks.push_back(command(redis, {"RPUSH", "list", "there"}));
  for (const auto& reply : lane.all(std::move(tasks))) EXPECT_TRUE(reply);
  const auto popped = waiting.get();
  ASSERT_TRUE(popped);
  EXPECT_EQ(popped->items.at(1).text, "there");
}

TEST(Redis, SaysThePasswordAndChoosesTheDatabaseBeforeAnythingElse) {
  OwnServer server("right horse");
  server.start();
  Redis redis(server.url("right%20horse"), 4, minutes(1));
  await_server(redis);
  ASSERT_TRUE(ask(redis, {"SET", "where", "three"}));
  EXPECT_EQ(ask(redis, {"INFO", "keyspace"})->text.find("db0"), std::string::npos);
  EXPECT_NE(ask(redis, {"INFO", "keyspace"})->text.find("db3"), std::string::npos);
  Redis wrong(server.url("wrong-horse"));
  const auto refused = ask(wrong, {"PING"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(refused.error().log_detail.find("AUTH was refused"), std::string::npos);
  EXPECT_EQ((refused.error().message + refused.error().log_detail).find("wrong-horse"), std::string::npos);
}

TEST(Redis, RefusesWhatWouldChangeAConnectionThatOthersShare) {
  Redis redis("unix:///nowhere");
  for (const char* word : {"SUBSCRIBE", "multi", "Select", "AUTH", "QUIT"})
    EXPECT_EQ(ask(redis, {word, "1"}).error().kind, ErrorKind::kInternal) << word;
}

TEST(Redis, MayGoBeforeOrAfterTheLaneThatUsedIt) {
  OwnServer server;
  server.start();
  auto long_lived = std::make_unique<Redis>(server.url(), 4, minutes(1));
  await_server(*long_lived);
  for (int round = 0; round < 3; ++round) {
    TestLane lane;
    Redis short_lived(server.url(), 4, minutes(1));
    for (Redis* redis : {long_lived.get(), &short_lived}) {
      std::vector<Task<Reply>> tasks;
      tasks.push_back(command(*redis, {"PING"}));
      EXPECT_TRUE(lane.all(std::move(tasks))[0]);
    }
  }
  TestLane lane;
  std::vector<Task<Reply>> tasks;
  tasks.push_back(command(*long_lived, {"PING"}));
  EXPECT_TRUE(lane.all(std::move(tasks))[0]);
  lane.stop();
  long_lived.reset();
}

}  // namespace
}  // namespace rapt::store
