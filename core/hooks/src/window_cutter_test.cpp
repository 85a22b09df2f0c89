// SPDX-License-Identifier: AGPL-3.0-or-later
#include "window_cutter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "text_cut.hpp"

namespace rapt::hooks {
namespace {

using ::testing::ElementsAre;
using Unit = Window::Unit;

std::vector<std::string> windows(Window window, const std::vector<std::string>& pieces) {
  WindowCutter cutter(window);
  std::vector<std::string> all;
  for (const auto& piece : pieces) {
    cutter.add(piece);
    while (auto next = cutter.next()) all.push_back(*next);
  }
  all.push_back(cutter.rest());
  return all;
}

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> bytes;
  for (char c : text) bytes.emplace_back(1, c);
  return bytes;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += part;
  return text;
}

TEST(WindowCutter, TokensComeAsTheyComeButNeverHalfACharacter) {
  EXPECT_THAT(windows({Unit::kToken}, {"He", "llo ", "w\xC3", "\xB6rld", "\xF0\x9F", "\x98", "\x80"}),
              ElementsAre("He", "llo ", "w", "\xC3\xB6rld", "\xF0\x9F\x98\x80", ""));
}

TEST(WindowCutter, ASentenceEndsWithItsSpaceAndALineWithItsBreak) {
  EXPECT_THAT(windows({Unit::kSentence}, {"It is 3.14 long. \"Really?\" Yes (so!) it", " is…\nGood. Bye"}),
              ElementsAre("It is 3.14 long. ", "\"Really?\" ", "Yes (so!) ", "it is…\n", "Good. ", "Bye"));
  EXPECT_THAT(windows({Unit::kSentence}, {"好。对！吗"}), ElementsAre("好。", "对！", "吗"));
}

TEST(WindowCutter, SentencesAndSizesAreTheSameHoweverTheTextComes) {
  const std::string text = "What undoes + 5? Try it: 3x + 5 = 20.\nGut gemacht, Zoë! 很好。 " + std::string(70, 'a') +
                           " " + "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧 né " +
                           std::string(4000, 'b') + ". end";
  for (Window window :
       {Window{Unit::kSentence}, Window{Unit::kSize, 16}, Window{Unit::kSize, 20}, Window{Unit::kSize, 999}}) {
    const auto whole = windows(window, {text});
    EXPECT_EQ(joined(whole), text);
    EXPECT_EQ(windows(window, bytes_of(text)), whole) << window.bytes;
    for (const auto& one : whole) EXPECT_EQ(incomplete_tail(one), 0U);
  }
}

TEST(WindowCutter, ASizeIsCutBehindTheLastSpaceThatFits) {
  EXPECT_THAT(windows({Unit::kSize, 16}, {"one two three four five six"}),
              ElementsAre("one two three ", "four five six"));
  EXPECT_THAT(windows({Unit::kSize, 16}, {"0123456789abcdefghij then"}), ElementsAre("0123456789abcdef", "ghij then"));
}

TEST(WindowCutter, ASentenceWithoutAnEndIsCutBetweenWords) {
  std::string text;
  while (text.size() < 5000) text += "word ";
  const auto cut = windows({Unit::kSentence}, {text});
  EXPECT_EQ(joined(cut), text);
  ASSERT_EQ(cut.size(), 3U);
  for (const auto& one : cut) {
    EXPECT_LE(one.size(), WindowCutter::kLongestSentence);
    EXPECT_EQ(one.back(), ' ');
  }
}

TEST(WindowCutter, AMegabyteAtOnceIsManyWindows) {
  const std::string text(1U << 20U, 'x');
  for (auto unit : {Unit::kToken, Unit::kSentence, Unit::kSize}) {
    const auto cut = windows({unit, 4096}, {text});
    EXPECT_EQ(joined(cut), text);
    for (const auto& one : cut) EXPECT_LE(one.size(), WindowCutter::kLongestToken);
  }
}

TEST(WindowCutter, SignsAreNotParted) {
  // The accent is a character of its own, and belongs to the sign before it.
  const std::string accented = std::string("abcdefghijklmno") + "e\xCC\x81" + "zzz";
  EXPECT_THAT(windows({Unit::kSize, 16}, {accented}), ElementsAre("abcdefghijklmno",
                                                                  "e\xCC\x81"
                                                                  "zzz"));
  const std::string flags = "🇩🇪🇫🇷🇪🇸";
  EXPECT_THAT(windows({Unit::kSize, 20}, {flags}), ElementsAre("🇩🇪🇫🇷", "🇪🇸"));
  EXPECT_FALSE(between_graphemes("🇩🇪🇫🇷", 4));
  EXPECT_TRUE(between_graphemes("🇩🇪🇫🇷", 8));
  EXPECT_FALSE(between_graphemes("a\r\nb", 2));
}

TEST(WindowCutter, ACharacterThatNeverCameWholeIsShownAsSuch) {
  EXPECT_THAT(windows({Unit::kSentence}, {"so\xE2\x82"}), ElementsAre("so\xEF\xBF\xBD"));
}

}  // namespace
}  // namespace rapt::hooks
