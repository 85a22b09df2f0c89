// SPDX-License-Identifier: AGPL-3.0-or-later
#include "plain_chunk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rapt::gateway {
namespace {

const std::string kNoKey;
const Discretion kNothingAsked(kNoKey);

std::string chunk_with(const std::string& choice, const std::string& more = "") {
  return R"({"id":"gen-1","object":"chat.completion.chunk","created":1760000000,"model":"a/b","choices":[)" + choice +
         "]" + more + "}";
}

/// The same JSON, which the general reader has to read for the blank in it.
std::string read_generally(const std::string& text) {
  return text.substr(0, 1) + "\t" + text.substr(1);
}

TEST(PlainChunk, ReadsWhatBringsWordsAndNothingElse) {
  const std::vector<std::string> choices = {
      R"({"delta":{"content":"Hi, 你"}})",
      R"({"index":0,"delta":{"role":"assistant","content":"Hi, 你","refusal":null},"logprobs":null,"finish_reason":null})",
      R"( { "index" : 0 , "delta" : { "content" : "Hi, 你" , "tool_calls" : [ ] } } )",
      R"({"n":[-1,0.25,[],{},{"a":[true,false,null]}],"delta":{"content":"Hi, 你"},"error":null})"};
  for (const auto& choice : choices) {
    Piece piece;
    ASSERT_TRUE(read_plain_chunk(chunk_with(choice, R"(,"usage":null)"), piece)) << choice;
    EXPECT_EQ(piece.content, "Hi, 你");
    EXPECT_EQ(piece.id, "gen-1");
    EXPECT_EQ(piece.model, "a/b");
  }
}

TEST(PlainChunk, LeavesToTheGeneralReaderWhatBringsAnythingElse) {
  const std::vector<std::string> texts = {chunk_with(R"({"delta":{"content":"a\nb"}})"),
                                          chunk_with(R"({"delta":{"content":""}})"),
                                          chunk_with(R"({"delta":{"content":"a"},"finish_reason":"stop"})"),
                                          chunk_with(R"({"delta":{"content":"a","finish_reason":"stop"}})"),
                                          chunk_with(R"({"delta":{"content":"a"},"error":{"code":429}})"),
                                          chunk_with(R"({"delta":{"content":"a"}})", R"(,"usage":{"prompt_tokens":1})"),
                                          chunk_with(R"({"delta":{"content":"a"}})", R"(,"error":{"code":429})"),
                                          chunk_with(R"({"message":{"content":"a"}})"),
                                          chunk_with(R"({"delta":{"content":"a"}},{"delta":{"content":"b"}})"),
                                          chunk_with("")};
  for (const auto& text : texts) {
    Piece piece;
    EXPECT_FALSE(read_plain_chunk(text, piece)) << text;
  }
}

TEST(PlainChunk, IsReadAsTheGeneralReaderWould) {
  const std::string good = R"({"delta":{"content":"a"}})";
  std::vector<std::string> texts = {chunk_with(good),
                                    chunk_with(good, R"(,"id":"gen-2")"),
                                    chunk_with(good, R"(,"model":7)"),
                                    chunk_with(good, R"(,"choices":[])"),
                                    chunk_with(good, R"(,"n":01)"),
                                    chunk_with(good, R"(,"n":1.)"),
                                    chunk_with(good, R"(,"n":-)"),
                                    chunk_with(good, R"(,"n":1e9)"),
                                    chunk_with(good, R"(,"n":)" + std::string(400, '9')),
                                    chunk_with(good, R"(,"n":nul)"),
                                    chunk_with(good, R"(,"n":[1,])"),
                                    chunk_with(good, R"(,"n":)" + std::string(40, '[') + std::string(40, ']')),
                                    chunk_with(good, R"(,)"),
                                    chunk_with(good) + "x",
                                    chunk_with(good) + "  ",
                                    chunk_with(R"({"delta":{"content":"a","content":"b"}})"),
                                    chunk_with(R"({"delta":{"content":"a"},"delta":{"content":"b"}})"),
                                    chunk_with(R"({"delta":{"content":["a"]}})"),
                                    chunk_with(R"({"delta":{"content":"a","refusal":"no"}})"),
                                    chunk_with("{\"delta\":{\"content\":\"\xff\"}}"),
                                    chunk_with("{\"delta\":{\"content\":\"a\x01\"}}"),
                                    R"({"model":")" + std::string(300, 'm') + R"(","choices":[)" + good + "]}"};
  const auto whole = chunk_with(good);
  for (std::size_t size = 1; size < whole.size(); ++size) texts.push_back(whole.substr(0, size));
  for (const auto& text : texts) {
    const auto ours = parse_piece(text, kNothingAsked), general = parse_piece(read_generally(text), kNothingAsked);
    ASSERT_EQ(ours.has_value(), general.has_value()) << text;
    if (!ours) continue;
    EXPECT_EQ(ours->content, general->content) << text;
    EXPECT_EQ(ours->model, general->model) << text;
    EXPECT_EQ(ours->id, general->id) << text;
    EXPECT_EQ(ours->finish_reason, general->finish_reason) << text;
    EXPECT_EQ(ours->error.has_value(), general->error.has_value()) << text;
  }
}

}  // namespace
}  // namespace rapt::gateway
