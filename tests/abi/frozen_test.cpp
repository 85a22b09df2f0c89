// SPDX-License-Identifier: AGPL-3.0-or-later
// A module that was built against a frozen header, asked by a host of today.
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

TEST(FrozenAbi, AModuleBuiltAgainstItAnswersTodaysHost) {
  rapt::testkit::Module module;
  rapt::testkit::Scene scene;
  scene.current = rapt::testkit::Line{"user", "three plain words"};
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene);
  EXPECT_EQ(answer.verdict, RAPT_CONTINUE);
  EXPECT_EQ(answer.fault, "");
  ASSERT_EQ(answer.findings.size(), 1u);
  EXPECT_EQ(answer.findings[0].json, R"({"words": 3})");
}
