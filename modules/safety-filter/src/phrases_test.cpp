// SPDX-License-Identifier: AGPL-3.0-or-later
#include "phrases.hpp"

#include <gtest/gtest.h>

#include "concern.hpp"

namespace safety {
namespace {

bool finds(const std::vector<std::string>& list, std::string_view text) {
  return !PhraseSet(list).find(text).empty();
}

TEST(PhraseSet, FindsWholeWordsInAnyCaseAndDisguise) {
  const std::vector<std::string> list = {"stupid", "shut up", "crap", "dämlich"};
  for (const char* text : {"stupid",
                           "You are STUPID.",
                           "st\xC3\xBApid",
                           "s7up1d",
                           "stup!d",
                           "$tupid",
                           "stuuuupid",
                           "s t u p i d",
                           "s.t.u.p.i.d",
                           "so s-t-u-p-i-d",
                           "stu\xE2\x80\x8Bpid",
                           "shut up",
                           "Shut   up!",
                           "SHUT\nUP",
                           "sh\xD1\x83t up stupid",
                           "cr@p",
                           "damlich",
                           "DÄMLICH",
                           "(stupid)",
                           "stupid!!!",
                           "crap,"}) {
    EXPECT_TRUE(finds(list, text)) << text;
  }
}

TEST(PhraseSet, LeavesOtherWordsAlone) {
  const std::vector<std::string> list = {"ass", "hell", "crap", "shut up", "tit"};
  for (const char* text : {"class assignment", "hello", "scrape", "shut the door, look up", "455", "a5 + 5", "title",
                           "7 1 7", "a s d f", "assume x = 455", "shell", "let a = 3, s = 4, t = 5", "h e l p", ""}) {
    EXPECT_FALSE(finds(list, text)) << text;
  }
}

TEST(PhraseSet, AnEmptyListAndEmptyEntriesFindNothing) {
  EXPECT_FALSE(finds({}, "anything"));
  EXPECT_FALSE(finds({"", "  ", "!!!"}, "anything !!!"));
}

TEST(PhraseSet, TakesAMegabyte) {
  const PhraseSet set({"stupid", "a a b"});
  for (const std::string unit : {"a ", "s", "1", "a", "stupi ", "\xff"}) {
    std::string text;
    while (text.size() < (1u << 20)) text += unit;
    EXPECT_TRUE(set.find(text).empty());
  }
}

TEST(Concern, SeesWhatAnAdultShouldSee) {
  for (const char* text : {"i want to kill myself", "honestly I don't want to be alive", "i wanna die", "imma kms",
                           "everyone is better off without me", "been cutting myself again", "i’m suicidal",
                           "no reason to live anymore"}) {
    const auto found = find_concern(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->certainty, "explicit") << text;
  }
  for (const char* text : {"romeo and juliet both die by suicide", "i hate my life", "my dad hits me"}) {
    const auto found = find_concern(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->certainty, "possible") << text;
  }
}

TEST(Concern, KnowsHomeworkFromDanger) {
  for (const char* text : {"this homework is killing me", "dying of laughter", "the train goes 50 kms per hour",
                           "how many kms is it", "kill the x term", "i cut the pizza in 8", "the line hits the axis",
                           "dead end", "i killed that test", "3 kms away"}) {
    EXPECT_FALSE(find_concern(text)) << text;
  }
}

}  // namespace
}  // namespace safety
