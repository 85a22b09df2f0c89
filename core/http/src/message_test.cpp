// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "response_head.hpp"
#include "target.hpp"

namespace rapt::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.add("Set-Cookie", "a=1");
  headers.add("set-cookie", "b=2");
  EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
  EXPECT_EQ(headers.all().size(), 2u);
  headers.set("Set-cookie", "c=3");
  EXPECT_EQ(headers.all().size(), 1u);
  EXPECT_FALSE(headers.get("Cookie"));
}

TEST(Request, FindsACookieAmongOthers) {
  Request request;
  request.headers.add("Cookie", "other=1; rapt_session=abc=def ;xrapt_session=no");
  EXPECT_EQ(request.cookie("rapt_session"), "abc=def");
  EXPECT_FALSE(request.cookie("session"));
}

TEST(Request, TellsAnExplicitWishFromAWildcard) {
  const auto accepts = [](const char* field) {
    Request request;
    request.headers.set("Accept", field);
    return request.accepts_explicitly("text/event-stream");
  };
  EXPECT_TRUE(accepts("text/event-stream"));
  EXPECT_TRUE(accepts("application/json;q=0.5, Text/Event-Stream"));
  EXPECT_TRUE(accepts("text/event-stream, */*"));
  EXPECT_FALSE(accepts("*/*"));
  EXPECT_FALSE(accepts("text/*"));
  EXPECT_FALSE(accepts("application/json, text/event-stream;q=0.1"));
  EXPECT_FALSE(accepts("text/event-stream;q=0"));
  EXPECT_FALSE(accepts(""));
}

TEST(Target, IsDecodedOnce) {
  const auto target = parse_target("/a%20b/%25c3/?x=%26&x=2&=3&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/%c3/");
  EXPECT_EQ(target->query.count("x"), 2u);
  EXPECT_EQ(target->query.find("x")->second, "&");
  EXPECT_EQ(target->query.find("flag")->second, "");
  EXPECT_EQ(parse_target("http://elsewhere/path?q=1")->path, "/path");
  EXPECT_EQ(parse_target("//double")->path, "//double");
}

TEST(Target, WithBadTextSaysSo) {
  EXPECT_EQ(parse_target("/models/vendor%2fmodel%2F1")->path, "/models/vendor%2Fmodel%2F1") << "one segment";
  for (const char* twice : {"/vendor%252Fmodel", "/a%2F", "/%2e%2e%2Fb", "/a%2F%2Fb", "/a%5cb"})
    EXPECT_FALSE(parse_target(twice)) << twice;
  EXPECT_EQ(parse_target("/%ff").error().code, "INVALID_UTF8");
  EXPECT_EQ(parse_target("/%4").error().kind, ErrorKind::kInvalid);
  EXPECT_FALSE(parse_target(""));
  EXPECT_FALSE(parse_target("*"));
}

TEST(ResponseHead, CannotBeBrokenOutOf) {
  Headers headers;
  headers.add("Location", "/a\r\nSet-Cookie: evil=1");
  headers.add("Bad Name", "x");
  headers.add("Content-Length", "7");
  headers.add("X-Good", "yes");
  Framing framing;
  framing.content_length = 3;
  framing.request_id = "id";
  const std::string head = response_head(200, headers, framing);
  EXPECT_THAT(head, AllOf(HasSubstr("X-Good: yes\r\n"), HasSubstr("Content-Length: 3\r\n"), Not(HasSubstr("evil")),
                          Not(HasSubstr("Bad Name")), Not(HasSubstr("Content-Length: 7"))));
}

}  // namespace
}  // namespace rapt::http
