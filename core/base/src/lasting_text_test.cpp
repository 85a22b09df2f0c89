// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/lasting_text.hpp"

#include <gtest/gtest.h>

namespace rapt {
namespace {

TEST(LastingText, KeepsWhatWasAppendedInLittleMoreRoomThanThat) {
  std::string text, expected;
  for (int i = 0; i < 3000; ++i) {
    const auto piece = "word " + std::to_string(i);
    append_sparingly(text, piece);
    expected += piece;
    ASSERT_LE(text.capacity(), text.size() + text.size() / 4 + 128) << i;
  }
  EXPECT_EQ(text, expected);
}

TEST(LastingText, GrowsSeldom) {
  std::string text;
  int times = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto before = text.capacity();
    append_sparingly(text, "token ");
    if (text.capacity() != before) ++times;
  }
  EXPECT_LE(times, 40);
}

TEST(LastingText, AppendsAPartOfItself) {
  std::string text = "a text that is longer than what a string holds in place";
  const std::string expected = text + text;
  append_sparingly(text, text);
  EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace rapt
