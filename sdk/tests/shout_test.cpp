// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

using rapt::testkit::Line;
using rapt::testkit::Module;
using rapt::testkit::Scene;

TEST(Shout, BlocksAShoutAndTellsTheTeacher) {
  Module module;
  Scene scene;
  scene.current = Line{"user", "WHY IS IT 5!!!"};
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene);
  EXPECT_EQ(answer.verdict, RAPT_BLOCK);
  EXPECT_EQ(answer.fault, "");
  ASSERT_EQ(answer.findings.size(), 1u);
  EXPECT_EQ(answer.findings[0].type, "shouting");
}

TEST(Shout, LetsAQuestionPass) {
  Module module;
  Scene scene;
  scene.current = Line{"user", "Why is it 5?"};
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_CONTINUE);
}

TEST(Shout, AHookThatItDoesNotHaveIsAnErrorAndALine) {
  Module module;
  const auto answer = module.call(RAPT_HOOK_RUN_COMPLETE, Scene{});
  EXPECT_EQ(answer.verdict, RAPT_ERROR);
  ASSERT_EQ(module.log().size(), 1u);
  EXPECT_NE(module.log()[0].second.find("does not implement"), std::string::npos);
}
