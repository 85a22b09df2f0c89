// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/delta_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "rapt/base/text.hpp"
#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/runtime/runtime.hpp"
#include "window_cutter.hpp"

namespace rapt::hooks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Answer::Kind;
using Unit = Window::Unit;

/// A module that has to see a phrase whole: it replaces it, and holds back what may be its beginning.
ScriptedCaller::Script masks(const std::string& phrase, const std::string& mask) {
  return [phrase, mask](const Context& context) {
    const auto& window = context.current->content;
    Answer answer{.kind = Kind::kReplace};
    std::size_t at = 0;
    for (auto found = window.find(phrase); found != std::string::npos; found = window.find(phrase, at)) {
      answer.text += window.substr(at, found - at) + mask;
      at = found + phrase.size();
    }
    auto held = context.stream->last ? 0 : std::min(phrase.size() - 1, window.size() - at);
    while (held > 0 && window.compare(window.size() - held, held, phrase, 0, held) != 0) --held;
    answer.text += window.substr(at, window.size() - at - held);
    answer.held_bytes = held;
    return answer;
  };
}

ScriptedCaller::Script answers(Answer answer) {
  return [answer](const Context&) { return answer; };
}

std::string masked(std::string text, const std::string& phrase, const std::string& mask) {
  for (auto at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + mask.size()))
    text.replace(at, phrase.size(), mask);
  return text;
}

struct DeltaFilterTest : ::testing::Test {
  void module(const std::string& name, Window window, ScriptedCaller::Script script,
              FailPolicy on_failure = FailPolicy::kClosed, int priority = 100) {
    caller.on(name, {.point = Point::kChatOnDelta, .priority = priority, .on_failure = on_failure, .window = window},
              std::move(script));
    attachments.push_back({.module = name});
  }
  /// What the reader sees of an answer that comes in these pieces, and whether it came to its end.
  static Task<bool> pass(DeltaFilter& filter, const std::vector<std::string>& pieces, std::string& shown) {
    for (const auto& piece : pieces) {
      const bool goes_on = co_await filter.push(piece, shown);
      if (!goes_on) co_return false;
    }
    co_return co_await filter.finish("", shown);
  }
  bool run(const std::vector<std::string>& pieces) {
    DeltaFilter filter(caller, context, 8, attachments);
    shown.clear();
    const bool whole = runtime::run_blocking(pass(filter, pieces, shown));
    outcome = filter.outcome();
    return whole;
  }
  std::vector<std::string> seen(const std::string& name) const {
    std::vector<std::string> windows;
    for (const auto& call : caller.calls()) {
      if (call.module == name) windows.push_back(call.current);
    }
    return windows;
  }

  ScriptedCaller caller;
  std::vector<Attachment> attachments;
  Context context;
  std::string shown;
  Outcome outcome;
};

TEST_F(DeltaFilterTest, WithoutAModuleThatHasTheHookTheAnswerPassesAsItComes) {
  caller.on("other", Point::kChatAfterAi, answers({}));
  attachments = {{.module = "other"}};
  EXPECT_FALSE(DeltaFilter(caller, context, 8, attachments).active());
  EXPECT_TRUE(run({"Hel", "lo"}));
  EXPECT_EQ(shown, "Hello");
  EXPECT_THAT(caller.calls(), IsEmpty());
}

TEST_F(DeltaFilterTest, EachModuleGetsItsWindowsAndExactlyOneLast) {
  module("m", {Unit::kSentence}, answers({}));
  EXPECT_TRUE(run({"One. T", "wo.", " "}));
  EXPECT_EQ(shown, "One. Two. ");
  EXPECT_THAT(seen("m"), ElementsAre("One. ", "Two. ", ""));
  const auto& calls = caller.calls();
  EXPECT_EQ(calls[0].stream->window_seq, 1);
  EXPECT_EQ(calls[2].stream->window_seq, 3);
  EXPECT_EQ(calls[0].stream->released, "");
  EXPECT_EQ(calls[2].stream->released, "One. Two. ");
  EXPECT_FALSE(calls[1].stream->last);
  EXPECT_TRUE(calls[2].stream->last);
}

TEST_F(DeltaFilterTest, ModulesFollowTheirPriorityAndSeeWhatTheOneBeforeMadeOfIt) {
  module("second", {Unit::kSentence}, answers({}), FailPolicy::kClosed, 200);
  module("first", {Unit::kToken}, masks("Sam", "[name]"), FailPolicy::kClosed, 1);
  EXPECT_TRUE(run({"I am Sa", "m. Y", "ou?"}));
  EXPECT_EQ(shown, "I am [name]. You?");
  EXPECT_THAT(seen("second"), ElementsAre("I am [name]. ", "You?"));
  EXPECT_THAT(outcome.modified_by, ElementsAre("first"));
}

TEST_F(DeltaFilterTest, APhraseIsNeverShownHoweverTheTextIsCut) {
  const std::string text = "né! a nné!é! né!";  // 19 bytes: 2^18 cuttings are too many, so the first 14 are cut at will
  const std::string expected = masked(text, "né!", "*");
  for (auto unit : {Unit::kToken, Unit::kSentence}) {
    caller = {};
    attachments.clear();
    module("m", {unit}, masks("né!", "*"));
    auto all = [&]() -> Task<bool> {
      for (unsigned cuts = 0; cuts < (1U << 14U); ++cuts) {
        std::vector<std::string> pieces{""};
        for (std::size_t at = 0; at < text.size(); ++at) {
          pieces.back() += text[at];
          if (at < 14 && (cuts >> at & 1U) != 0) pieces.emplace_back();
        }
        DeltaFilter filter(caller, context, 8, attachments);
        std::string out;
        co_await pass(filter, pieces, out);
        EXPECT_EQ(out, expected) << "cutting " << cuts;
        if (out != expected) co_return false;
      }
      co_return true;
    };
    EXPECT_TRUE(runtime::run_blocking(all()));
  }
}

TEST_F(DeltaFilterTest, TwoMaskingModulesHideBothPhrasesFromTheReaderAndFromEachOtherInRandomCuttings) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "call 555-0132 now. Zoë lives in the blue house 🏠, really! ";
  const auto expected = masked(masked(text, "555-0132", "[phone]"), "blue house 🏠", "[place]");
  std::mt19937 random(4);
  for (int round = 0; round < 150; ++round) {
    caller = {};
    attachments.clear();
    const Window windows[] = {{Unit::kToken}, {Unit::kSentence}, {Unit::kSize, 16 + random() % 60}};
    module("one", windows[random() % 3], masks("555-0132", "[phone]"), FailPolicy::kClosed, 1);
    module("two", windows[random() % 3], masks("blue house 🏠", "[place]"), FailPolicy::kClosed, 2);
    std::vector<std::string> pieces;
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
      size = 1 + random() % 30;
      pieces.push_back(text.substr(at, size));
    }
    ASSERT_TRUE(run(pieces));
    ASSERT_EQ(shown, expected) << "round " << round;
    for (const auto& call : caller.calls()) {
      EXPECT_TRUE(is_utf8(call.current));
      EXPECT_TRUE(is_utf8(call.stream->released));
      EXPECT_LE(call.stream->released.size(), 4096U);
      EXPECT_TRUE(call.module == "one" || call.current.find("555-0132") == std::string::npos);
    }
  }
}

TEST_F(DeltaFilterTest, ABlockEndsTheAnswerAndShowsNothingOfItsWindowOrOfWhatWasHeld) {
  module("m", {Unit::kSentence}, [](const Context& seen) {
    if (seen.stream->window_seq == 1) return Answer{.extractions = {{.type = "t", .data_json = "{}"}}, .held_bytes = 4};
    return Answer{.kind = Kind::kBlock, .text = "That is enough."};
  });
  EXPECT_FALSE(run({"One two. ", "Three. Four."}));
  EXPECT_EQ(shown, "One t");
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
  EXPECT_EQ(outcome.module, "m");
  EXPECT_EQ(outcome.reason, "That is enough.");
  ASSERT_EQ(outcome.extractions.size(), 1U);
  EXPECT_EQ(outcome.extractions[0].module, "m");
  EXPECT_EQ(outcome.extractions[0].message_seq, 8);
  EXPECT_THAT(seen("m"), ElementsAre("One two. ", "wo. Three. "));
}

TEST_F(DeltaFilterTest, WhoEndsAnAnswerDoesNotDependOnHowMuchCameAtOnce) {
  const auto blocks_at = [](const std::string& word) {
    return [word](const Context& seen) {
      if (seen.current->content.find(word) == std::string::npos) return Answer{};
      return Answer{.kind = Kind::kBlock, .text = word};
    };
  };
  module("early", {Unit::kSentence}, blocks_at("later"), FailPolicy::kClosed, 1);
  module("late", {Unit::kSentence}, blocks_at("sooner"), FailPolicy::kClosed, 2);
  const std::string text = "Fine. It is sooner. It is later. ";
  for (std::size_t size : {text.size(), std::size_t{1}, std::size_t{7}}) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
    EXPECT_FALSE(run(pieces));
    EXPECT_EQ(outcome.module, "late");
    EXPECT_EQ(shown, "Fine. ");
  }
}

TEST_F(DeltaFilterTest, AFailureWithOpenPolicyPassesTheWindowWithWhatWasHeldAndTheModuleIsAskedAgain) {
  for (auto kind : {Kind::kError, Kind::kDead, Kind::kLate, Kind::kLying, Kind::kNotRunning, Kind::kDefer}) {
    caller = {};
    attachments.clear();
    module(
        "m", {Unit::kSentence},
        [kind](const Context& seen) {
          if (seen.stream->window_seq == 1) return Answer{.held_bytes = 5};
          if (seen.stream->window_seq == 2 || seen.stream->window_seq == 3) return Answer{.kind = kind};
          return Answer{.kind = Kind::kReplace, .text = "!"};
        },
        FailPolicy::kOpen);
    EXPECT_TRUE(run({"One. Two. Three. Four"}));
    EXPECT_EQ(shown, "One. Two. Three. !");
    EXPECT_THAT(seen("m"), ElementsAre("One. ", "One. Two. ", "Three. ", "Four"));
    EXPECT_THAT(outcome.skipped, ElementsAre("m")) << "named once";
  }
}

TEST_F(DeltaFilterTest, AFailureWithClosedPolicyEndsTheAnswer) {
  module("m", {Unit::kSentence},
         [](const Context& seen) { return seen.stream->window_seq == 1 ? Answer{} : Answer{.kind = Kind::kDead}; });
  EXPECT_FALSE(run({"One. Two. Three."}));
  EXPECT_EQ(shown, "One. ");
  EXPECT_EQ(outcome.kind, Outcome::Kind::kUnavailable);
  EXPECT_THAT(outcome.reason, HasSubstr("m"));
}

TEST_F(DeltaFilterTest, LiesAreFailures) {
  std::vector<Extraction> flood(DeltaFilter::kMaxExtractions + 1, {.type = "t", .data_json = "{}"});
  const std::vector<Answer> lies{
      {.held_bytes = 100},                                       // more than the window
      {.held_bytes = 3},                                         // within "ë"
      {.kind = Kind::kReplace, .text = "x", .held_bytes = 3},    //
      {.kind = Kind::kReplace, .text = std::string("a\0b", 3)},  // no text
      {.kind = Kind::kReplace, .text = "\xFF"},                  //
      {.kind = Kind::kReplace, .text = std::string((1U << 20U) + 1, 'x')},
      {.instructions = {"be kind"}},
      {.extractions = flood},
      {.kind = Kind::kDefer},
  };
  for (const auto& lie : lies) {
    caller = {};
    attachments.clear();
    module("m", {Unit::kSentence}, answers(lie));
    EXPECT_FALSE(run({"Zoë. "})) << lie.text.substr(0, 10) << lie.held_bytes;
    EXPECT_EQ(outcome.kind, Outcome::Kind::kUnavailable);
    EXPECT_EQ(shown, "");
    EXPECT_THAT(outcome.extractions, IsEmpty());
  }
}

TEST_F(DeltaFilterTest, NothingCanBeHeldOfTheLastWindow) {
  module("m", {Unit::kSentence},
         [](const Context& seen) { return Answer{.held_bytes = seen.current->content.size()}; });
  EXPECT_FALSE(run({"One. Two"}));
  EXPECT_EQ(outcome.kind, Outcome::Kind::kUnavailable);
  EXPECT_EQ(shown, "");
}

TEST_F(DeltaFilterTest, AModuleThatOnlyHoldsIsStoppedBeforeItHoldsTooMuch) {
  std::size_t longest = 0;
  module("m", {Unit::kSize, 4096}, [&longest](const Context& seen) {
    longest = std::max(longest, seen.current->content.size());
    return Answer{.held_bytes = seen.current->content.size()};
  });
  EXPECT_FALSE(run({std::string(1U << 20U, 'x')}));
  EXPECT_EQ(outcome.kind, Outcome::Kind::kUnavailable);
  EXPECT_LE(longest, 65536U + 4096U);
}

TEST_F(DeltaFilterTest, AWholeAnswerAtOnceOrByteByByteComesToTheSame) {
  std::string text;
  while (text.size() < 900000) text += "Zoë lives in the blue house 🏠 and the bluebird does not. ";
  const auto expected = masked(text, "blue house 🏠", "[place]");
  module("m", {Unit::kToken}, masks("blue house 🏠", "[place]"));
  EXPECT_TRUE(run({text}));
  EXPECT_TRUE(shown == expected);
  text.resize(20000);  // within a run of ASCII or not: what is left of a cut character is shown as such
  std::vector<std::string> bytes;
  for (char c : text) bytes.emplace_back(1, c);
  EXPECT_TRUE(run({text}));
  const auto at_once = shown;
  EXPECT_TRUE(run(bytes));
  EXPECT_TRUE(shown == at_once);
}

TEST_F(DeltaFilterTest, AnAnswerGrownBeyondItsLimitByManyReplacementsIsALie) {
  module("m", {Unit::kToken}, answers({.kind = Kind::kReplace, .text = std::string(100000, 'x')}));
  EXPECT_FALSE(run(std::vector<std::string>(50, "word ")));
  EXPECT_EQ(outcome.kind, Outcome::Kind::kUnavailable);
  EXPECT_EQ(shown.size(), 1000000U);
}

TEST_F(DeltaFilterTest, AModuleThatIsNotInstalledEndsTheAnswerBeforeItBeginsUnlessItMayBeSkipped) {
  module("present", {Unit::kToken}, answers({}));
  attachments.push_back({.module = "gone"});
  DeltaFilter filter(caller, context, 8, attachments);
  EXPECT_TRUE(filter.active());
  EXPECT_EQ(filter.outcome().kind, Outcome::Kind::kUnavailable);
  EXPECT_EQ(filter.outcome().module, "gone");
  EXPECT_FALSE(run({"Hello"}));
  EXPECT_EQ(shown, "");
  EXPECT_THAT(caller.calls(), IsEmpty());
  attachments.back().on_failure = FailPolicy::kOpen;
  EXPECT_TRUE(run({"Hello"}));
  EXPECT_EQ(shown, "Hello");
  EXPECT_THAT(outcome.skipped, ElementsAre("gone"));
}

TEST_F(DeltaFilterTest, TheReplacementOfAWindowMayBeEmptyAndTheLastOneMayAddWords) {
  module("m", {Unit::kSentence},
         [](const Context& seen) { return Answer{.kind = Kind::kReplace, .text = seen.stream->last ? "Bye." : ""}; });
  EXPECT_TRUE(run({"One. Two. "}));
  EXPECT_EQ(shown, "Bye.");
}

/// Holds back something now and then, and replaces from its window number `replaces_from` on. Checks that it is told
/// the end of what has passed it.
ScriptedCaller::Script told_what_passed(std::mt19937& random, std::int64_t replaces_from) {
  return [&random, replaces_from, passed = std::string()](const Context& seen) mutable {
    auto tail = std::string_view(passed).substr(passed.size() > 4096 ? passed.size() - 4096 : 0);
    while (!tail.empty() && (static_cast<unsigned char>(tail.front()) & 0xC0U) == 0x80U) tail.remove_prefix(1);
    EXPECT_EQ(seen.stream->released, tail);
    const auto& window = seen.current->content;
    Answer answer;
    if (!seen.stream->last && random() % 3 == 0) answer.held_bytes = window.size() - window.find_first_of(' ') - 1;
    if (answer.held_bytes > window.size()) answer.held_bytes = 0;
    const auto kept = window.substr(0, window.size() - answer.held_bytes);
    if (seen.stream->window_seq >= replaces_from && random() % 2 == 0) {
      answer.kind = Answer::Kind::kReplace;
      answer.text = random() % 2 == 0 ? "…" : kept + "é";
    }
    passed += answer.kind == Answer::Kind::kReplace ? answer.text : kept;
    return answer;
  };
}

TEST_F(DeltaFilterTest, EachModuleIsToldTheEndOfWhatHasPassedItWhoeverChangesWhat) {
  std::mt19937 random(7);
  constexpr std::int64_t kNever = 1000000;
  for (int round = 0; round < 40; ++round) {
    caller = {};
    attachments.clear();
    const Window windows[] = {{Unit::kToken}, {Unit::kSentence}, {Unit::kSize, 16 + random() % 60}};
    for (int i = 1; i <= 3; ++i) {
      const auto from = random() % 2 == 0 ? kNever : static_cast<std::int64_t>(random() % 200);
      module("m" + std::to_string(i), windows[random() % 3], told_what_passed(random, from), FailPolicy::kClosed, i);
    }
    std::vector<std::string> pieces;
    for (int i = 0; i < 900; ++i) pieces.push_back(i % 7 == 0 ? "Zoë. " : std::string(random() % 9, 'w') + " ");
    ASSERT_TRUE(run(pieces));
    if (HasFailure()) FAIL() << "round " << round;
  }
}

TEST_F(DeltaFilterTest, TheConversationIsLentAndComesBackAsItWas) {
  context.messages = {{"user", "Before", 7, {}}};
  context.current = Message{.role = "assistant", .seq = 8};
  module("m", {Unit::kToken}, [](const Context& seen) {
    EXPECT_EQ(seen.messages.size(), 1U);
    EXPECT_TRUE(seen.stream.has_value());
    return Answer{};
  });
  DeltaFilter filter(caller, context, 8, attachments);
  EXPECT_TRUE(runtime::run_blocking(filter.push("Hello ", shown)));
  EXPECT_EQ(context.current->content, "");
  EXPECT_FALSE(context.stream.has_value());
  EXPECT_TRUE(runtime::run_blocking(filter.finish("", shown)));
  EXPECT_EQ(context.current->content, "");
  EXPECT_EQ(context.current->role, "assistant");
  EXPECT_FALSE(context.stream.has_value());
  EXPECT_THAT(seen("m"), ElementsAre("Hello ", ""));
  EXPECT_EQ(caller.calls().back().stream->released, "Hello ");
}

TEST_F(DeltaFilterTest, WordsThatComeWithTheEndAreTheLastWindowOfWhoAskedForTokens) {
  module("tokens", {Unit::kToken}, masks("Sam", "[name]"), FailPolicy::kClosed, 1);
  module("sentences", {Unit::kSentence}, answers({}), FailPolicy::kClosed, 2);
  module("again", {Unit::kToken}, answers({}), FailPolicy::kClosed, 3);
  DeltaFilter filter(caller, context, 8, attachments);
  EXPECT_TRUE(runtime::run_blocking(filter.push("I am Sa", shown)));
  EXPECT_EQ(shown, "");
  EXPECT_TRUE(runtime::run_blocking(filter.finish("m. You?", shown)));
  EXPECT_EQ(shown, "I am [name]. You?");
  EXPECT_THAT(seen("tokens"), ElementsAre("I am Sa", "Sam. You?"));
  EXPECT_THAT(seen("sentences"), ElementsAre("I am [name]. ", "You?"));
  EXPECT_THAT(seen("again"), ElementsAre("I am [name]. ", "You?"));
  EXPECT_TRUE(caller.calls().back().stream->last);
}

TEST_F(DeltaFilterTest, AnAnswerThatComesAtOnceIsOneWindowUnlessItIsTooLong) {
  module("m", {Unit::kToken}, answers({}));
  DeltaFilter small(caller, context, 8, attachments);
  EXPECT_TRUE(runtime::run_blocking(small.finish("Hello w\xC3", shown)));
  EXPECT_EQ(shown, "Hello w\xEF\xBF\xBD");
  EXPECT_EQ(seen("m").size(), 1U);
  const std::string text(WindowCutter::kLongestToken + 10, 'a');
  DeltaFilter large(caller, context, 8, attachments);
  shown.clear();
  EXPECT_TRUE(runtime::run_blocking(large.finish(text, shown)));
  EXPECT_EQ(shown, text);
  ASSERT_EQ(seen("m").size(), 3U);
  EXPECT_EQ(seen("m").back(), std::string(10, 'a'));
}

TEST_F(DeltaFilterTest, WhoBlocksTheLastWordsLeavesThemUnseenByTheNext) {
  module("first", {Unit::kToken}, answers({.kind = Kind::kBlock, .text = "No."}), FailPolicy::kClosed, 1);
  module("second", {Unit::kToken}, answers({}), FailPolicy::kClosed, 2);
  DeltaFilter filter(caller, context, 8, attachments);
  EXPECT_FALSE(runtime::run_blocking(filter.finish("Hello", shown)));
  EXPECT_EQ(shown, "");
  EXPECT_EQ(filter.outcome().kind, Outcome::Kind::kBlocked);
  EXPECT_THAT(seen("second"), IsEmpty());
}

TEST_F(DeltaFilterTest, AnAsynchronousHookIsNoStage) {
  caller.on("m", {.point = Point::kChatOnDelta, .asynchronous = true}, answers({.kind = Kind::kBlock}));
  attachments = {{.module = "m"}};
  EXPECT_TRUE(run({"Hello"}));
  EXPECT_EQ(shown, "Hello");
}

}  // namespace
}  // namespace rapt::hooks
