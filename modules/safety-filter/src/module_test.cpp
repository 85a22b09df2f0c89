// SPDX-License-Identifier: AGPL-3.0-or-later
// The module as a host asks it.
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

using rapt::testkit::Answer;
using rapt::testkit::Line;
using rapt::testkit::Module;
using rapt::testkit::Scene;

namespace {

Scene says(const std::string& content, const std::string& config = "{}", const std::string& role = "user") {
  Scene scene;
  scene.current = Line{role, content};
  scene.config = config;
  return scene;
}

TEST(SafetyFilter, MasksInBothDirectionsAndSaysWhichWithoutTheData) {
  Module module;
  for (const auto& [hook, direction] : {std::pair{RAPT_HOOK_CHAT_ON_MESSAGE, "to_ai"},
                                        {RAPT_HOOK_CHAT_BEFORE_AI, "to_ai"},
                                        {RAPT_HOOK_CHAT_ON_DELTA, "from_ai"}}) {
    auto scene = says("write to sam@x.org or 415-555-0132");
    scene.window_seq = 1;
    scene.last_window = true;
    const auto answer = module.call(hook, scene);
    EXPECT_EQ(answer.verdict, RAPT_REPLACE);
    EXPECT_EQ(answer.fault, "");
    EXPECT_EQ(answer.replacement, "write to [email removed] or [phone number removed]");
    ASSERT_EQ(answer.findings.size(), 1u);
    EXPECT_EQ(answer.findings[0].type, "safety.masked");
    EXPECT_EQ(answer.findings[0].json, R"({"counts":{"email":1,"phone":1},"direction":")" + std::string(direction) +
                                           R"(","kinds":["email","phone"]})");
  }
}

TEST(SafetyFilter, LeavesMathsWithoutAWord) {
  Module module;
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("3x + 5 = 20"));
  EXPECT_EQ(answer.verdict, RAPT_CONTINUE);
  EXPECT_TRUE(answer.findings.empty());
  EXPECT_TRUE(module.log().empty());
}

TEST(SafetyFilter, BlocksWhatItsConfigurationLists) {
  Module module;
  const std::string config = R"({"block_words": ["shut up", "stupid"], "block_message": "Be kind, please."})";
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("you are STUP1D", config));
  EXPECT_EQ(answer.verdict, RAPT_BLOCK);
  EXPECT_EQ(answer.block_reason, "Be kind, please.");
  ASSERT_EQ(answer.findings.size(), 1u);
  EXPECT_EQ(answer.findings[0].type, "safety.blocked");
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("you are STUP1D")).verdict, RAPT_CONTINUE)
      << "another attachment's words do not count";
  EXPECT_FALSE(
      module.call(RAPT_HOOK_CHAT_BEFORE_AI, says("shut up", R"({"block_words": ["shut up"]})")).block_reason->empty());
}

TEST(SafetyFilter, AnAdultSeesAConcernAndTheStudentIsNotTurnedAway) {
  Module module;
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("i dont want to be alive, call me 415-555-0132"));
  EXPECT_EQ(answer.verdict, RAPT_REPLACE);
  ASSERT_EQ(answer.findings.size(), 2u);
  EXPECT_EQ(answer.findings[0].type, "safety.concern");
  EXPECT_NE(answer.findings[0].json.find("explicit"), std::string::npos);
  EXPECT_TRUE(module.call(RAPT_HOOK_CHAT_BEFORE_AI, says("i dont want to be alive")).findings.empty())
      << "told once a message";
}

TEST(SafetyFilter, MasksStringsOfARunAndKeepsItJson) {
  Module module;
  Scene scene;
  scene.input = R"({"topic": "call 415-555-0132", "grade": 8})";
  const auto before = module.call(RAPT_HOOK_PRODUCT_BEFORE_AI, scene);
  EXPECT_EQ(before.fault, "");
  EXPECT_EQ(before.replacement, R"({"topic": "call [phone number removed]", "grade": 8})");
  scene.output = R"({"title": "Lines", "contact": "sam@x.org"})";
  EXPECT_EQ(module.call(RAPT_HOOK_PRODUCT_AFTER_AI, scene).replacement,
            R"({"title": "Lines", "contact": "[email removed]"})");
}

TEST(SafetyFilter, AConfigurationThatDoesNotFitIsAnErrorThatNamesTheFault) {
  Module module;
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("hi", R"({"mask": ["emial"]})")).verdict, RAPT_ERROR);
  EXPECT_NE(module.log().back().second.find("\"mask\""), std::string::npos);
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("hi", "[]")).verdict, RAPT_ERROR);
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("hi")).verdict, RAPT_CONTINUE);
}

TEST(SafetyFilter, ManyConfigurationsDoNotGrowIt) {
  Module module;
  for (int i = 0; i < 500; ++i) {
    const auto config = R"({"allow_emails": ["d)" + std::to_string(i) + R"(.org"]})";
    EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, says("a@d" + std::to_string(i) + ".org", config)).verdict,
              RAPT_CONTINUE);
  }
}

}  // namespace
