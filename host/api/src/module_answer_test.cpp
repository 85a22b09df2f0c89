// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_answer.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;

http::Response good(const std::string& answer, bool is_public = false) {
  auto response = module_response(answer, is_public);
  if (!response) throw std::runtime_error(answer + ": " + response.error().message);
  return std::move(*response);
}

TEST(ModuleAnswer, ABareValueIsTheData) {
  const auto response = good(R"({"json":[1,null]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(response.body), json::parse(R"({"data":[1,null]})"));
}

TEST(ModuleAnswer, DataWithMetaIsTakenAsItIs) {
  const auto response = good(R"({"status":201,"json":{"data":[],"meta":{"next_cursor":null}}})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(json::parse(response.body), json::parse(R"({"data":[],"meta":{"next_cursor":null}})"));
  EXPECT_EQ(json::parse(good(R"({"json":{"data":1,"more":2}})").body), json::parse(R"({"data":{"data":1,"more":2}})"));
}

TEST(ModuleAnswer, TextHasATypeThatNoBrowserRuns) {
  EXPECT_EQ(good(R"({"body":"a"})").headers.get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(good(R"({"body":"a","content_type":"text/csv"})").headers.get("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(good(R"({"body":"<a/>","content_type":"application/xml"})").headers.get("Content-Disposition"),
            "attachment");
}

TEST(ModuleAnswer, AFailureIsToldAsEverywhere) {
  const auto own = good(R"({"status":409,"json":{"error":"It is there already.","code":"ENTRY_EXISTS"}})");
  EXPECT_EQ(own.status, 409);
  EXPECT_EQ(json::parse(own.body), json::parse(R"({"error":"It is there already.","code":"ENTRY_EXISTS"})"));
  const auto bare = json::parse(good(R"({"status":404})").body);
  EXPECT_EQ(bare["code"], "NOT_FOUND");
  EXPECT_FALSE(bare["error"].get<std::string>().empty());
}

TEST(ModuleAnswer, AllowedHeadersComeThrough) {
  const auto response = good(
      R"({"status":201,"json":1,"headers":{"ETag":"\"a\"","Location":"/api/v1/x","Cache-Control":"private, max-age=60",)"
      R"("Content-Disposition":"attachment; filename=\"a.csv\"","Retry-After":"5"}})");
  EXPECT_EQ(response.headers.get("ETag"), "\"a\"");
  EXPECT_EQ(response.headers.get("Location"), "/api/v1/x");
  EXPECT_EQ(response.headers.get("Cache-Control"), "private, max-age=60");
  EXPECT_TRUE(module_response(R"({"json":1,"headers":{"Cache-Control":"public, max-age=60"}})", true));
}

struct Lie {
  const char* answer;
  const char* why;
};

class Lies : public testing::TestWithParam<Lie> {};

TEST_P(Lies, AreRefusedWithTheReason) {
  const auto response = module_response(GetParam().answer, false);
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

TEST(ModuleAnswer, WhatIsNestedTooDeepIsRefused) {
  const std::string deep = R"({"json":)" + std::string(200000, '[') + std::string(200000, ']') + "}";
  const auto response = module_response(deep, false);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("deeper"));
}

}  // namespace
}  // namespace rapt::api
