// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_server.hpp"

namespace rapt::http {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawSocket;
using testing::TestServer;

TEST(BodyStream, ArrivesInChunksAndLeavesTheConnectionUsable) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /body HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"),
              AllOf(HasSubstr("Content-Type: text/csv\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"),
                    Not(HasSubstr("Content-Length"))));
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "9\r\none,two\r\n\r\n5\r\nthree\r\n0\r\n\r\n");
  client.send("GET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("GET /echo"));
}

TEST(BodyStream, OneThatWasGivenUpEndsWithoutItsLastChunk) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /torn HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("5\r\nthree\r\n"));
}

TEST(BodyStream, EndsWithTheConnectionForOldClients) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /body HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\none,two\r\nthree")));
}

TEST(BodyStream, HeadHasNoBodyAndAnotherRequestMayFollow) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("HEAD /body HTTP/1.1\r\nHost: t\r\n\r\nGET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Type: text/csv\r\n"));
  EXPECT_THAT(client.read_answer(), AllOf(HasSubstr("HTTP/1.1 200"), HasSubstr("GET /echo")));
}

TEST(BodyStream, OneOfAnAnnouncedLengthHasItsStatusAndLeavesTheConnectionUsable) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /sized HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), AllOf(HasSubstr("HTTP/1.1 206 "), HasSubstr("Content-Length: 8\r\n"),
                                                   HasSubstr("Content-Range: "), Not(HasSubstr("chunked"))));
  EXPECT_EQ(client.read_until("four"), "two,four");
  client.send("HEAD /sized HTTP/1.1\r\nHost: t\r\n\r\nGET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(client.read_answer(), HasSubstr("GET /echo"));
}

TEST(BodyStream, OneThatIsShorterThanAnnouncedEndsTheConnection) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /short HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("\r\n\r\ntwo,"));
}

TEST(BodyStream, EndsWhenTheClientLeaves) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /flood HTTP/1.1\r\nHost: t\r\n\r\n");
  client.read_until("\r\n\r\n");
  client.close();
  server.handler.client_gone.get_future().wait();
}

}  // namespace
}  // namespace rapt::http
