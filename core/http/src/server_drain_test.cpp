// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "rapt/http/listening.hpp"
#include "rapt/http/server.hpp"
#include "test_server.hpp"

namespace rapt::http {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawSocket;
using ::testing::StartsWith;
using testing::TestServer;

const std::string kAsk = "GET /echo HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr auto kLast = "Connection: close\r\n";

ServerOptions draining(milliseconds drain, int listening = -1) {
  ServerOptions options;
  options.drain = drain;
  options.listening = listening;
  return options;
}

TEST(ServerDrain, AnswersAnIdleConnectionOnceMoreAndSaysThatItWasTheLastTime) {
  TestServer server(draining(hours(1)));
  RawSocket client = server.connect();
  client.send(kAsk);
  EXPECT_THAT(client.read_answer(), Not(HasSubstr(kLast)));
  auto stopped = server.stop(hours(1));
  server.wait_until_closed();
  client.send(kAsk);
  EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(kLast)));
  client.close();
  stopped.wait();
}

TEST(ServerDrain, ClosesWhatStaysSilent) {
  TestServer server(draining(milliseconds(30)));
  RawSocket client = server.connect();
  client.send(kAsk);
  client.read_answer();
  auto stopped = server.stop(hours(1));
  EXPECT_EQ(client.read_to_end(), "");
  client.close();
  stopped.wait();
}

TEST(ServerDrain, AnswersAllThatWasSentInOneGo) {
  TestServer server(draining(hours(1)));
  RawSocket client = server.connect();
  client.send("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n" + kAsk + kAsk);
  server.handler.begun.get_future().wait();
  auto stopped = server.stop(hours(1));
  server.wait_until_closed();
  server.handler.gate.notify();
  client.read_answer();
  client.read_answer();
  EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(kLast)));
  client.close();
  stopped.wait();
}

TEST(Listening, OfADescriptorThatDoesNotListenIsRefused) {
  const UniqueFd other(dup(STDERR_FILENO));
  EXPECT_THAT(port_of_listening(other.get()).error().fields.at(0).message, HasSubstr("no socket that listens"));
  EXPECT_EQ(port_of_listening(4711).error().kind, ErrorKind::kInvalid);
  runtime::Runtime loop(1);
  testing::TestHandler handler;
  Server server(loop.executor(), draining(hours(1), dup(other.get())), handler);
  EXPECT_FALSE(server.start());
}

TEST(Listening, AtAnAddressThatIsNoneIsRefused) {
  EXPECT_EQ(listen_at("localhost", 0).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(listen_at("192.0.2.1", 0).error().kind, ErrorKind::kInvalid);
  const auto six = listen_at("::1", 0);
  if (!six) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_NE(port_of_listening(six->get()).value(), 0);
}

/// Asks all the time, over a connection for as long as the server keeps it, or over one for each request.
class Visitor {
 public:
  Visitor(std::uint16_t port, bool keeps)
      : thread_([=, this](const std::stop_token& stop) { run(stop, port, keeps); }) {}
  ~Visitor() { thread_.request_stop(); }
  void wait_for_more(int answers) const {
    for (const int until = answered + answers; answered < until && failed == 0;)
      std::this_thread::sleep_for(milliseconds(1));
  }
  std::atomic<int> answered = 0, failed = 0;

 private:
  void run(const std::stop_token& stop, std::uint16_t port, bool keeps) {
    std::optional<RawSocket> connection;
    while (!stop.stop_requested()) {
      try {
        if (!connection) connection = RawSocket::connect(port);
        connection->send(kAsk);
        const std::string answer = connection->read_answer();
        answer.starts_with("HTTP/1.1 200 ") ? ++answered : ++failed;
        if (!keeps || answer.find(kLast) != std::string::npos) connection.reset();
      } catch (const std::exception& fault) {
        ++failed;
        ADD_FAILURE() << "after " << answered << " answers: " << fault.what();
        return;
      }
    }
  }
  std::jthread thread_;
};

TEST(ServerDrain, HandsOverToAnotherServerWithoutARequestThatFails) {
  const UniqueFd listening = listen_at("127.0.0.1", 0).value();
  const auto port = port_of_listening(listening.get()).value();
  auto serving = std::make_unique<TestServer>(draining(hours(1), dup(listening.get())));
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < 8; ++i) visitors.push_back(std::make_unique<Visitor>(port, i % 2 == 0));
  for (int round = 0; round < 20; ++round) {
    for (const auto& visitor : visitors) visitor->wait_for_more(3);
    auto next = std::make_unique<TestServer>(draining(hours(1), dup(listening.get())));
    serving->stop(hours(1)).wait();
    serving = std::move(next);
  }
  for (const auto& visitor : visitors) visitor->wait_for_more(3);
  for (const auto& visitor : visitors) EXPECT_EQ(visitor->failed, 0);
  visitors.clear();
}

}  // namespace
}  // namespace rapt::http
