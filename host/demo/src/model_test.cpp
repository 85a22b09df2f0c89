// SPDX-License-Identifier: AGPL-3.0-or-later
// The demonstration model and the gateway's client, over a real socket.
#include "rapt/demo/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::demo {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Collector final : gateway::DeltaSink {
  std::vector<std::string> pieces;
  bool go_on = true;
  Task<bool> on_delta(std::string_view words) override {
    pieces.emplace_back(words);
    co_return go_on;
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& piece : pieces) all += piece;
    return all;
  }
};

class DemoModelTest : public testing::Test {
 protected:
  DemoModelTest() : loop_(1), model_({.word_pause = 0ms, .scenarios = true}), server_(loop_.executor(), {}, model_) {
    EXPECT_TRUE(server_.start().has_value());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~DemoModelTest() override {
    loop_.stop();
    thread_.join();
  }
  gateway::OpenAiGateway::Options options() const {
    return {.base_url = "http://127.0.0.1:" + std::to_string(server_.port()) + "/v1/",
            .api_key = "sk-secret",
            .default_model = "any",
            .request_timeout = 20s,
            .first_token_timeout = 10s,
            .max_retries = 1,
            .retry_pause = 1ms,
            .books_pause = 100ms};
  }
  gateway::Exchange ask(std::string model, gateway::DeltaSink* sink = nullptr) {
    gateway::OpenAiGateway gateway(client_, options());
    return runtime::run_blocking(
        gateway.complete({.model = std::move(model), .messages = {{"user", "How do I solve 3x + 5 = 20?"}}}, sink));
  }
  std::string code_of(const std::string& scenario) {
    const auto exchange = ask("scenario:" + scenario);
    return exchange.completion ? "answered" : exchange.completion.error().code;
  }

  runtime::Runtime loop_;
  DemoModel model_;
  http::Server server_;
  std::thread thread_;
  http::Client client_;
};

TEST_F(DemoModelTest, StreamsWordsThatMakeTheAnswerAndReportsTokens) {
  Collector sink;
  const auto exchange = ask("", &sink);
  ASSERT_TRUE(exchange.completion.has_value()) << exchange.completion.error().log_detail;
  EXPECT_GT(sink.pieces.size(), 5U);
  EXPECT_EQ(sink.text(), exchange.completion->content);
  EXPECT_THAT(exchange.completion->content, HasSubstr("$3x + 5 = 20$"));
  EXPECT_EQ(exchange.completion->finish_reason, "stop");
  ASSERT_TRUE(exchange.spent.has_value());
  EXPECT_EQ(exchange.spent->model, "rapt-demo");
  EXPECT_GT(exchange.spent->output_tokens, 0);
  EXPECT_FALSE(exchange.spent->estimated);
}

TEST_F(DemoModelTest, MakesJsonForASchema) {
  gateway::OpenAiGateway gateway(client_, options());
  const auto exchange = runtime::run_blocking(
      gateway.complete({.messages = {{"user", R"({"topic":"Fractions"})"}},
                        .response_schema_json = R"({"type":"object","properties":{"title":{"type":"string"}}})"},
                       nullptr));
  ASSERT_TRUE(exchange.completion.has_value());
  EXPECT_THAT(nlohmann::json::parse(exchange.completion->content)["title"].get<std::string>(), HasSubstr("Fractions"));
}

TEST_F(DemoModelTest, EachFailureBecomesItsCode) {
  EXPECT_EQ(code_of("error-401"), "AI_AUTHENTICATION_FAILED");
  EXPECT_EQ(code_of("error-404"), "AI_MODEL_NOT_AVAILABLE");
  EXPECT_EQ(code_of("error-500"), "AI_GATEWAY_ERROR");
  EXPECT_EQ(code_of("rubbish"), "AI_INVALID_RESPONSE");
  EXPECT_EQ(code_of("disconnect"), "AI_GATEWAY_ERROR");
  EXPECT_EQ(code_of("error-in-stream"), "AI_GATEWAY_ERROR");
  EXPECT_EQ(code_of("empty"), "AI_INVALID_RESPONSE");
}

TEST_F(DemoModelTest, ARateLimitSaysWhenToTryAgain) {
  const auto exchange = ask("scenario:error-429+retry-after-17");
  ASSERT_FALSE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion.error().code, "AI_RATE_LIMITED");
  EXPECT_EQ(exchange.completion.error().retry_after_seconds, 17);
  EXPECT_FALSE(exchange.spent.has_value());
}

TEST_F(DemoModelTest, TheBookKnowsToTheTokenWhatABrokenAnswerCost) {
  for (const char* way : {"disconnect-5", "cut-5", "error-in-stream-5-503", "error-in-stream-5+error-as-text",
                          "rubbish-5", "not-utf8-5", "huge-line-5"}) {
    Collector sink;
    const auto exchange = ask(std::string("scenario:tokens-20+") + way, &sink);
    ASSERT_FALSE(exchange.completion.has_value()) << way;
    ASSERT_TRUE(exchange.spent.has_value()) << way;
    EXPECT_FALSE(exchange.spent->estimated) << way;
    EXPECT_GE(exchange.spent->output_tokens, 5) << way;
    EXPECT_LE(exchange.spent->output_tokens, 20) << way;
  }
}

TEST_F(DemoModelTest, TheBookIsFoundByCallAndByGeneration) {
  gateway::OpenAiGateway gateway(client_, options());
  const auto exchange = runtime::run_blocking(gateway.complete(
      {.call_id = "call-1", .model = "scenario:error-500-1+tokens-8", .messages = {{"user", "hi there"}}}, nullptr));
  ASSERT_TRUE(exchange.completion.has_value()) << exchange.completion.error().log_detail;
  EXPECT_EQ(exchange.spent->output_tokens, 8);
  for (const auto& id : {std::string("call-1"), exchange.spent->generation_id}) {
    const auto found = runtime::run_blocking(gateway.find_spent(id));
    ASSERT_TRUE(found.has_value() && found->has_value()) << id;
    EXPECT_EQ((*found)->input_tokens, exchange.spent->input_tokens);
    EXPECT_EQ((*found)->output_tokens, 8);
  }
  const auto unknown = runtime::run_blocking(gateway.find_spent("gen-0 &?/"));
  ASSERT_TRUE(unknown.has_value());
  EXPECT_FALSE(unknown->has_value());
}

TEST_F(DemoModelTest, TheBookIsALineForEachCallThatEnded) {
  const auto file = std::filesystem::temp_directory_path() / ("rapt-book-" + std::to_string(::getpid()));
  ASSERT_TRUE(model_.write_book_to(file).has_value());
  EXPECT_EQ(code_of("tokens-3"), "answered");
  EXPECT_EQ(code_of("tokens-9+cut-2"), "AI_GATEWAY_ERROR");
  std::ifstream in(file);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  std::filesystem::remove(file);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["output_tokens"], 3);
  EXPECT_EQ(lines[0]["outcome"], "answered");
  EXPECT_EQ(lines[1]["output_tokens"], 2);
  EXPECT_EQ(lines[1]["outcome"], "disconnected");
  EXPECT_FALSE(model_.write_book_to("/no/such/folder/book").has_value());
}

TEST_F(DemoModelTest, ManyStreamsAtOnceKeepTheirRate) {
  constexpr int kStreams = 100;
  std::vector<std::thread> readers;
  std::atomic<int> complete = 0;
  for (int i = 0; i < kStreams; ++i) {
    readers.emplace_back([&] {
      Collector sink;
      const auto exchange = ask("rapt-demo-stream-20-5ms", &sink);
      const bool whole = exchange.completion.has_value() && exchange.spent->output_tokens == 20;
      if (whole && sink.pieces.size() == 20 && exchange.spent->model == "rapt-demo-stream-20-5ms") ++complete;
    });
  }
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(complete, kStreams);
}

TEST_F(DemoModelTest, UsageIsWhereTheScenarioPutsIt) {
  EXPECT_FALSE(ask("scenario:usage-often").spent->estimated);
  EXPECT_FALSE(ask("scenario:usage-null+no-done").spent->estimated);
  EXPECT_FALSE(ask("scenario:whole").spent->estimated);
  EXPECT_FALSE(ask("scenario:head-5+first-5+pause-1+tokens-4").spent->estimated);
}

TEST_F(DemoModelTest, ATryThatFailsIsForgottenByTheNext) {
  EXPECT_EQ(code_of("error-429-1+tokens-3"), "answered");
  EXPECT_EQ(code_of("error-429-1+retry-date-60"), "AI_RATE_LIMITED");
}

TEST_F(DemoModelTest, AScenarioThatIsUnknownIsRefused) {
  for (const char* way :
       {"nonsense", "tokens-", "tokens-1-2", "silent-3", "tokens-99999999999", "", "echo+", "error500"})
    EXPECT_EQ(code_of(way), "AI_GATEWAY_ERROR") << way;
}

TEST_F(DemoModelTest, EmbedsTextsAsTheyAre) {
  gateway::OpenAiGateway gateway(client_, options());
  gateway::EmbeddingRequest request{.call_id = "call-2", .model = "rapt-demo", .inputs = {"one", "two", "one"}};
  const auto made = runtime::run_blocking(gateway.embed(std::move(request)));
  ASSERT_TRUE(made.has_value()) << made.error().log_detail;
  ASSERT_EQ(made->vectors.size(), 3U);
  EXPECT_EQ(made->vectors[0], made->vectors[2]);
  EXPECT_NE(made->vectors[0], made->vectors[1]);
  EXPECT_EQ(made->spent.input_tokens, 3);
  EXPECT_FALSE(made->spent.estimated);
}

TEST_F(DemoModelTest, MissingUsageIsEstimatedAndSaidSo) {
  const auto exchange = ask("scenario:no-usage");
  ASSERT_TRUE(exchange.completion.has_value());
  EXPECT_TRUE(exchange.spent->estimated);
  EXPECT_GT(exchange.spent->input_tokens, 0);
}

TEST_F(DemoModelTest, SilenceEndsInATimeout) {
  auto impatient = options();
  impatient.first_token_timeout = 100ms;
  gateway::OpenAiGateway gateway(client_, impatient);
  const auto exchange =
      runtime::run_blocking(gateway.complete({.model = "scenario:silent", .messages = {{"user", "hi"}}}, nullptr));
  ASSERT_FALSE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion.error().code, "AI_TIMEOUT");
}

TEST_F(DemoModelTest, AReaderWhoHasEnoughEndsTheStream) {
  Collector sink;
  sink.go_on = false;
  const auto exchange = ask("", &sink);
  EXPECT_EQ(sink.pieces.size(), 1U);
  ASSERT_TRUE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion->finish_reason, "cancelled");
}

TEST_F(DemoModelTest, TheCheckCostsNothingAndFindsAGatewayThatIsAway) {
  gateway::OpenAiGateway here(client_, options());
  EXPECT_TRUE(runtime::run_blocking(here.check()).has_value());
  auto nowhere = options();
  nowhere.base_url = "http://127.0.0.1:1/v1";
  gateway::OpenAiGateway away(client_, nowhere);
  const auto failed = runtime::run_blocking(away.check());
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "AI_GATEWAY_ERROR");
}

}  // namespace
}  // namespace rapt::demo
