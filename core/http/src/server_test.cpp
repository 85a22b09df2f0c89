// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

TEST(Server, AnswersWithTheIdOfTheRequest) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(get("/echo?q=a+b%2Bc&empty", "X-Request-Id: from-the-proxy.1\r\n"));
  const std::string answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer,
              AllOf(HasSubstr("X-Request-Id: from-the-proxy.1\r\n"), HasSubstr("GET /echo\n"), HasSubstr("q=a b+c"),
                    HasSubstr("empty=\n"), HasSubstr("from=127.0.0.1"), HasSubstr("Date: ")));
}

TEST(Server, ReplacesAnIdThatCouldForgeALogLine) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(get("/echo", "X-Request-Id: a\"b {}\r\n"));
  EXPECT_THAT(client.read_answer(), Not(HasSubstr("a\"b")));
}

TEST(Server, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(get("/one") + "POST /two HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello" + get("/three"));
  EXPECT_THAT(client.read_answer(), HasSubstr("GET /one"));
  EXPECT_THAT(client.read_answer(), AllOf(HasSubstr("POST /two"), HasSubstr("hello")));
  EXPECT_THAT(client.read_answer(), HasSubstr("GET /three"));
  client.send(get("/four", "Connection: close\r\n"));
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("GET /four"), HasSubstr("Connection: close")));
}

TEST(Server, TakesChunkedBodies) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("\nabcde"));
}

TEST(Server, AnswersHeadWithoutABody) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("HEAD /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: "), ::testing::EndsWith("\r\n\r\n")));
}

TEST(Server, SaysGoOnToThoseWhoAsk) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_THAT(client.read_answer(), HasSubstr("\nok"));
}

struct Refused {
  std::string bytes;
  int status;
};

class RefusedRequests : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedRequests, GetAWellFormedAnswerAndTheEndOfTheConnection) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(GetParam().bytes);
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(GetParam().status) + " "));
  EXPECT_THAT(answer,
              AllOf(HasSubstr("Connection: close\r\n"), HasSubstr("Content-Length: "), HasSubstr("X-Request-Id: ")));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedRequests,
    ::testing::Values(
        Refused{"nonsense\r\n\r\n", 400}, Refused{"GET / HTTP/1.1\r\nHost : t\r\n\r\n", 400},
        Refused{"GET / HTTP/1.1\r\n\r\n", 400}, Refused{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Refused{"GET / HTTP/3.0\r\nHost: t\r\n\r\n", 505}, Refused{get("/%zz"), 400}, Refused{get("/%"), 400},
        Refused{get("/%ff"), 400}, Refused{get("/a/../b"), 400}, Refused{get("/a/%2e%2E/b"), 400},
        Refused{get("/a%2f..%2fb"), 400}, Refused{get("/a%252fb"), 400}, Refused{get("/%2f"), 400},
        Refused{get("/a%00b"), 400}, Refused{get("/?q=%c3"), 400}, Refused{get("relative"), 400},
        Refused{"CONNECT t:80 HTTP/1.1\r\nHost: t\r\n\r\n", 400}, Refused{get("/", "Expect: the-unexpected\r\n"), 417},
        Refused{get("/", "X-Long: " + std::string(20000, 'x') + "\r\n"), 431},
        Refused{"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Refused{"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n", 400},
        Refused{"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999\r\n\r\n", 413},
        Refused{"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400}));

TEST(Server, RefusesATenMegabyteBodySoThatItsSenderReadsWhy) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10485760\r\n\r\n");
  client.send(std::string(10485760, 'x'));
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("PAYLOAD_TOO_LARGE")));
}

TEST(Server, RefusesAChunkedBodyOnceItHasGrownTooLarge) {
  ServerOptions options;
  options.max_body_bytes = 1000;
  TestServer server(options);
  RawSocket client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) client.send("190\r\n" + std::string(400, 'x') + "\r\n");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, EndsTheWaitForSlowHeadersAndBodies) {
  ServerOptions options;
  options.header_timeout = milliseconds(20);
  options.body_timeout = milliseconds(20);
  TestServer server(options);
  RawSocket slow_header = server.connect();
  slow_header.send("GET / HTTP/1.1\r\nHo");
  EXPECT_THAT(slow_header.read_to_end(), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("header")));
  RawSocket slow_body = server.connect();
  slow_body.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_THAT(slow_body.read_to_end(), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("body")));
}

TEST(Server, ClosesAnIdleConnectionWithoutAWord) {
  ServerOptions options;
  options.idle_timeout = milliseconds(20);
  TestServer server(options);
  RawSocket client = server.connect();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, AnswersForAHandlerThatFailsAndServesOn) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(get("/boom"));
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("on purpose"))));
  client.send(get("/silent"));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 500 "));
  client.send(get("/echo"));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, OneTooManyIsToldToComeBackLater) {
  ServerOptions options;
  options.max_connections = 1;
  TestServer server(options);
  RawSocket first = server.connect();
  first.send(get("/echo"));
  first.read_answer();
  RawSocket second = server.connect();
  EXPECT_THAT(second.read_to_end(), StartsWith("HTTP/1.1 503 "));
  first.send(get("/echo"));
  EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, SaysWhoHasThePort) {
  TestServer server;
  ServerOptions options;
  options.port = server.port();
  runtime::Runtime loop(1);
  testing::TestHandler handler;
  Server second(loop.executor(), options, handler);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(started.error().message, HasSubstr(std::to_string(server.port())));
}

TEST(ServerStop, LetsTheRequestInFlightFinishAndClosesIdleConnections) {
  TestServer server;
  RawSocket idle = server.connect();
  RawSocket busy = server.connect();
  idle.send(get("/echo"));
  idle.read_answer();
  busy.send(get("/wait"));
  server.handler.begun.get_future().wait();
  auto stopped = server.stop(hours(1));
  EXPECT_EQ(idle.read_to_end(), "");
  server.wait_until_closed();
  server.handler.gate.notify();
  EXPECT_THAT(busy.read_to_end(), HasSubstr("waited"));
  stopped.wait();
}

}  // namespace
}  // namespace rapt::http
