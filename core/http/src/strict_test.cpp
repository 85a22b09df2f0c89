// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests about which two servers might not agree, and clients who do not play: a proxy in front and this server must
// never see two different requests in the same bytes, and nobody keeps a connection by being slow.
#include <gmock/gmock.h>

#include "test_server.hpp"

namespace rapt::http::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::size_t answers_in(const std::string& text) {
  constexpr std::string_view kOnceInEach = "\r\nX-Request-Id: ";
  std::size_t count = 0;
  for (auto at = text.find(kOnceInEach); at != std::string::npos; at = text.find(kOnceInEach, at + 1)) ++count;
  return count;
}

struct Doubtful {
  std::string what, bytes;
};
void PrintTo(const Doubtful& doubtful, std::ostream* out) {
  *out << doubtful.what;
}

class DoubtfulRequests : public ::testing::TestWithParam<Doubtful> {};

// What follows in the same bytes is never taken for a request of its own.
TEST_P(DoubtfulRequests, AreRefusedWithWhateverFollows) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(GetParam().bytes + "GET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, ::testing::ContainsRegex("^HTTP/1\\.[01] (400|505) "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(answers_in(answer), 1U) << answer;
}

/// With the NULs in it.
template <std::size_t N>
std::string whole(const char (&text)[N]) {
  return {text, N - 1};
}

std::string post(const std::string& fields, const std::string& body) {
  return "POST /echo HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n" + body;
}

INSTANTIATE_TEST_SUITE_P(
    All, DoubtfulRequests,
    ::testing::Values(
        Doubtful{"a folded field", "GET / HTTP/1.1\r\nHost: t\r\nX-A: 1\r\n folded\r\n\r\n"},
        Doubtful{"a field folded with a tab", "GET / HTTP/1.1\r\nHost: t\r\nX-A: 1\r\n\tfolded\r\n\r\n"},
        Doubtful{"a first field that is folded", "GET / HTTP/1.1\r\n Host: t\r\n\r\n"},
        Doubtful{"bare line feeds", "GET / HTTP/1.1\nHost: t\n\n"},
        Doubtful{"a bare line feed after a field", "GET / HTTP/1.1\r\nHost: t\r\nX-A: 1\nX-B: 2\r\n\r\n"},
        Doubtful{"a bare line feed at the end", "GET / HTTP/1.1\r\nHost: t\r\n\n"},
        Doubtful{"a carriage return within a field", "GET / HTTP/1.1\r\nHost: t\r\nX-A: 1\r2\r\n\r\n"},
        Doubtful{"a carriage return in the target", "GET /a\rb HTTP/1.1\r\nHost: t\r\n\r\n"},
        Doubtful{"a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: t\r\n\r\n"},
        Doubtful{"a blank in the target", "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n"},
        Doubtful{"two blanks before the version", "GET /  HTTP/1.1\r\nHost: t\r\n\r\n"},
        Doubtful{"a NUL in a field", whole("GET / HTTP/1.1\r\nHost: t\r\nX-A: a\0b\r\n\r\n")},
        Doubtful{"a NUL in the target", whole("GET /a\0b HTTP/1.1\r\nHost: t\r\n\r\n")},
        Doubtful{"a field without a name", "GET / HTTP/1.1\r\nHost: t\r\n: 1\r\n\r\n"},
        Doubtful{"a field without a colon", "GET / HTTP/1.1\r\nHost: t\r\nX-A\r\n\r\n"},
        Doubtful{"a blank before the colon", post("Content-Length : 0\r\n", "")},
        Doubtful{"length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        Doubtful{"chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
        Doubtful{"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
        Doubtful{"the same length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
        Doubtful{"a list of lengths", post("Content-Length: 5, 5\r\n", "hello")},
        Doubtful{"a length with a sign", post("Content-Length: +5\r\n", "hello")},
        Doubtful{"a length in hexadecimal", post("Content-Length: 0x5\r\n", "hello")},
        Doubtful{"a length that overflows", post("Content-Length: 18446744073709551621\r\n", "hello")},
        Doubtful{"an empty length", post("Content-Length:\r\n", "")},
        Doubtful{"a coding that is none", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
        Doubtful{"chunks not at the end", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
        Doubtful{"chunks twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
        Doubtful{"chunks in two fields",
                 post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        Doubtful{"another coding before chunks", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        Doubtful{"chunks for HTTP/1.0",
                 "POST /echo HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Doubtful{"a chunk whose size overflows", post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nx\r\n")},
        Doubtful{"a chunk's size with a sign", post("Transfer-Encoding: chunked\r\n", "-1\r\nx\r\n")},
        Doubtful{"a chunk's size in two ways", post("Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n")},
        Doubtful{"a chunk that ends elsewhere", post("Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n")},
        Doubtful{"a chunk's line with a bare line feed", post("Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n")}));

TEST(StrictServer, AHugeChunkIsTooLargeBeforeItComes) {
  TestServer server;
  RawSocket client = server.connect();
  client.send(post("Transfer-Encoding: chunked\r\n", "7FFFFFFFFFFFFFFF\r\nx"));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST(StrictServer, APipelinedRequestAfterARefusedOneIsNotAnswered) {
  TestServer server;
  RawSocket client = server.connect();
  client.send("GET /echo HTTP/1.1\r\nHost: t\r\n\r\nnonsense\r\n\r\nGET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto all = client.read_to_end();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(all, HasSubstr("HTTP/1.1 400 "));
  EXPECT_EQ(answers_in(all), 2U) << all;
}

// The limit is for the whole header: each byte does not begin it anew.
TEST(StrictServer, AByteNowAndThenDoesNotKeepAConnection) {
  ServerOptions options;
  options.header_timeout = milliseconds(300);
  TestServer server(options);
  RawSocket client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: t\r\nX-Slow: ");
  for (int i = 0; i < 2000 && !client.has_answer(milliseconds(5)); ++i) client.send("x");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 408 "));
}

TEST(StrictServer, ABodyByteNowAndThenDoesNotEither) {
  ServerOptions options;
  options.body_timeout = milliseconds(300);
  TestServer server(options);
  RawSocket client = server.connect();
  client.send(post("Content-Length: 100000\r\n", ""));
  for (int i = 0; i < 2000 && !client.has_answer(milliseconds(5)); ++i) client.send("x");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 408 "));
}

TEST(StrictServer, WhoNeverReadsTheAnswerIsLeft) {
  ServerOptions options;
  options.write_timeout = milliseconds(100);
  options.max_body_bytes = 4u << 20;
  TestServer server(options);
  RawSocket client = server.connect();
  const auto request = post("Content-Length: 4000000\r\n", std::string(4'000'000, 'x'));
  // Sooner or later no buffer takes any more; then the server closes, which the sender notices.
  const auto send_for_ever = [&] {
    for (int i = 0; i < 100; ++i) client.send(request);
  };
  EXPECT_ANY_THROW(send_for_ever());
  RawSocket other = server.connect();
  other.send("GET /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(other.read_answer(), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace rapt::http::testing
