// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/route_answer.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace rapt::host {
namespace {

using nlohmann::json;
using testing::HasSubstr;

RouteAnswer good(const std::string& answer, bool is_public = false) {
  auto response = read_route_answer(answer, is_public);
  if (!response) throw std::runtime_error(answer + ": " + response.error().message);
  return std::move(*response);
}

std::string header(const RouteAnswer& answer, std::string_view name) {
  for (const auto& [known, value] : answer.headers)
    if (known == name) return value;
  return "";
}

TEST(RouteAnswer, ABareValueIsTheData) {
  const auto response = good(R"({"json":[1,null]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(json::parse(response.body), json::parse(R"({"data":[1,null]})"));
}

TEST(RouteAnswer, DataWithMetaIsTakenAsItIs) {
  const auto response = good(R"({"status":201,"json":{"data":[],"meta":{"next_cursor":null}}})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(json::parse(response.body), json::parse(R"({"data":[],"meta":{"next_cursor":null}})"));
  EXPECT_EQ(json::parse(good(R"({"json":{"data":1,"more":2}})").body), json::parse(R"({"data":{"data":1,"more":2}})"));
}

TEST(RouteAnswer, TextHasATypeThatNoBrowserRuns) {
  EXPECT_EQ(header(good(R"({"body":"a"})"), "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(header(good(R"({"body":"a","content_type":"text/csv"})"), "Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(header(good(R"({"body":"<a/>","content_type":"application/xml"})"), "Content-Disposition"), "attachment");
}

TEST(RouteAnswer, AFailureIsToldAsEverywhere) {
  const auto own = good(R"({"status":409,"json":{"error":"It is there already.","code":"ENTRY_EXISTS"}})");
  EXPECT_EQ(own.status, 409);
  EXPECT_EQ(json::parse(own.body), json::parse(R"({"error":"It is there already.","code":"ENTRY_EXISTS"})"));
  const auto bare = json::parse(good(R"({"status":404})").body);
  EXPECT_EQ(bare["code"], "NOT_FOUND");
  EXPECT_FALSE(bare["error"].get<std::string>().empty());
}

TEST(RouteAnswer, AllowedHeadersComeThrough) {
  const auto response = good(
      R"({"status":201,"json":1,"headers":{"ETag":"\"a\"","Location":"/api/v1/x","Cache-Control":"private, max-age=60",)"
      R"("Content-Disposition":"attachment; filename=\"a.csv\"","Retry-After":"5"}})");
  EXPECT_EQ(header(response, "ETag"), "\"a\"");
  EXPECT_EQ(header(response, "Location"), "/api/v1/x");
  EXPECT_EQ(header(response, "Cache-Control"), "private, max-age=60");
  EXPECT_TRUE(read_route_answer(R"({"json":1,"headers":{"Cache-Control":"public, max-age=60"}})", true));
}

struct Lie {
  const char* answer;
  const char* why;
};

class Lies : public testing::TestWithParam<Lie> {};

TEST_P(Lies, AreRefusedWithTheReason) {
  const auto response = read_route_answer(GetParam().answer, false);
  ASSERT_FALSE(response) << GetParam().answer;
  EXPECT_THAT(response.error().message, HasSubstr(GetParam().why)) << GetParam().answer;
}

INSTANTIATE_TEST_SUITE_P(
    All, Lies,
    testing::Values(
        Lie{"", "not JSON"}, Lie{"{\"json\":1", "not JSON"}, Lie{"[]", "no object"},
        Lie{R"({"json":1,"json":2})", "twice"}, Lie{R"({"json":1e999})", "not JSON"}, Lie{R"({"jsn":1})", "member"},
        Lie{R"({"status":"200"})", "no whole number"}, Lie{R"({"status":200.5})", "no whole number"},
        Lie{R"({"status":100})", "none that a module"}, Lie{R"({"status":301})", "none that a module"},
        Lie{R"({"status":401})", "none that a module"}, Lie{R"({"status":500})", "none that a module"},
        Lie{R"({"status":4294967496})", "none that a module"}, Lie{R"({"json":1,"body":"a"})", "both"},
        Lie{R"({"body":1})", "no text"}, Lie{R"({"body":"<p>","content_type":"text/html"})", "content_type"},
        Lie{R"({"body":"a","content_type":"text/plain; charset=utf-7"})", "content_type"},
        Lie{R"({"json":1,"content_type":"text/csv"})", "without"}, Lie{R"({"status":204,"json":1})", "no body"},
        Lie{R"({"status":303})", "Location"}, Lie{R"({"headers":[]})", "no object"},
        Lie{R"({"headers":{"Set-Cookie":"a=b"}})", "Set-Cookie"},
        Lie{R"({"headers":{"Content-Security-Policy":"x"}})", "Content-Security-Policy"},
        Lie{R"({"headers":{"ETag":"a"}})", "ETag"}, Lie{R"({"headers":{"ETag":"\"a\"\r\nX: y"}})", "ETag"},
        Lie{R"({"headers":{"ETag":5}})", "ETag"}, Lie{R"({"headers":{"Location":"//evil.example"}})", "Location"},
        Lie{R"({"headers":{"Location":"https://evil.example"}})", "Location"},
        Lie{R"({"headers":{"Location":"/\\evil.example"}})", "Location"},
        Lie{R"({"headers":{"Content-Disposition":"inline"}})", "Content-Disposition"},
        Lie{R"({"headers":{"Cache-Control":"public"}})", "Cache-Control"},
        Lie{R"({"headers":{"Retry-After":"soon"}})", "Retry-After"}, Lie{R"({"status":400,"body":"a"})", "a failure"},
        Lie{R"({"status":400,"json":"a"})", "no object"}, Lie{R"({"status":400,"json":{"error":5}})", "no text"},
        Lie{R"({"status":400,"json":{"error":""}})", "empty"},
        Lie{R"({"status":400,"json":{"error":"a","stack":"b"}})", "more than"},
        Lie{R"({"status":400,"json":{"error":"a","code":"not a code"}})", "code"}));

TEST(RouteAnswer, WhatIsNestedTooDeepIsRefused) {
  const std::string deep = R"({"json":)" + std::string(200000, '[') + std::string(200000, ']') + "}";
  const auto response = read_route_answer(deep, false);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("deeper"));
}

}  // namespace
}  // namespace rapt::host
