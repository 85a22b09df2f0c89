// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

TEST(WordCount, CountsTheWordsOfTheCurrentMessage) {
  rapt::testkit::Module module;
  rapt::testkit::Scene scene;
  for (const auto& [text, json] :
       {std::pair{"", R"({"words": 0})"}, {"  one  two\nthree ", R"({"words": 3})"}, {"x", R"({"words": 1})"}}) {
    scene.current = rapt::testkit::Line{"user", text};
    const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene);
    EXPECT_EQ(answer.verdict, RAPT_CONTINUE);
    ASSERT_EQ(answer.findings.size(), 1u);
    EXPECT_EQ(answer.findings[0].json, json);
  }
}
