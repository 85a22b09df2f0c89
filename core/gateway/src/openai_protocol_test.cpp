// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openai_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kKey = "sk-test-1234";
const std::vector<Message> kAsked = {{"user", "How are you?"}};
const Discretion kDiscretion(kKey, kAsked);

Result<Piece> parse_piece(std::string_view text) {
  return gateway::parse_piece(text, kDiscretion);
}

Error error_of(int status, std::string_view body) {
  return to_failure(parse_error_body(status, body, kDiscretion), std::nullopt).error;
}

TEST(ParsePiece, ReadsADeltaAndAWholeMessageAlike) {
  EXPECT_EQ(parse_piece(R"({"model":"m","choices":[{"delta":{"content":"Hi"}}]})")->content, "Hi");
  const auto whole = parse_piece(
      R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}})");
  EXPECT_EQ(whole->content, "Hi");
  EXPECT_EQ(whole->finish_reason, "stop");
  EXPECT_EQ(whole->usage.input_tokens, 3);
  EXPECT_EQ(whole->usage.output_tokens, 1);
}

TEST(ParsePiece, TheLastChunkMayHoldUsageAlone) {
  const auto last =
      parse_piece(R"({"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":12,"total_tokens":42}})");
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->usage.output_tokens, 12);
}

TEST(ParsePiece, TokenCountsThatCannotBeAreNotBelieved) {
  for (const char* usage :
       {R"({"prompt_tokens":-1,"completion_tokens":1.5})", R"({"prompt_tokens":"3"})", R"({"prompt_tokens":1e9})",
        R"({"prompt_tokens":18446744073709551615})", R"([])", "null", "7"}) {
    const auto piece = parse_piece(std::string(R"({"choices":[],"usage":)") + usage + "}");
    ASSERT_TRUE(piece.has_value()) << usage;
    EXPECT_FALSE(piece->usage.input_tokens.has_value()) << usage;
    EXPECT_FALSE(piece->usage.output_tokens.has_value()) << usage;
  }
}

TEST(ParsePiece, EitherCountMayBeMissingAndUsageMayStandAlone) {
  const auto piece = parse_piece(R"({"usage":{"prompt_tokens":3}})");
  ASSERT_TRUE(piece.has_value());
  EXPECT_EQ(piece->usage.input_tokens, 3);
  EXPECT_FALSE(piece->usage.output_tokens.has_value());
  EXPECT_EQ(parse_piece(R"({"usage":{"input_tokens":3,"output_tokens":4}})")->usage.output_tokens, 4);
}

TEST(ParsePiece, WordsComeInManyShapesAndMayBeMissing) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"choices":[{"delta":{"role":"assistant"}}]})", ""},
      {R"({"choices":[{"delta":{"content":null,"reasoning":"hm","reasoning_content":"hm"}}]})", ""},
      {R"({"choices":[{"delta":null,"finish_reason":null}]})", ""},
      {R"({"choices":[],"prompt_filter_results":[]})", ""},
      {R"({"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}}]})",
       "ab"},
      {R"({"choices":[{"delta":{"content":"","refusal":"I can't."}}]})", "I can't."}};
  for (const auto& [text, words] : cases) {
    const auto piece = parse_piece(text);
    ASSERT_TRUE(piece.has_value()) << text;
    EXPECT_EQ(piece->content, words) << text;
    EXPECT_TRUE(piece->finish_reason.empty()) << text;
  }
  EXPECT_EQ(parse_piece(R"({"choices":[{"delta":{"content":"a","finish_reason":"stop"}}]})")->finish_reason, "stop");
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

TEST(ParsePiece, AnErrorInTheStreamIsFoundWithItsCodeAsNumberOrText) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"error":{"code":429,"message":"slow down"}})", "AI_RATE_LIMITED"},
      {R"({"error":{"code":"429","message":"slow down"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]})",
       "AI_RATE_LIMITED"},
      {R"({"error":{"type":"rate_limit_error"}})", "AI_RATE_LIMITED"},
      {R"({"error":{"code":"502","message":"upstream"}})", "AI_GATEWAY_ERROR"},
      {R"({"error":{"code":-1}})", "AI_GATEWAY_ERROR"},
      {R"({"error":{"code":{"a":1}}})", "AI_GATEWAY_ERROR"},
      {R"({"error":"it broke"})", "AI_GATEWAY_ERROR"},
      {R"({"choices":[{"error":{"code":504}}]})", "AI_TIMEOUT"},
      {R"({"choices":[{"delta":{},"finish_reason":"error"}]})", "AI_GATEWAY_ERROR"}};
  for (const auto& [text, code] : cases) {
    const auto piece = parse_piece(text);
    ASSERT_TRUE(piece.has_value()) << text;
    ASSERT_TRUE(piece->error.has_value()) << text;
    EXPECT_EQ(to_failure(*piece->error, std::nullopt).error.code, code) << text;
  }
}

TEST(ToFailure, MapsEachStatusToItsCode) {
  const std::vector<std::tuple<int, std::string, std::string>> cases = {
      {401, "{}", "AI_AUTHENTICATION_FAILED"},
      {403, "no", "AI_AUTHENTICATION_FAILED"},
      {403, R"({"error":{"metadata":{"reasons":["violence"]}}})", "AI_GATEWAY_ERROR"},
      {404, "", "AI_MODEL_NOT_AVAILABLE"},
      {400, R"({"error":{"message":"no such model"}})", "AI_MODEL_NOT_AVAILABLE"},
      {400, R"({"error":{"message":"a/b is not a valid model ID"}})", "AI_MODEL_NOT_AVAILABLE"},
      {400, R"({"error":{"message":"messages too long"}})", "AI_GATEWAY_ERROR"},
      {402, "{}", "AI_GATEWAY_ERROR"},
      {408, "{}", "AI_TIMEOUT"},
      {429, "{}", "AI_RATE_LIMITED"},
      {429, R"({"error":{"type":"insufficient_quota"}})", "AI_GATEWAY_ERROR"},
      {500, "<html>", "AI_GATEWAY_ERROR"},
      {504, "", "AI_TIMEOUT"}};
  for (const auto& [status, body, code] : cases) {
    EXPECT_EQ(error_of(status, body).code, code) << status << body;
  }
}

TEST(ToFailure, AModelWhoseContextIsTooSmallIsThere) {
  const auto error = error_of(400, R"({"error":{"message":"This model's maximum context length is 8192 tokens."}})");
  EXPECT_EQ(error.code, "AI_GATEWAY_ERROR");
  EXPECT_THAT(error.message, HasSubstr("longer than the model"));
}

TEST(ToFailure, NeitherReaderNorLogGetsTheGatewaysSentences) {
  const auto error = error_of(500, R"({"error":{"code":"boom","type":"a b","message":"stack\u001b[31m trace"}})");
  EXPECT_THAT(error.message, Not(HasSubstr("trace")));
  EXPECT_EQ(error.log_detail, "HTTP 500, boom");
}

TEST(Discretion, LogsCodesThatAreNoSecrets) {
  const std::vector<Message> asked = {{"user", "my name is zebra_47"}};
  const Discretion discretion(kKey, asked);
  EXPECT_EQ(discretion.code("model_not_found"), "model_not_found");
  EXPECT_EQ(discretion.code("zebra_47"), "");
  EXPECT_EQ(discretion.code("sk-test-1234"), "");
  EXPECT_EQ(discretion.code("key-sk-test-1234-bad"), "");
  EXPECT_EQ(discretion.code("two words"), "");
  EXPECT_EQ(discretion.code(std::string(65, 'a')), "");
  EXPECT_EQ(Discretion(kKey).code("model_not_found"), "");
}

}  // namespace
}  // namespace rapt::gateway
