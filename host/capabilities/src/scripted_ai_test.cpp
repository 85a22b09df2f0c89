// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/scripted_ai.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "test_scope.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::AiMethod;
using sandbox::Service;
using testing::HasSubstr;

constexpr const char* kAsk = R"({"messages":[{"role":"user","content":"Why?"}]})";
constexpr const char* kAskMark = R"({"messages":[{"role":"user","content":"Why?"}],
  "schema":{"type":"object","required":["mark"],"properties":{"mark":{"type":"integer","minimum":1}}}})";

ServiceAnswer ask(ScriptedAi& ai, const char* what, AiMethod method = AiMethod::kChat) {
  return runtime::run_blocking(ai.call(service_request(Service::kAi, method, {what}, {})));
}
json told(const ServiceAnswer& answer) {
  return json::parse(answer.texts.at(0).value());
}

TEST(ScriptedAi, AnswersWhatWasWrittenDownAndTheLastAgain) {
  ScriptedAi ai({"Because.", "So be it."});
  EXPECT_EQ(told(ask(ai, kAsk))["text"], "Because.");
  const auto second = told(ask(ai, kAsk));
  EXPECT_EQ(second["text"], "So be it.");
  EXPECT_EQ(second["finish"], "stop");
  EXPECT_GT(second["output_tokens"], 0);
  EXPECT_EQ(told(ask(ai, kAsk))["text"], "So be it.");
}

TEST(ScriptedAi, HasAnExampleWhereThereIsASchemaAndNothingWasWrittenDown) {
  ScriptedAi ai({});
  EXPECT_EQ(told(ask(ai, kAskMark))["json"], json({{"mark", 1}}));
  EXPECT_THAT(told(ask(ai, kAsk))["text"].get<std::string>(), HasSubstr("No AI was asked"));
}

TEST(ScriptedAi, RefusesAsAHostDoes) {
  ScriptedAi ai({R"({"mark":0})"});
  const auto unfit = ask(ai, kAskMark);
  EXPECT_EQ(unfit.status, RAPT_E_UNAVAILABLE);
  EXPECT_THAT(told(unfit)["message"].get<std::string>(), HasSubstr("does not fit the schema: answer.mark"));
  EXPECT_EQ(ask(ai, R"({"messages":[]})").status, RAPT_E_INVALID);
  EXPECT_EQ(ask(ai, "no JSON").status, RAPT_E_INVALID);
  EXPECT_EQ(ask(ai, R"({"texts":[]})", AiMethod::kEmbed).status, RAPT_E_INVALID);
}

TEST(ScriptedAi, EmbedsTheSameTextAlike) {
  ScriptedAi ai({});
  EXPECT_EQ(told(ask(ai, R"({"texts":["moss"]})", AiMethod::kEmbed))["model"], "scripted");
  const auto vectors = told(ask(ai, R"({"texts":["moss","fern","moss"],"model":"m"})", AiMethod::kEmbed))["vectors"];
  ASSERT_EQ(vectors.size(), 3U);
  EXPECT_EQ(vectors[0], vectors[2]);
  EXPECT_NE(vectors[0], vectors[1]);
}

}  // namespace
}  // namespace rapt::host
