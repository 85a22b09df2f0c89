// SPDX-License-Identifier: AGPL-3.0-or-later
// Conversations as ninth-graders have them ("S: " student, "T: " tutor), judged at their last message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "analysis.hpp"
#include "words.hpp"

namespace struggle {
namespace {

/// The turns borrow from `lines`.
std::vector<Turn> turns_of(const std::vector<std::string>& lines) {
  std::vector<Turn> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out.push_back({lines[i][0] == 'S' ? Turn::Who::kStudent : Turn::Who::kTutor, std::string_view(lines[i]).substr(3),
                   static_cast<std::int64_t>(i) + 1});
  }
  return out;
}

struct Transcript {
  const char* name;
  std::vector<std::string> lines;
  Level least, most;
  std::vector<std::string> kinds;  ///< all of these are among the indicators
};

using enum Level;

const std::vector<Transcript>& transcripts() {
  static const std::vector<Transcript> all = {
      {"plain confusion", {"S: i dont get it"}, kMild, kMild, {"confusion"}},
      {"typo in confusion", {"S: i dont undertsand this at all"}, kMild, kMild, {"confusion"}},
      {"typographic apostrophe", {"S: I don’t understand"}, kMild, kMild, {"confusion"}},
      {"giving up", {"S: i give up"}, kModerate, kModerate, {"frustration"}},
      {"shouted frustration", {"S: UGH THIS IS SO STUPID!!!"}, kModerate, kHigh, {"frustration", "shouting"}},
      {"feels stupid and lost", {"S: im so stupid, im so lost"}, kModerate, kHigh, {"frustration", "confusion"}},
      {"begs once", {"S: just tell me the answer"}, kMild, kMild, {"help_begging"}},
      {"begs again and again",
       {"S: whats the answer", "T: What would you try first?", "S: can you just give me the answer",
        "T: Let's look at the 5.", "S: omg just tell me"},
       kModerate,
       kHigh,
       {"help_begging"}},
      {"same question twice",
       {"S: how do i solve 3x + 5 = 20", "T: What happens to both sides when you subtract 5?",
        "S: how do you solve 3x+5=20??"},
       kMild,
       kMild,
       {"repeated_question"}},
      {"same question, confused and loud",
       {"S: how do i solve 3x + 5 = 20", "T: Which operation undoes adding 5?",
        "S: i dont get it, how do i solve 3x + 5 = 20??", "T: What is 20 - 5?",
        "S: ugh this is so stupid i dont understand ANYTHING!!!"},
       kHigh,
       kHigh,
       {"frustration", "confusion", "shouting"}},
      {"same question three times",
       {"S: what is the slope of y = 2x + 1", "T: What does the 2 tell you?", "S: but what is the slope of y = 2x + 1?",
        "T: Look at the form y = mx + b.", "S: so whats the slope of y = 2x + 1"},
       kMild,
       kModerate,
       {"repeated_question"}},
      {"tutor says no twice",
       {"S: is it 7", "T: Not quite. What did you do with the 5?", "S: is it 25?",
        "T: That's not right yet, try again.", "S: 12?"},
       kMild,
       kMild,
       {"repeated_error"}},
      {"same wrong answer again",
       {"S: x = 7", "T: Not quite, check your subtraction.", "S: x=7"},
       kMild,
       kMild,
       {"repeated_error"}},
      {"wrong four times and annoyed",
       {"S: x = 7", "T: Not quite.", "S: x = 9", "T: Try again: what is 20 - 5?", "S: x = 25", "T: Almost, but divide.",
        "S: x = 75 ugh i hate this"},
       kModerate,
       kHigh,
       {"repeated_error", "frustration"}},
      {"resigned",
       {"S: how do i start", "T: What is the first step?", "S: idk", "T: What could you undo?", "S: idk",
        "T: Is 5 added or multiplied?", "S: whatever"},
       kMild,
       kModerate,
       {"resigned_answers"}},
      {"resigned and sour",
       {"T: And now?", "S: ok", "T: What is next?", "S: fine", "T: And then?", "S: k", "T: So x is?", "S: idk i guess"},
       kMild,
       kModerate,
       {"resigned_answers"}},
      {"lost again after several tries",
       {"S: i dont understand factoring", "T: Which two numbers multiply to 6?", "S: 2 and 3", "T: And add to 5?",
        "S: i still dont get it"},
       kMild,
       kModerate,
       {"confusion"}},
      {"hopeless",
       {"S: im never going to get this, im gonna fail", "T: You found the slope already.",
        "S: no i cant do this im too stupid"},
       kModerate,
       kHigh,
       {"frustration"}},
      {"wants to cry", {"S: this makes no sense i wanna cry"}, kModerate, kHigh, {"frustration", "confusion"}},
      {"stretched letters", {"S: ughhhhhh i dont get itttt"}, kModerate, kModerate, {"frustration", "confusion"}},
      {"do it for me", {"S: im lost can u do it for me"}, kModerate, kModerate, {"confusion", "help_begging"}},
      {"only marks and a cry", {"S: WHAT??? i dont get this"}, kMild, kModerate, {"confusion", "shouting"}},
      {"not helping", {"S: youre not helping"}, kMild, kMild, {"frustration"}},
      {"dont know where to start", {"S: idk where to start, no clue"}, kMild, kMild, {"confusion"}},

      {"a question", {"S: how do i solve 3x + 5 = 20"}, kNone, kNone, {}},
      {"gets it now", {"S: i dont get it", "T: What is 20 - 5?", "S: oh wait i get it now!"}, kNone, kNone, {}},
      {"joy in capitals", {"S: I GOT IT!!! YES!!!"}, kNone, kNone, {}},
      {"more joy", {"S: OMG X IS 5!!!"}, kNone, kNone, {}},
      {"hard but fun", {"S: this is hard but fun"}, kNone, kNone, {}},
      {"wrong side", {"S: i put it on the wrong side of the equation"}, kNone, kNone, {}},
      {"at first", {"S: i didnt get it at first but now i do"}, kNone, kNone, {}},
      {"another problem of the same form",
       {"S: how do i solve 3x + 5 = 20", "T: Subtract 5.", "S: ok x=5! how do i solve 2x + 5 = 11"},
       kNone,
       kNone,
       {}},
      {"idk and a guess", {"S: idk if i subtract first or divide"}, kNone, kNone, {}},
      {"one idk", {"T: What is next?", "S: idk"}, kNone, kNone, {}},
      {"short right answers", {"S: 15", "T: Exactly! And then?", "S: 5", "T: Perfect.", "S: ok"}, kNone, kNone, {}},
      {"working step by step",
       {"S: 3x + 5 = 20 so 3x = 15", "T: Well done. And x?", "S: 3x = 15 so x = 5"},
       kNone,
       kNone,
       {}},
      {"one slip", {"S: x = 7", "T: Not quite, what is 15 / 3?", "S: 5"}, kNone, kNone, {}},
      {"error then right",
       {"S: 7", "T: Not quite.", "S: 9", "T: Try again.", "S: 5", "T: That's right! Next: 2x = 8.", "S: x = 4"},
       kNone,
       kNone,
       {}},
      {"silly mistake", {"S: oops i made a stupid mistake lol, its 5"}, kNone, kNone, {}},
      {"acronyms", {"S: do i use FOIL or PEMDAS here"}, kNone, kNone, {}},
      {"that makes sense", {"S: ok that makes sense, so i divide?"}, kNone, kNone, {}},
      {"thanks", {"S: thanks!!!"}, kNone, kNone, {}},
      {"says what is impossible", {"S: is it possible that x is negative?"}, kNone, kNone, {}},
      {"anger long gone",
       {"S: ugh i hate this", "T: What is 20 - 5?", "S: 15", "T: Exactly.", "S: oh i see, so x is 5",
        "T: Perfect. Next one?", "S: how do i graph y = 2x"},
       kNone,
       kNone,
       {}},
      {"tutor speaks last", {"S: i give up", "T: Let us try a smaller step."}, kNone, kNone, {}},
      {"nothing", {}, kNone, kNone, {}},
      {"empty message", {"S: "}, kNone, kNone, {}},
  };
  return all;
}

std::string described(const Analysis& analysis) {
  std::string out =
      std::string(kLevelNames[static_cast<std::size_t>(analysis.level)]) + " " + std::to_string(analysis.score);
  for (const auto& each : analysis.indicators) out += " " + std::string(each.kind) + "=" + std::to_string(each.score);
  return out;
}

TEST(Transcripts, AreJudgedAsATeacherWould) {
  for (const auto& each : transcripts()) {
    const auto turns = turns_of(each.lines);
    const auto analysis = analyze(turns, Options{});
    EXPECT_TRUE(analysis.level >= each.least && analysis.level <= each.most)
        << each.name << ": " << described(analysis);
    for (const auto& kind : each.kinds) {
      EXPECT_TRUE(std::any_of(analysis.indicators.begin(), analysis.indicators.end(),
                              [&](const auto& i) { return i.kind == kind; }))
          << each.name << " lacks " << kind << ": " << described(analysis);
    }
  }
}

TEST(Analysis, EvidenceNamesTheMessages) {
  const auto analysis =
      analyze(turns_of({"S: how do i solve 3x + 5 = 20", "T: Subtract.", "S: how do i solve 3x + 5 = 20?"}), Options{});
  ASSERT_EQ(analysis.indicators.size(), 1u);
  EXPECT_EQ(analysis.indicators[0].message_seqs, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(analysis.indicators[0].count, 2u);
  EXPECT_EQ(analysis.indicators[0].evidence, "how do i solve 3x + 5 = 20?");
}

TEST(Analysis, ThresholdsAndWindowAreObeyed) {
  const std::vector<std::string> lines = {"S: how do i solve 3x = 9", "T: Divide.", "S: ok", "T: And?",
                                          "S: how do i solve 3x = 9"};
  const auto turns = turns_of(lines);
  EXPECT_EQ(analyze(turns, Options{}).level, Level::kMild);
  EXPECT_EQ(analyze(turns, Options{.mild = 0.2, .moderate = 0.3, .high = 0.9}).level, Level::kModerate);
  EXPECT_EQ(analyze(turns, Options{.window = 2}).level, Level::kNone);
}

TEST(Analysis, StaysInBoundsOnAnything) {
  std::mt19937 random(11);
  const std::string alphabet = "idk ugh!?x=5 \xE2\x80\x99\xff\n'THE answer stupid";
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < 1 + random() % 20; ++i) {
      std::string line = i % 2 == 0 ? "S: " : "T: ";
      for (std::size_t k = random() % 60; k > 0; --k) line += alphabet[random() % alphabet.size()];
      lines.push_back(line);
    }
    const auto analysis = analyze(turns_of(lines), Options{});
    EXPECT_GE(analysis.score, 0.0);
    EXPECT_LE(analysis.score, 1.0);
  }
}

TEST(Words, AreReadWithSlipsAndStretches) {
  const auto words = words_of("I DON'T get itttt!!! x=1000 can\xE2\x80\x99t");
  EXPECT_THAT(
      std::vector<Word>(words.begin(), words.end()),
      testing::ElementsAre(Word("i"), Word("dont"), Word("get"), Word("it"), Word("x"), Word("1000"), Word("cant")));
  EXPECT_TRUE(same_word("understand", "undertsand"));
  EXPECT_TRUE(same_word("understand", "understnd"));
  EXPECT_TRUE(same_word("confused", "confussed"));
  EXPECT_FALSE(same_word("stuck", "stack"));
  EXPECT_FALSE(same_word("understand", "understood"));
}

TEST(Words, AnExcerptNeverCutsACharacter) {
  std::string text(79, 'a');
  text += "é and more";
  EXPECT_EQ(excerpt(text), std::string(79, 'a') + "…");
  EXPECT_EQ(excerpt("a\nb"), "a b");
}

}  // namespace
}  // namespace struggle
