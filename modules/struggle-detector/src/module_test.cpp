// SPDX-License-Identifier: AGPL-3.0-or-later
// The module as a host asks it.
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

using rapt::testkit::Line;
using rapt::testkit::Module;
using rapt::testkit::Scene;

namespace {

Scene stuck(const std::string& config = "{}") {
  Scene scene;
  scene.history = {{"user", "how do i solve 3x + 5 = 20"}, {"assistant", "What undoes adding 5?"}};
  scene.current = Line{"user", "ugh i dont get it, how do i solve 3x + 5 = 20??"};
  scene.config = config;
  return scene;
}

TEST(StruggleDetector, EmitsLevelScoreAndIndicators) {
  Module module;
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, stuck());
  EXPECT_EQ(answer.verdict, RAPT_CONTINUE);
  ASSERT_EQ(answer.findings.size(), 1u);
  EXPECT_EQ(answer.findings[0].type, "struggle");
  for (const char* part : {R"("kind":"repeated_question")", R"("message_seqs":[1,3])", R"("level":"high")",
                           R"("evidence":"ugh i dont get it, how do i solve)"}) {
    EXPECT_NE(answer.findings[0].json.find(part), std::string::npos) << part << " in " << answer.findings[0].json;
  }
}

TEST(StruggleDetector, SaysNothingWhenAllIsWell) {
  Module module;
  Scene scene;
  scene.current = Line{"user", "so x = 5 because 15 / 3 = 5"};
  EXPECT_TRUE(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).findings.empty());
  EXPECT_TRUE(module.call(RAPT_HOOK_CHAT_BEFORE_AI, scene).instructions.empty());
}

TEST(StruggleDetector, AsksTheTutorForASmallerStep) {
  Module module;
  const auto answer = module.call(RAPT_HOOK_CHAT_BEFORE_AI, stuck());
  EXPECT_EQ(answer.verdict, RAPT_CONTINUE);
  ASSERT_EQ(answer.instructions.size(), 1u);
  EXPECT_NE(answer.instructions[0].find("smaller step"), std::string::npos);
  EXPECT_NE(answer.instructions[0].find("asked this before"), std::string::npos);
  EXPECT_TRUE(module.call(RAPT_HOOK_CHAT_BEFORE_AI, stuck(R"({"instruct_from": "never"})")).instructions.empty());
}

TEST(StruggleDetector, KeepsConversationsApartThatItIsAskedAboutInTurn) {
  Module module;
  Scene calm;
  calm.current = Line{"user", "so x = 5 because 15 / 3 = 5"};
  for (int round = 0; round < 100; ++round) {
    EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, stuck()).findings.size(), 1u);
    EXPECT_TRUE(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, calm).findings.empty());
    EXPECT_EQ(module.call(RAPT_HOOK_CHAT_BEFORE_AI, stuck()).instructions.size(), 1u);
    EXPECT_TRUE(module.call(RAPT_HOOK_CHAT_BEFORE_AI, calm).instructions.empty());
  }
}

TEST(StruggleDetector, LooksAsFarBackAsItsWindow) {
  Module module;
  const std::string question = "how do i solve 3x + 5 = 20";
  for (const std::size_t between : {6u, 7u}) {
    Scene scene;
    scene.history = {{"user", question}, {"assistant", "What undoes adding 5?"}};
    for (std::size_t i = 0; i < between; ++i) {
      scene.history.push_back({"user", "so it is " + std::to_string(100 + i) + " because of that"});
      scene.history.push_back({"assistant", "Go on."});
    }
    scene.current = Line{"user", question};
    EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).findings.size(), between == 6 ? 1u : 0u) << between;
  }
}

TEST(StruggleDetector, SumsTheConversationUpAtItsEnd) {
  Module module;
  Scene scene = stuck();
  scene.history.push_back(*scene.current);
  scene.history.push_back({"assistant", "What is 20 - 5?"});
  scene.history.push_back({"user", "15! oh i see"});
  scene.current.reset();
  const auto answer = module.call(RAPT_HOOK_SESSION_END, scene);
  ASSERT_EQ(answer.findings.size(), 1u);
  EXPECT_EQ(answer.findings[0].type, "struggle.summary");
  EXPECT_NE(answer.findings[0].json.find(R"("messages":3)"), std::string::npos) << answer.findings[0].json;
  EXPECT_NE(answer.findings[0].json.find(R"("struggling_messages":1)"), std::string::npos) << answer.findings[0].json;
  EXPECT_TRUE(module.call(RAPT_HOOK_SESSION_END, Scene{}).findings.empty());
}

TEST(StruggleDetector, AFaultyConfigurationIsAnErrorThatNamesIt) {
  Module module;
  for (const auto& [config, part] : {std::pair{R"({"thresholds": {"mild": 0.9}})", "mild <= moderate"},
                                     {R"({"instruct_from": "sometimes"})", "instruct_from"},
                                     {R"({"window": "long"})", "window"},
                                     {R"([])", "no JSON object"},
                                     {R"({"thresholds": 3})", "thresholds"}}) {
    EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, stuck(config)).verdict, RAPT_ERROR) << config;
    EXPECT_NE(module.log().back().second.find(part), std::string::npos) << module.log().back().second;
  }
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, stuck()).verdict, RAPT_CONTINUE);
}

TEST(StruggleDetector, TakesALongConversation) {
  Module module;
  Scene scene;
  for (int i = 0; i < 1000; ++i)
    scene.history.push_back({i % 2 == 0 ? "user" : "assistant", std::string(1000, 'a') + " i dont get it"});
  EXPECT_EQ(module.call(RAPT_HOOK_SESSION_END, scene).findings.size(), 1u);
  scene.current = Line{"user", std::string(32000, '!')};
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_CONTINUE);
}

}  // namespace
