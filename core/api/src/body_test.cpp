// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/body.hpp"

#include <gmock/gmock.h>

#include "rapt/base/ids.hpp"

namespace rapt::api {
namespace {

http::Request request_with(std::string body, const char* type = "application/json") {
  http::Request request;
  request.headers.set("Content-Type", type);
  request.body = std::move(body);
  return request;
}

TEST(Body, ReadsTextAndIds) {
  auto body = Body::parse(request_with(R"({"content":"hi","tool_id":"019AA000-0000-7000-8000-00000000000a"})"));
  ASSERT_TRUE(body);
  EXPECT_EQ(body->text("content", 10), "hi");
  EXPECT_EQ(body->id<ToolId>("tool_id").str(), "019aa000-0000-7000-8000-00000000000a");
  EXPECT_FALSE(body->fault());
}

TEST(Body, CollectsEveryFaultAtOnce) {
  auto body = Body::parse(request_with(R"({"content":7,"tool_id":"x","state":"asleep","colour":1})"));
  ASSERT_TRUE(body);
  body->text("content", 10);
  body->id<ToolId>("tool_id");
  body->one_of("state", {"active", "paused"});
  body->text("email", 10);
  const auto fault = body->fault();
  ASSERT_TRUE(fault);
  std::vector<std::string> paths;
  for (const auto& field : fault->fields) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("content", "tool_id", "state", "email", "colour"));
}

TEST(Body, RefusesEmptyTooLongAndNul) {
  for (const char* bad :
       {R"({"content":""})", R"({"content":"12345678901"})", R"({"content":"a\u0000b"})", R"({"content":null})"}) {
    auto body = Body::parse(request_with(bad));
    ASSERT_TRUE(body) << bad;
    body->text("content", 10);
    EXPECT_TRUE(body->fault()) << bad;
  }
}

TEST(Body, AnOptionalIdMayBeMissingOrNull) {
  for (const char* good : {"{}", R"({"assignment_id":null})"}) {
    auto body = Body::parse(request_with(good));
    ASSERT_TRUE(body) << good;
    EXPECT_TRUE(body->optional_id<AssignmentId>("assignment_id").empty());
    EXPECT_FALSE(body->fault()) << good;
  }
}

TEST(Body, SaysWhereTheJsonBreaks) {
  const auto body = Body::parse(request_with("{\n  \"a\": nope\n}"));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, "INVALID_JSON");
  EXPECT_THAT(body.error().message, ::testing::HasSubstr("line 2"));
}

TEST(Body, RefusesOtherTypesBadUtf8ArraysAndDepth) {
  EXPECT_EQ(Body::parse(request_with("{}", "text/plain")).error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(Body::parse(request_with("{\"a\":\"\xff\"}")).error().code, "INVALID_UTF8");
  EXPECT_EQ(Body::parse(request_with("[]")).error().kind, ErrorKind::kInvalid);
  const std::string deep = "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_EQ(Body::parse(request_with(deep)).error().kind, ErrorKind::kInvalid);
}

TEST(Body, FindsNulInsideStructuredInput) {
  for (const char* bad :
       {R"({"input":{"topic":"a\u0000"}})", R"({"input":{"a\u0000b":1}})", R"({"input":["\u0000"]})"}) {
    auto body = Body::parse(request_with(bad));
    ASSERT_TRUE(body) << bad;
    body->json_text("input");
    EXPECT_TRUE(body->fault()) << bad;
  }
}

TEST(Body, RefusesNumbersThatNoDoubleHolds) {
  const auto refused = Body::parse(request_with(R"({"email": 1e999})"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "INVALID_JSON");
}

TEST(Body, TellsOfAFewOfVeryManyFaults) {
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  auto body = Body::parse(request_with(many + "\"last\":0}"));
  ASSERT_TRUE(body);
  EXPECT_EQ(body->fault()->fields.size(), 20u);
}

}  // namespace
}  // namespace rapt::api
