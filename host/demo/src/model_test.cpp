// SPDX-License-Identifier: AGPL-3.0-or-later
// The demonstration model and the gateway's client, over a real socket.
#include "rapt/demo/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
            .retry_pause = 1ms};
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
  const auto exchange = ask("scenario:error-429");
  ASSERT_FALSE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion.error().code, "AI_RATE_LIMITED");
  EXPECT_EQ(exchange.completion.error().retry_after_seconds, 17);
  EXPECT_FALSE(exchange.spent.has_value());
}

TEST_F(DemoModelTest, AnAnswerThatBreaksOffWasPaidFor) {
  Collector sink;
  const auto exchange = ask("scenario:disconnect", &sink);
  ASSERT_FALSE(exchange.completion.has_value());
  EXPECT_FALSE(sink.pieces.empty());
  ASSERT_TRUE(exchange.spent.has_value());
  EXPECT_TRUE(exchange.spent->estimated);
  EXPECT_GT(exchange.spent->output_tokens, 0);
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
