// SPDX-License-Identifier: AGPL-3.0-or-later
// Embeddings, the gateway's books, and the estimate of tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "embedding_protocol.hpp"
#include "generation_protocol.hpp"
#include "rapt/gateway/tokens.hpp"
#include "test_caller.hpp"

namespace rapt::gateway {
namespace {

using testing::Asked;
using testing::Caller;
using ::testing::ElementsAre;
using testing::Peer;
using testing::ScriptedGateway;

Result<Embeddings> embed(const ScriptedGateway& server, std::vector<std::string> inputs) {
  Caller caller(server);
  OpenAiGateway gateway(caller.client, caller.options);
  EmbeddingRequest request{.call_id = testing::kCallId, .model = "m", .inputs = std::move(inputs)};
  return runtime::run_blocking(gateway.embed(std::move(request)));
}

TEST(Embeddings, ComeInTheOrderOfTheTexts) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (asked.number == 0) return peer.answer(503, "{}");
    peer.answer(200, R"({"model":"e","usage":{"prompt_tokens":4},"data":[{"index":1,"embedding":[3,4]},)"
                     R"({"index":0,"embedding":[1.5,-2e-3]}]})");
  });
  const auto made = embed(server, {"one", "two"});
  ASSERT_TRUE(made.has_value()) << made.error().log_detail;
  EXPECT_THAT(made->vectors, ElementsAre(ElementsAre(1.5F, -0.002F), ElementsAre(3.0F, 4.0F)));
  EXPECT_EQ(made->spent.input_tokens, 4);
  EXPECT_EQ(made->spent.model, "e");
  EXPECT_FALSE(made->spent.estimated);
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1].target, "/v1/embeddings");
  EXPECT_EQ(nlohmann::json::parse(asked[1].body)["input"], nlohmann::json({"one", "two"}));
}

TEST(Embeddings, AreCountedByEstimateWhereNobodyCounts) {
  ScriptedGateway server([](const Asked&, const Peer& peer) { peer.answer(200, R"({"data":[{"embedding":[1]}]})"); });
  const auto made = embed(server, {"a few words"});
  EXPECT_EQ(made->spent.input_tokens, estimated_tokens("a few words"));
  EXPECT_TRUE(made->spent.estimated);
  EXPECT_EQ(made->spent.model, "m");
}

TEST(Embeddings, OnlyTextsAreSentThatThereAre) {
  for (const auto& inputs : {std::vector<std::string>{}, {"a", ""}, std::vector<std::string>(257, "a")})
    EXPECT_EQ(embedding_body({.model = "m", .inputs = inputs}).error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(embedding_body({.model = "m", .inputs = std::vector<std::string>(256, "a")}).has_value());
}

TEST(Embeddings, WhatAreNoVectorsIsRefused) {
  for (const char* data :
       {"[]", "{}", "7", R"([{"embedding":[1]}])", R"([{"embedding":[1]},{"embedding":[]}])",
        R"([{"embedding":[1]},{"embedding":["1"]}])", R"([{"embedding":[1]},{"embedding":[null]}])",
        R"([{"embedding":[1]},{"embedding":[1e39]}])", R"([{"embedding":[1]},{"embedding":[1,2]}])",
        R"([{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}])",
        R"([{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}])",
        R"([{"index":0,"embedding":[1]},{"index":-1,"embedding":[1]}])", R"([{"index":0,"embedding":[1]},null])",
        R"([{"embedding":[1]},{"embedding":[1]},{"embedding":[1]}])"}) {
    const auto made = parse_embeddings(std::string(R"({"data":)") + data + "}", 2);
    ASSERT_FALSE(made.has_value()) << data;
    EXPECT_EQ(made.error().code, "AI_INVALID_RESPONSE") << data;
  }
}

TEST(Books, TellThePaidTokensBeforeTheCountedOnes) {
  const auto found = parse_generation(
      R"({"data":{"id":"gen-1","model":"m","tokens_prompt":1,"tokens_completion":2,"native_tokens_prompt":10,)"
      R"("native_tokens_completion":20,"generation_time":1500}})");
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_EQ((*found)->input_tokens, 10);
  EXPECT_EQ((*found)->output_tokens, 20);
  EXPECT_EQ((*found)->generation_id, "gen-1");
  EXPECT_EQ((*found)->latency, std::chrono::milliseconds(1500));
  EXPECT_EQ((*parse_generation(R"({"data":{"tokens_prompt":1,"tokens_completion":2}})"))->output_tokens, 2);
}

TEST(Books, WithoutCountsTheySayNothing) {
  for (const char* text : {"", "{}", R"({"data":[]})", R"({"data":{"tokens_prompt":1}})",
                           R"({"data":{"tokens_prompt":1,"tokens_completion":-2}})"})
    EXPECT_FALSE(parse_generation(text).has_value()) << text;
}

TEST(Books, AreAskedByAnyNameAndMayNotBeThere) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    constexpr int kStatuses[] = {404, 405, 501, 401, 500};
    peer.answer(kStatuses[asked.number], "{}");
  });
  Caller caller(server);
  OpenAiGateway gateway(caller.client, caller.options);
  for (int i = 0; i < 3; ++i) {
    const auto found = runtime::run_blocking(gateway.find_spent("a b&c=\xC3\xBC/"));
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->has_value());
  }
  EXPECT_EQ(server.asked()[0].target, "/v1/generation?id=a%20b%26c%3D%C3%BC%2F");
  EXPECT_EQ(runtime::run_blocking(gateway.find_spent("x")).error().code, "AI_AUTHENTICATION_FAILED");
  EXPECT_EQ(runtime::run_blocking(gateway.find_spent("x")).error().code, "AI_GATEWAY_ERROR");
}

TEST(EstimatedTokens, FollowsTheScriptOfAText) {
  EXPECT_EQ(estimated_tokens(""), 0);
  EXPECT_EQ(estimated_tokens("a"), 1);
  const std::string english = "Which of the two terms would you move so that the variable stands on one side only?";
  EXPECT_NEAR(static_cast<double>(estimated_tokens(english)), 18, 4);
  const std::string chinese = "\xE4\xBD\xA0\xE5\xA5\xBD\xE4\xB8\x96\xE7\x95\x8C";  // four characters, twelve bytes
  EXPECT_NEAR(static_cast<double>(estimated_tokens(chinese)), 3, 1);
  EXPECT_GT(estimated_tokens("\xFF\xFE\xC0\xF0\x9F"), 0);
  for (const auto& whole : {english, chinese, std::string("12 3456, \u00e9t\u00e9")}) {
    EstimatedTokens counted;
    for (std::size_t at = 0; at < whole.size();) {
      auto end = at + 1;
      while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xC0U) == 0x80U) ++end;
      counted.add(std::string_view(whole).substr(at, end - at));
      counted.add("");
      at = end;
    }
    EXPECT_EQ(counted.count(), estimated_tokens(whole));
  }
}

/// The figures of the vocabularies: the most tokens that cl100k_base, o200k_base, Llama 2 or Llama 3 make of the text.
TEST(MostTokens, AreRarelyFewerThanAModelMakes) {
  struct Known {
    const char* text;
    std::int64_t greediest;
  };
  for (const auto& [text, greediest] : {
           Known{"How do I solve three x plus five equals twenty? My teacher said that I should first undo it.", 22},
           Known{"{\"type\": \"object\", \"required\": [\"told\", \"left_out\"], \"minimum\": 0}", 25},
           Known{"Как мне решить это уравнение? Я попробовал перенести пять.", 27},
           Known{"मैं इस समीकरण को कैसे हल करूँ? मैंने पाँच को दूसरी ओर ले जाने की कोशिश की।", 82},
           Known{"我怎么解这个方程？我试着把五移到另一边，但是得到了奇怪的结果。", 41},
           Known{"ይህን እኩልታ እንዴት እፈታለሁ? አምስትን ወደ ሌላኛው ጎን ለማንቀሳቀስ ሞከርኩ።", 133},
       }) {
    EXPECT_GE(10 * most_tokens(text), 9 * greediest) << text;
    EXPECT_LE(most_tokens(text), 3 * greediest) << text;
  }
}

TEST(MostTokens, CountTheBytesOfALongTextAsEachAlone) {
  std::mt19937 dice(13);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    std::int64_t thirds = 0;
    for (auto length = dice() % 3000; length > 0; --length) {
      text += static_cast<char>(round % 2 == 0 ? dice() % 256 : 0xF0);
      thirds += most_tokens(std::string(3, text.back()));
    }
    ASSERT_EQ(most_tokens(text), (thirds + 2) / 3) << text.size() << " bytes";
  }
}

TEST(MostTokens, CountEveryByteOnceAndTheMarksOfAMessage) {
  EXPECT_EQ(most_tokens(""), 0);
  EXPECT_EQ(most_tokens("abc def"), 3);
  EXPECT_EQ(most_tokens("3+5"), 3);
  EXPECT_EQ(most_tokens("\xC3\xA9"), 2) << "four thirds";
  EXPECT_EQ(most_tokens("\xFF"), 2) << "what is no UTF-8 counts too";
  const Message message{"user", "abc", {{"image/png", "xyz"}}};
  EXPECT_EQ(most_tokens(message), 805);
  ChatRequest request{.messages = {message, message}};
  request.response_schema_json = "{}";
  EXPECT_EQ(most_tokens(request), 2 * 805 + 2);
}

}  // namespace
}  // namespace rapt::gateway
