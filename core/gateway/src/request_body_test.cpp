// SPDX-License-Identifier: AGPL-3.0-or-later
#include "request_body.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rapt::gateway {
namespace {

using nlohmann::json;

json body_of(const ChatRequest& request, const std::string& model) {
  return json::parse(chat_body(request, model).value());
}

TEST(RequestBody, NamesModelMessagesAndAsksForUsage) {
  const auto body = body_of({.messages = {{"system", "Be kind."}, {"user", "hi \"there\""}}}, "default/model");
  EXPECT_EQ(body["model"], "default/model");
  EXPECT_EQ(body["stream"], true);
  EXPECT_EQ(body["stream_options"]["include_usage"], true);
  EXPECT_EQ(body["messages"][1]["content"], "hi \"there\"");
  EXPECT_FALSE(body.contains("response_format"));
  EXPECT_FALSE(body.contains("max_tokens"));
}

TEST(RequestBody, CarriesTheSchemaOfAStructuredAnswer) {
  const auto body = body_of({.response_schema_json = R"({"type":"object"})"}, "m");
  EXPECT_EQ(body["model"], "m");
  EXPECT_EQ(body["response_format"]["type"], "json_schema");
  EXPECT_EQ(body["response_format"]["json_schema"]["schema"]["type"], "object");
}

TEST(RequestBody, BoundsTheAnswer) {
  EXPECT_EQ(body_of({.max_output_tokens = 300, .messages = {{"user", "hi"}}}, "m")["max_tokens"], 300);
}

TEST(RequestBody, SaysATemperatureOnlyWhenThereIsOne) {
  const ChatRequest request{.messages = {{"user", "hi"}}};
  EXPECT_EQ(json::parse(*chat_body(request, "m", 0.25))["temperature"], 0.25);
  EXPECT_FALSE(body_of(request, "m").contains("temperature"));
}

TEST(RequestBody, PicturesBecomeParts) {
  const auto body = body_of({.messages = {{"user", "what is it?", {{"image/png", std::string("\0ab", 3)}}},
                                          {"user", "", {{"image/gif", "x"}, {"image/webp", ""}}}}},
                            "m");
  const auto& parts = body["messages"][0]["content"];
  EXPECT_EQ(parts[0], json({{"type", "text"}, {"text", "what is it?"}}));
  EXPECT_EQ(parts[1]["image_url"]["url"], "data:image/png;base64,AGFi");
  EXPECT_EQ(body["messages"][1]["content"][0]["image_url"]["url"], "data:image/gif;base64,eA==");
  EXPECT_EQ(body["messages"][1]["content"][1]["image_url"]["url"], "data:image/webp;base64,");
}

TEST(RequestBody, APictureOfAnotherKindIsRefused) {
  const auto body = chat_body({.messages = {{"user", "", {{"text/html\";x=\"", "<b>"}}}}}, "m");
  ASSERT_FALSE(body.has_value());
  EXPECT_EQ(body.error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace rapt::gateway
