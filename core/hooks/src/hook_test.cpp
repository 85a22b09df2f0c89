// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/hook.hpp"

#include <gtest/gtest.h>

namespace rapt::hooks {
namespace {

TEST(Point, EveryNameReadsBackAsItsPoint) {
  for (int number = 1; number <= 8; ++number) {
    const auto point = static_cast<Point>(number);
    EXPECT_EQ(parse_point(name(point)), point);
  }
}

TEST(Point, OlderNamesAreAcceptedWhereverAHookIsNamed) {
  EXPECT_EQ(parse_point("chat:pre_ai"), Point::kChatBeforeAi);
  EXPECT_EQ(parse_point("chat:post_ai"), Point::kChatAfterAi);
  EXPECT_EQ(parse_point("product:pre_ai"), Point::kProductBeforeAi);
  EXPECT_EQ(parse_point("product:post_ai"), Point::kProductAfterAi);
}

TEST(Point, UnknownNamesAreNoPoint) {
  for (const char* text : {"", "chat", "chat:", "Chat:before_ai", "chat:before_ai ", "run:completed"}) {
    EXPECT_FALSE(parse_point(text)) << text;
  }
}

TEST(Point, OnlyTheBeforeHooksMayInstructAndTheClosingOnesMayOnlyEmit) {
  EXPECT_TRUE(may_instruct(Point::kChatBeforeAi));
  EXPECT_TRUE(may_instruct(Point::kProductBeforeAi));
  EXPECT_FALSE(may_instruct(Point::kChatOnMessage));
  for (auto point : {Point::kSessionStart, Point::kSessionEnd, Point::kRunComplete}) {
    EXPECT_FALSE(may_replace(point));
    EXPECT_FALSE(may_block(point));
    EXPECT_FALSE(may_instruct(point));
  }
}

}  // namespace
}  // namespace rapt::hooks
