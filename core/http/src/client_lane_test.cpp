// SPDX-License-Identifier: AGPL-3.0-or-later
// The client where it is driven by the asking task's own thread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <thread>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/http/client.hpp"
#include "test_lane.hpp"
#include "test_server.hpp"

namespace rapt::http {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawSocket;
using ::testing::StartsWith;
using testing::TestLane;
using testing::TestServer;

ClientRequest lane_request(std::string url) {
  ClientRequest request;
  request.url = std::move(url);
  return request;
}

bool has_thread(const std::string& wanted) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::ifstream(task.path() / "comm") >> name;
    if (name == wanted) return true;
  }
  return false;
}

class Peer : public testing::ScriptedPeer {
 public:
  using ScriptedPeer::ScriptedPeer;
  [[nodiscard]] ClientRequest request() const { return lane_request(url()); }
};

void answer(RawSocket& peer, const std::string& body) {
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST(ClientOnALane, AsksWithoutAThreadOfItsOwn) {
  TestServer server;
  Client client;
  TestLane lane;
  const auto answered = lane.run(client.fetch(lane_request(server.url("/echo?a=1"))));
  ASSERT_TRUE(answered) << answered.error().log_detail;
  EXPECT_THAT(answered->body, HasSubstr("GET /echo\na=1"));
  EXPECT_FALSE(has_thread("http-client"));
  EXPECT_TRUE(runtime::run_blocking(client.fetch(lane_request(server.url("/echo")))));
  EXPECT_TRUE(has_thread("http-client")) << "which is how a thread would be found";
}

TEST(ClientOnALane, UsesAConnectionAgain) {
  Peer peer([](RawSocket& socket) {
    for (const char* word : {"one", "two", "three"}) answer(socket, word);
  });
  Client client;
  TestLane lane;
  for (const char* word : {"one", "two", "three"}) {
    const auto answered = lane.run(client.fetch(peer.request()));
    ASSERT_TRUE(answered) << answered.error().log_detail;
    EXPECT_EQ(answered->body, word);
  }
}

TEST(ClientOnALane, AsksAnewWhenAConnectionThatWaitedWasClosed) {
  constexpr int kConnections = 4;
  Peer peer([](RawSocket& socket) { answer(socket, "word"); }, kConnections);
  Client client;
  TestLane lane;
  for (int i = 0; i < kConnections; ++i) {
    const auto answered = lane.run(client.fetch(peer.request()));
    ASSERT_TRUE(answered) << answered.error().log_detail;
    EXPECT_EQ(answered->body, "word");
  }
}

/// Answers with what was asked, whose body ends with an exclamation mark.
void repeat(RawSocket& peer) {
  const std::string head = peer.read_until("\r\n\r\n");
  const std::string body = peer.read_until("!");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size() + body.size()) + "\r\n\r\n" + head +
            body);
}

TEST(ClientOnALane, TakesNothingOfOneRequestAlongToTheNext) {
  Peer peer([](RawSocket& socket) {
    for (int i = 0; i < 3; ++i) repeat(socket);
  });
  Client client;
  TestLane lane;
  ClientRequest request = peer.request();
  request.method = "POST";
  request.body = "a long first body!";
  ClientRequest secret = request;
  secret.headers.set("Authorization", "Bearer secret");
  secret.headers.set("Content-Type", "application/json");
  const auto first = lane.run(client.fetch(secret));
  ASSERT_TRUE(first) << first.error().log_detail;
  EXPECT_THAT(first->body, HasSubstr("Bearer secret"));
  request.body = "next!";
  const auto second = lane.run(client.fetch(request));
  ASSERT_TRUE(second) << second.error().log_detail;
  EXPECT_THAT(second->body, AllOf(HasSubstr("POST / "), HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\nnext!"),
                                  Not(HasSubstr("Bearer")), Not(HasSubstr("Content-Type"))));
  request.max_body_bytes = 1;
  const auto third = lane.run(client.fetch(request));
  ASSERT_FALSE(third);
  EXPECT_THAT(third.error().log_detail, StartsWith("too large"));
}

Task<int> fetch_often(Client& client, std::string url, int times) {
  int good = 0;
  for (int i = 0; i < times; ++i) {
    const auto answered = co_await client.fetch(lane_request(url));
    if (answered && answered->body.find("GET /echo") != std::string::npos) ++good;
  }
  co_return good;
}

TEST(ClientOnALane, ServesManyTasksOfTwoLanesAndOfNone) {
  TestServer server;
  Client client;
  TestLane one, other;
  std::vector<std::future<int>> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(one.start(fetch_often(client, server.url("/echo"), 20)));
    all.push_back(other.start(fetch_often(client, server.url("/echo"), 20)));
  }
  EXPECT_EQ(runtime::run_blocking(fetch_often(client, server.url("/echo"), 20)), 20);
  for (auto& good : all) EXPECT_EQ(good.get(), 20);
}

TEST(ClientOnALane, KeepsItsTimeLimits) {
  Peer never([](RawSocket& socket) { socket.read_to_end(); });
  Peer halfway([](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    socket.read_to_end();
  });
  Client client;
  TestLane lane;
  auto request = never.request();
  request.head_timeout = milliseconds(30);
  EXPECT_EQ(lane.run(client.fetch(request)).error().kind, ErrorKind::kTimeout);
  request = halfway.request();
  request.idle_timeout = milliseconds(30);
  EXPECT_THAT(lane.run(client.fetch(request)).error().message, HasSubstr("middle"));
}

TEST(ClientOnALane, KeepsTheLimitOfTheWholeEveryTime) {
  constexpr int kTimes = 30;
  Peer never([](RawSocket& socket) { socket.read_to_end(); }, kTimes);
  Client client;
  TestLane lane;
  auto request = never.request();
  request.total_timeout = milliseconds(7);
  request.head_timeout = request.idle_timeout = std::chrono::hours(1);
  // On a busy machine it may be over before the request was sent, or before there is a connection: then the peer counts
  // as one that cannot be reached.
  for (int i = 0; i < kTimes; ++i)
    EXPECT_THAT(lane.run(client.fetch(request)).error().log_detail, StartsWith("timeout: "));
}

Task<void> until_true(const std::atomic<bool>& flag) {
  while (!flag) co_await runtime::sleep_for(milliseconds(1));
}

Task<bool> cancelled_request(Client& client, ClientRequest request, const std::atomic<bool>& arrived) {
  const auto first = co_await (client.fetch(std::move(request)) || until_true(arrived));
  co_return first.index() == 1;
}

TEST(ClientOnALane, EndsATransferWhoseTaskIsCancelled) {
  std::atomic<bool> arrived = false;
  std::promise<void> ended;
  Peer peer([&](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    arrived = true;
    socket.read_to_end();
    ended.set_value();
  });
  Client client;
  TestLane lane;
  EXPECT_TRUE(lane.run(cancelled_request(client, peer.request(), arrived)));
  ended.get_future().wait();
}

TEST(ClientOnALane, ReadsMoreThanItsQueueHolds) {
  const std::string body(8 * 1024 * 1024, 'x');
  Peer peer([&](RawSocket& socket) { answer(socket, body); });
  Client client;
  TestLane lane;
  const auto answered = lane.run(client.fetch(peer.request()));
  ASSERT_TRUE(answered) << answered.error().log_detail;
  EXPECT_TRUE(answered->body == body);
}

TEST(ClientOnALane, TellsWhoWaitsWhenItGoes) {
  std::promise<void> asked;
  Peer peer([&](RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    asked.set_value();
    socket.read_to_end();
  });
  std::optional<Client> client(std::in_place);
  TestLane lane;
  auto answered = lane.start(client->fetch(peer.request()));
  asked.get_future().wait();
  client.reset();
  const auto outcome = answered.get();
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("stopping"));
}

struct SetWhenGone {
  ~SetWhenGone() { flag = true; }
  bool& flag;
};

Task<void> fetch_for_good(Client& client, ClientRequest request, bool& gone) {
  const SetWhenGone guard{gone};
  co_await client.fetch(std::move(request));
}

TEST(ClientOnALane, LosesItsTransfersWithTheLane) {
  for (const bool client_first : {false, true}) {
    std::promise<void> asked;
    Peer peer([&](RawSocket& socket) {
      socket.read_until("\r\n\r\n");
      asked.set_value();
      socket.read_to_end();
    });
    bool gone = false;
    std::optional<Client> client(std::in_place);
    TestLane lane;
    const auto never = lane.start(fetch_for_good(*client, peer.request(), gone));
    asked.get_future().wait();
    lane.stop();
    if (client_first) client.reset();
    EXPECT_FALSE(gone);
    lane.drop();
    EXPECT_TRUE(gone) << "the task was dropped, and its connection closed";
  }
}

}  // namespace
}  // namespace rapt::http
