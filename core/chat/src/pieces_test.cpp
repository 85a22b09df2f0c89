// SPDX-License-Identifier: AGPL-3.0-or-later
#include "pieces.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rapt/base/text.hpp"

namespace rapt::chat {
namespace {

TEST(WordGroups, TogetherAreTheTextAndEachIsWholeUtf8) {
  std::string umlauts;
  for (int i = 0; i < 900; ++i) umlauts += "ü";
  for (const std::string& text :
       {std::string(), std::string("short"), std::string(3000, 'x'), umlauts,
        std::string("What do you get when you take 5 from both sides of $3x + 5 = 20$?\n\nTry it, and tell me.")}) {
    std::string joined;
    for (auto piece : word_groups(text)) {
      EXPECT_TRUE(is_utf8(piece));
      EXPECT_FALSE(piece.empty());
      joined += piece;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(WordGroups, EndBetweenWords) {
  const auto pieces = word_groups("one two three four five six seven eight nine ten");
  ASSERT_GT(pieces.size(), 1U);
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) EXPECT_EQ(pieces[i].back(), ' ');
}

}  // namespace
}  // namespace rapt::chat
