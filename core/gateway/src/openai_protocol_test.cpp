// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openai_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rapt::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(RequestBody, NamesModelMessagesAndAsksForUsage) {
  const auto body =
      json::parse(request_body({.messages = {{"system", "Be kind."}, {"user", "hi \"there\""}}}, "default/model"));
  EXPECT_EQ(body["model"], "default/model");
  EXPECT_EQ(body["stream"], true);
  EXPECT_EQ(body["stream_options"]["include_usage"], true);
  EXPECT_EQ(body["messages"][1]["content"], "hi \"there\"");
  EXPECT_FALSE(body.contains("response_format"));
}

TEST(RequestBody, CarriesTheSchemaOfAStructuredAnswer) {
  const auto body = json::parse(request_body({.model = "m", .response_schema_json = R"({"type":"object"})"}, "d"));
  EXPECT_EQ(body["model"], "m");
  EXPECT_EQ(body["response_format"]["type"], "json_schema");
  EXPECT_EQ(body["response_format"]["json_schema"]["schema"]["type"], "object");
}

TEST(ParsePiece, ReadsADeltaAndAWholeMessageAlike) {
  EXPECT_EQ(parse_piece(R"({"model":"m","choices":[{"delta":{"content":"Hi"}}]})")->content, "Hi");
  const auto whole = parse_piece(
      R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}})");
  EXPECT_EQ(whole->content, "Hi");
  EXPECT_EQ(whole->finish_reason, "stop");
  EXPECT_EQ(whole->usage->input_tokens, 3);
  EXPECT_EQ(whole->usage->output_tokens, 1);
}

TEST(ParsePiece, TheLastChunkMayHoldUsageAlone) {
  const auto last =
      parse_piece(R"({"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":12,"total_tokens":42}})");
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->usage->output_tokens, 12);
}

TEST(ParsePiece, TokenCountsThatCannotBeAreNotBelieved) {
  for (const char* usage :
       {R"({"prompt_tokens":-1,"completion_tokens":1})", R"({"prompt_tokens":"3","completion_tokens":1})",
        R"({"prompt_tokens":1e9,"completion_tokens":1})",
        R"({"prompt_tokens":18446744073709551615,"completion_tokens":1})", R"({"prompt_tokens":3})", R"([])", "null"}) {
    const auto piece = parse_piece(std::string(R"({"choices":[],"usage":)") + usage + "}");
    ASSERT_TRUE(piece.has_value()) << usage;
    EXPECT_FALSE(piece->usage.has_value()) << usage;
  }
}

TEST(ParsePiece, RubbishIsAnInvalidResponse) {
  for (const char* text : {"", "null", "[]", "{", "<html>", R"({"choices":7})", R"({"id":1})", R"({"choices":["x"]})",
                           R"({"choices":[{}]})", "{\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}"}) {
    const auto piece = parse_piece(text);
    ASSERT_FALSE(piece.has_value()) << text;
    EXPECT_EQ(piece.error().code, "AI_INVALID_RESPONSE") << text;
  }
}

TEST(ParsePiece, NamesAreShortAndPrintable) {
  const std::string name(100000, 'm');
  const auto piece =
      parse_piece(R"({"model":")" + name + R"(","choices":[{"delta":{},"finish_reason":"a\u0000)" + name + R"("}]})");
  ASSERT_TRUE(piece.has_value());
  EXPECT_LT(piece->model.size(), 210U);
  EXPECT_LT(piece->finish_reason.size(), 210U);
  EXPECT_EQ(piece->finish_reason.find('\0'), std::string::npos);
}

TEST(ParsePiece, NulNeverReachesTheDatabase) {
  EXPECT_EQ(parse_piece(R"({"choices":[{"delta":{"content":"a\u0000b"}}]})")->content,
            "a\xEF\xBF\xBD"
            "b");
}

TEST(ParsePiece, AnErrorInTheStreamIsFound) {
  const auto piece = parse_piece(R"({"error":{"code":429,"message":"slow down"}})");
  ASSERT_TRUE(piece->error.has_value());
  EXPECT_EQ(to_error(*piece->error, 7).code, "AI_RATE_LIMITED");
  EXPECT_EQ(to_error(*piece->error, 7).retry_after_seconds, 7);
}

TEST(ToError, MapsEachStatusToItsCode) {
  const std::vector<std::tuple<int, std::string, std::string>> cases = {
      {401, "{}", "AI_AUTHENTICATION_FAILED"},
      {403, "no", "AI_AUTHENTICATION_FAILED"},
      {404, "", "AI_MODEL_NOT_AVAILABLE"},
      {400, R"({"error":{"message":"no such model"}})", "AI_MODEL_NOT_AVAILABLE"},
      {400, R"({"error":{"message":"messages too long"}})", "AI_GATEWAY_ERROR"},
      {402, "{}", "AI_GATEWAY_ERROR"},
      {408, "{}", "AI_TIMEOUT"},
      {429, "{}", "AI_RATE_LIMITED"},
      {500, "<html>", "AI_GATEWAY_ERROR"},
      {504, "", "AI_TIMEOUT"}};
  for (const auto& [status, body, code] : cases) {
    EXPECT_EQ(to_error(parse_error_body(status, body), 1).code, code) << status;
  }
}

TEST(ToError, TheReaderIsNotShownTheGatewaysWords) {
  const auto error =
      to_error(parse_error_body(500, R"({"error":{"code":"boom","message":"stack\u001b[31m trace"}})"), 1);
  EXPECT_THAT(error.message, Not(HasSubstr("trace")));
  EXPECT_THAT(error.log_detail, HasSubstr("boom"));
  EXPECT_THAT(error.log_detail, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace rapt::gateway
