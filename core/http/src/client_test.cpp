// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/runtime/runtime.hpp"
#include "test_server.hpp"
#include "transfer.hpp"

namespace rapt::http {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using runtime::run_blocking;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::RawListener;
using testing::RawSocket;
using ::testing::StartsWith;
using testing::TestServer;

ClientRequest request_for(std::string url) {
  ClientRequest request;
  request.url = std::move(url);
  return request;
}

std::string loopback(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port) + "/";
}

Result<Response> fetch(Client& client, ClientRequest request) {
  return run_blocking(client.fetch(std::move(request)));
}

/// A server for one connection that does as the test says, on a thread of its own.
class ScriptedServer : public testing::ScriptedPeer {
 public:
  explicit ScriptedServer(std::function<void(RawSocket&)> script)
      : ScriptedPeer([script = std::move(script)](RawSocket& peer) {
          peer.read_until("\r\n\r\n");
          script(peer);
        }) {}
};

TEST(Client, SendsMethodFieldsAndBodyAndReadsTheAnswer) {
  TestServer server;
  Client client;
  ClientRequest request = request_for(server.url("/echo?a=1"));
  request.method = "PATCH";
  request.headers.set("X-Request-Id", "abc");
  request.body = "{\"state\":\"paused\"}";
  const auto answer = fetch(client, request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.get("x-request-id"), "abc");
  EXPECT_THAT(answer->body, AllOf(HasSubstr("PATCH /echo\na=1"), HasSubstr("\n{\"state\":\"paused\"}")));
}

TEST(Client, HandsBadStatusesOverLikeOthers) {
  TestServer server;
  Client client;
  const auto answer = fetch(client, request_for(server.url("/boom")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
}

Task<std::string> read_pieces(Client& client, ClientRequest request, runtime::Wakeup gate) {
  auto stream = co_await client.open(std::move(request));
  std::string all;
  for (;;) {
    auto piece = co_await stream.value()->read();
    if (!piece) co_return "failed: " + piece.error().message;
    if (!*piece) co_return all;
    all += **piece;
    if (all.find("three") != std::string::npos) gate.notify();
  }
}

TEST(Client, ReadsAnAnswerWhileItIsBeingWritten) {
  TestServer server;
  Client client;
  const auto all = run_blocking(read_pieces(client, request_for(server.url("/stream")), server.handler.gate));
  EXPECT_THAT(all, ::testing::EndsWith("event: done\ndata: {}\n\n"));
}

TEST(Client, SaysWhoCannotBeReached) {
  std::uint16_t free_port = 0;
  { free_port = RawListener().port(); }
  Client client;
  const auto answer = fetch(client, request_for(loopback(free_port)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUpstream);
  EXPECT_EQ(answer.error().part, "127.0.0.1:" + std::to_string(free_port));
  EXPECT_FALSE(fetch(client, request_for("http://no-such-host.invalid/")));
}

TEST(Client, SaysWhenTheServerDiesInTheMiddle) {
  ScriptedServer server([](RawSocket& peer) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    peer.close();
  });
  Client client;
  const auto answer = fetch(client, request_for(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUpstream);
  EXPECT_THAT(answer.error().message, HasSubstr("lost"));
}

TEST(Client, SaysWhenTheServerAnswersRubbish) {
  ScriptedServer server([](RawSocket& peer) { peer.send("rubbish\r\n\r\n"); });
  Client client;
  const auto answer = fetch(client, request_for(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUpstream);
}

TEST(Client, GivesUpOnSilenceInTheMiddleAndOnNoAnswerAtAll) {
  const auto until_left = [](RawSocket& peer) { peer.read_to_end(); };
  ScriptedServer never([&](RawSocket& peer) { until_left(peer); });
  ScriptedServer halfway([&](RawSocket& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    until_left(peer);
  });
  Client client;
  ClientRequest request = request_for(never.url());
  request.total_timeout = milliseconds(500);
  // Without an answer, or before there was a connection: the machine decides.
  EXPECT_THAT(fetch(client, request).error().log_detail, StartsWith("timeout: "));
  request = request_for(halfway.url());
  request.idle_timeout = milliseconds(30);
  const auto silent = fetch(client, request);
  EXPECT_EQ(silent.error().kind, ErrorKind::kTimeout);
  EXPECT_THAT(silent.error().message, HasSubstr("middle"));
}

TEST(Client, RefusesAnAnswerThatIsTooLarge) {
  ScriptedServer server(
      [](RawSocket& peer) { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x')); });
  Client client;
  ClientRequest request = request_for(server.url());
  request.max_body_bytes = 4999;
  const auto answer = fetch(client, request);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("larger"));
}

Task<bool> open_and_drop(Client& client, ClientRequest request) {
  auto stream = co_await client.open(std::move(request));
  co_return stream.has_value();
}

TEST(Client, DroppingAStreamEndsTheTransfer) {
  std::promise<void> ended;
  ScriptedServer server([&](RawSocket& peer) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.read_to_end();
    ended.set_value();
  });
  Client client;
  EXPECT_TRUE(run_blocking(open_and_drop(client, request_for(server.url()))));
  ended.get_future().wait();
}

Task<void> until_set(const std::atomic<bool>& flag) {
  while (!flag) co_await runtime::sleep_for(milliseconds(1));
}

Task<bool> cancelled_fetch(Client& client, ClientRequest request, const std::atomic<bool>& arrived) {
  const auto first = co_await (client.fetch(std::move(request)) || until_set(arrived));
  co_return first.index() == 1;
}

TEST(Client, CancellingTheTaskEndsTheTransfer) {
  std::promise<void> ended;
  std::atomic<bool> arrived = false;
  ScriptedServer server([&](RawSocket& peer) {
    arrived = true;
    peer.read_to_end();
    ended.set_value();
  });
  Client client;
  EXPECT_TRUE(run_blocking(cancelled_fetch(client, request_for(server.url()), arrived)));
  ended.get_future().wait();
}

TEST(Client, RefusesAddressesAndFieldsThatAreNone) {
  Client client;
  for (const char* url : {"", "ftp://host/", "file:///etc/passwd", "http://", "http://a b/", "javascript:1"}) {
    const auto answer = fetch(client, request_for(url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().kind, ErrorKind::kInvalid) << url;
  }
  ClientRequest request = request_for("http://127.0.0.1/");
  request.headers.set("X-Test", "a\r\nHost: evil");
  EXPECT_EQ(fetch(client, request).error().kind, ErrorKind::kInvalid);
  request = request_for("http://127.0.0.1/");
  request.method = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(fetch(client, request).error().kind, ErrorKind::kInvalid);
}

TEST(Client, DoesNotFollowRedirects) {
  ScriptedServer server([](RawSocket& peer) {
    peer.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  Client client;
  EXPECT_EQ(fetch(client, request_for(server.url()))->status, 302);
}

Task<std::size_t> read_length(Client& client, ClientRequest request) {
  auto stream = co_await client.open(std::move(request));
  std::size_t total = 0;
  for (;;) {
    auto piece = co_await stream.value()->read();
    if (!piece.value()) co_return total;
    total += (*piece)->size();
  }
}

TEST(Client, ReadsMoreThanItsQueueHolds) {
  constexpr std::size_t kSize = 8 * 1024 * 1024;
  ScriptedServer server([&](RawSocket& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
    peer.send(std::string(kSize, 'x'));
  });
  Client client;
  EXPECT_EQ(run_blocking(read_length(client, request_for(server.url()))), kSize);
}

Task<bool> take_one(Transfer& transfer) {
  Transfer::Wish wish;
  auto piece = co_await transfer.next(wish);
  if (!piece.value()) co_return false;
  co_return wish.resume;
}

/// While words wait to be read their sender is not late; once they are read the driving loop has to know until when
/// more is expected, or a silence after them would last as long as any transfer may be idle.
TEST(Transfer, AsksForALookWhenTheLastPieceIsReadBeforeMoreIsExpected) {
  using Clock = Transfer::Clock;
  Transfer transfer(request_for("http://127.0.0.1/"));
  for (const auto* line : {"HTTP/1.1 200 OK", ""}) transfer.header_line(line);
  const std::string piece(100 * 1024, 'x');
  for (int i = 0; i < 2; ++i) ASSERT_EQ(transfer.piece(piece), Transfer::Taken::kYes);
  const auto soon = Clock::now() + std::chrono::milliseconds(50);
  transfer.look_again_at(Clock::now() + transfer.request.idle_timeout);
  EXPECT_TRUE(transfer.expect_by(soon));
  EXPECT_FALSE(transfer.due());
  transfer.look_again_at(Clock::now() + transfer.request.idle_timeout);
  Transfer::Wish wish;
  ASSERT_TRUE(run_blocking(transfer.next(wish)));
  EXPECT_FALSE(wish.look) << "there is another piece";
  ASSERT_TRUE(run_blocking(transfer.next(wish)));
  EXPECT_TRUE(wish.look);
  ASSERT_TRUE(transfer.due());
  EXPECT_EQ(transfer.due()->at, soon);
  transfer.look_again_at(soon);
  ASSERT_EQ(transfer.piece(piece), Transfer::Taken::kYes);
  wish = {};
  ASSERT_TRUE(run_blocking(transfer.next(wish)));
  EXPECT_FALSE(wish.look) << "it looks in time";
}

TEST(Transfer, MakesThePeerWaitWhileTheReaderIsBehind) {
  Transfer transfer(request_for("http://127.0.0.1/"));
  const std::string piece(100 * 1024, 'x');
  EXPECT_EQ(transfer.piece(piece), Transfer::Taken::kYes);
  EXPECT_EQ(transfer.piece(piece), Transfer::Taken::kYes);
  EXPECT_EQ(transfer.piece(piece), Transfer::Taken::kYes);
  EXPECT_EQ(transfer.piece(piece), Transfer::Taken::kPause);
  EXPECT_FALSE(run_blocking(take_one(transfer)));
  EXPECT_TRUE(run_blocking(take_one(transfer))) << "half of the queue is free: go on";
  EXPECT_EQ(transfer.piece(piece), Transfer::Taken::kYes);
}

}  // namespace
}  // namespace rapt::http
