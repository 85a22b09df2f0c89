// SPDX-License-Identifier: AGPL-3.0-or-later
#include "event_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_server.hpp"

namespace rapt::http {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawSocket;
using testing::TestServer;

constexpr const char* kStream = "GET /stream HTTP/1.1\r\nHost: t\r\n\r\n";

TEST(FormatEvent, BreaksDataIntoLines) {
  EXPECT_EQ(format_event({"done", "{}"}), "event: done\ndata: {}\n\n");
  EXPECT_EQ(format_event({"x", "a\nb\r\nc\rd"}), "event: x\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(format_event({"x", "a", "t:7"}), "id: t:7\nevent: x\ndata: a\n\n");
  EXPECT_EQ(format_event({"x", ""}), "event: x\ndata: \n\n");
  EXPECT_EQ(format_event({"x", "a\n"}), "event: x\ndata: a\ndata: \n\n");
}

TEST(EventStream, ArrivesInChunksAndLeavesTheConnectionUsable) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(kStream);
  EXPECT_THAT(client.read_until("\r\n\r\n"),
              AllOf(HasSubstr("Content-Type: text/event-stream\r\n"), HasSubstr("Cache-Control: no-store\r\n"),
                    HasSubstr("X-Accel-Buffering: no\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"),
                    Not(HasSubstr("Content-Length"))));
  EXPECT_EQ(client.read_until("two\n\n\r\n"), "22\r\nevent: delta\ndata: one\ndata: two\n\n\r\n");
  client.read_until("three\n\n\r\n");
  server.handler.gate.notify();
  EXPECT_THAT(client.read_until("0\r\n\r\n"), HasSubstr("event: done\ndata: {}\n\n"));
  client.send("GET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("GET /echo"));
}

TEST(EventStream, SendsCommentsWhileItIsQuiet) {
  ServerOptions options;
  options.heartbeat = milliseconds(5);
  TestServer server(options);
  RawSocket client = server.connect();
  client.send(kStream);
  client.read_until("three");
  client.read_until("d\r\n: heartbeat\n\n\r\n");
  client.read_until("d\r\n: heartbeat\n\n\r\n");
  server.handler.gate.notify();
  EXPECT_THAT(client.read_until("0\r\n\r\n"), HasSubstr("event: done"));
}

TEST(EventStream, NoticesAClientThatLeaves) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /leave HTTP/1.1\r\nHost: t\r\n\r\n");
  client.read_until("one");
  client.close();
  server.handler.client_gone.get_future().wait();
}

TEST(EventStream, EndsWithTheConnectionForOldClients) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /stream HTTP/1.0\r\n\r\n");
  client.read_until("three\n\n");
  server.handler.gate.notify();
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("event: done\ndata: {}\n\n"), EndsWith("\n\n")));
}

TEST(EventStream, AnswersTheNextRequestThatWasSentMeanwhile) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(std::string(kStream) + "GET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  client.read_until("three");
  server.handler.gate.notify();
  client.read_until("0\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("GET /echo"));
}

}  // namespace
}  // namespace rapt::http
