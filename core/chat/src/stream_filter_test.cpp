// SPDX-License-Identifier: AGPL-3.0-or-later
// What modules with chat:on_delta make of an answer, from the gateway to the database.
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using hooks::Answer;
using hooks::Context;
using hooks::FailPolicy;
using hooks::Point;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = Answer::Kind;

class StreamFilter : public World {
 protected:
  void filter(hooks::ScriptedCaller::Script script, FailPolicy on_failure = FailPolicy::kClosed) {
    caller.on("guard",
              {.point = Point::kChatOnDelta, .on_failure = on_failure, .window = {hooks::Window::Unit::kToken}},
              std::move(script));
  }
  void after_ai(const std::string& module, Answer answer) {
    caller.on(module, {.point = Point::kChatAfterAi, .on_failure = FailPolicy::kClosed},
              [this, answer](const Context& seen) {
                checked = seen.current->content;
                return answer;
              });
  }
  /// Cuts the answer off at the window that holds `word`.
  static hooks::ScriptedCaller::Script cuts_at(const std::string& word) {
    return [word](const Context& seen) {
      if (seen.current->content.find(word) == std::string::npos) return Answer{};
      return Answer{.kind = Kind::kBlock, .text = "That goes too far."};
    };
  }
  /// "Sam" becomes "[name]"; what may be its beginning is held back.
  static Answer masks_sam(const Context& seen) {
    std::string text = seen.current->content;
    if (const auto at = text.find("Sam"); at != std::string::npos) text.replace(at, 3, "[name]");
    std::size_t held = 0;
    for (std::size_t part : {1U, 2U}) {
      if (!seen.stream->last && text.ends_with(std::string("Sam").substr(0, part))) held = part;
    }
    return {.kind = Kind::kReplace, .text = text.substr(0, text.size() - held), .held_bytes = held};
  }

  SessionId session = start();
  CollectingSink sink;
  std::string checked;  ///< what chat:after_ai saw
};

TEST_F(StreamFilter, WhatAFilterRemovesIsNeitherShownNorStored) {
  gateway.pieces = {"Hello S", "a", "m! ", "Bye S", "ally."};
  filter(masks_sam);
  const auto reply = send(session, "hello", &sink);
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_THAT(sink.deltas, ElementsAre("Hello ", "[name]! ", "Bye ", "Sally."));
  EXPECT_EQ(reply->message.content, sink.text);
  EXPECT_EQ(messages(session)[1].content, "Hello [name]! Bye Sally.");
  EXPECT_THAT(messages(session)[1].meta_json, HasSubstr("guard"));
  EXPECT_THAT(sink.states, ElementsAre("thinking")) << "nothing waits for a check";
  const auto unseen = send(session, "hello");
  ASSERT_TRUE(unseen.has_value());
  EXPECT_EQ(unseen->message.content, sink.text) << "without a reader the same is stored";
}

TEST_F(StreamFilter, WordsThatComeWithTheEndAreFilteredShownAndStoredAsOthers) {
  gateway.ends_with_last = true;
  filter(masks_sam);
  for (const auto& pieces : {std::vector<std::string>{"Hello S", "am! Bye"}, std::vector<std::string>{"Sam."}}) {
    gateway.pieces = pieces;
    CollectingSink seen;
    const auto reply = send(session, "hello", &seen);
    ASSERT_TRUE(reply.has_value()) << reply.error().message;
    EXPECT_EQ(reply->message.content, pieces.size() == 1 ? "[name]." : "Hello [name]! Bye");
    EXPECT_EQ(seen.text, reply->message.content);
    EXPECT_EQ(messages(session).back().content, seen.text);
  }
  gateway.pieces = {"One. ", "Two bad."};
  filter(cuts_at("bad"));
  const auto reply = send(session, "hello", &sink);
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(sink.text, "One. ");
  ASSERT_TRUE(reply->cut_off.has_value());
  EXPECT_EQ(messages(session).back().content, "One. ");
  EXPECT_THAT(messages(session).back().meta_json, Not(HasSubstr("finish_reason")));
}

TEST_F(StreamFilter, TheFirstWordsAreShownBeforeTheAnswerIsComplete) {
  filter([](const Context&) { return Answer{}; });
  std::string shown_meanwhile;
  gateway.while_asking = [&]() -> Task<void> {
    co_await until([&] { return !sink.text.empty(); });
    shown_meanwhile = sink.text;
  };
  ASSERT_TRUE(send(session, "hello", &sink).has_value());
  EXPECT_EQ(shown_meanwhile, "What undoes + 5?") << "the last window had not been asked about";
}

TEST_F(StreamFilter, TheModuleIsToldOfTheQuestionAndOfTheAnswersNumber) {
  filter([](const Context& seen) {
    EXPECT_EQ(seen.messages.back().content, "hello");
    EXPECT_EQ(seen.current->role, "assistant");
    return Answer{.extractions = {{.type = "seen", .data_json = "{}"}}};
  });
  ASSERT_TRUE(send(session, "hello").has_value());
  const auto found = extractions(session);
  ASSERT_EQ(found.size(), 4U) << "three windows and the empty last one";
  EXPECT_EQ(found[0].message_seq, 2);
}

TEST_F(StreamFilter, AnAnswerThatIsCutOffIsStoredAsTheReaderSawIt) {
  gateway.pieces = {"One. ", "Two. ", "Three bad. ", "Four. ", "Five."};
  filter(cuts_at("bad"));
  const auto reply = send(session, "hello", &sink);
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(sink.text, "One. Two. ");
  EXPECT_EQ(gateway.written, "One. Two. Three bad. ") << "the gateway was told to stop";
  ASSERT_TRUE(reply->cut_off.has_value());
  EXPECT_EQ(reply->cut_off->module, "guard");
  EXPECT_EQ(reply->cut_off->reason, "That goes too far.");
  const auto stored = messages(session);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[1].content, "One. Two. ");
  EXPECT_THAT(stored[1].meta_json, HasSubstr("cut_off"));
  EXPECT_THAT(stored[1].meta_json, HasSubstr("That goes too far."));
  EXPECT_THAT(stored[1].meta_json, Not(HasSubstr("finish_reason")));
  const auto found = extractions(session);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].type, "module.blocked");
  EXPECT_THAT(found[0].data_json, HasSubstr("chat:on_delta"));
  EXPECT_EQ(found[0].message_seq, 2);
  EXPECT_EQ(usage_outcomes(), "blocked:42");
  EXPECT_EQ(topics(), "chat.session_started chat.message_stored");
  const auto unseen = send(session, "hello");
  ASSERT_TRUE(unseen.has_value());
  EXPECT_EQ(unseen->message.content, "One. Two. ") << "without a reader the same is stored";
}

TEST_F(StreamFilter, AnAnswerCutOffBeforeAnythingWasShownIsBlocked) {
  filter(cuts_at("What"));
  const auto reply = send(session, "hello", &sink);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "BLOCKED_BY_MODULE");
  EXPECT_EQ(reply.error().message, "That goes too far.");
  EXPECT_EQ(sink.text, "");
  EXPECT_EQ(messages(session).size(), 1U);
  EXPECT_EQ(usage_outcomes(), "blocked:42");
  EXPECT_THAT(extractions(session).at(0).data_json, HasSubstr("chat:on_delta"));
}

TEST_F(StreamFilter, AFilterThatLeavesNothingOfAnAnswerHasBlockedIt) {
  filter([](const Context&) { return Answer{.kind = Kind::kReplace}; });
  const auto reply = send(session, "hello", &sink);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "BLOCKED_BY_MODULE");
  EXPECT_EQ(reply.error().part, "guard");
  EXPECT_EQ(messages(session).size(), 1U);
}

TEST_F(StreamFilter, AFilterThatMustNotBeSkippedAndDiesEndsTheAnswer) {
  filter([](const Context& seen) { return seen.stream->window_seq < 2 ? Answer{} : Answer{.kind = Kind::kDead}; });
  const auto reply = send(session, "hello", &sink);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "MODULE_UNAVAILABLE");
  EXPECT_EQ(sink.text, "What ");
  EXPECT_EQ(gateway.written, "What undoes ");
  EXPECT_THAT(messages(session), IsEmpty());
  EXPECT_EQ(usage_outcomes(), "failed:42");
}

TEST_F(StreamFilter, AFilterThatMayBeSkippedAndDiesIsNamedAndTheAnswerGoesOn) {
  filter([](const Context& seen) { return seen.stream->window_seq == 2 ? Answer{.kind = Kind::kDead} : Answer{}; },
         FailPolicy::kOpen);
  const auto reply = send(session, "hello", &sink);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(sink.text, "What undoes + 5?");
  EXPECT_THAT(reply->message.meta_json, HasSubstr("skipped_modules"));
}

TEST_F(StreamFilter, AModuleWithBothHooksHoldsNothingAndSeesTheFilteredAnswerAtItsEnd) {
  gateway.pieces = {"Hello S", "am!"};
  filter(masks_sam);
  after_ai("guard", {.kind = Kind::kReplace, .text = "Hello you!"});
  const auto reply = send(session, "hello", &sink);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(sink.text, "Hello [name]!");
  EXPECT_EQ(checked, "Hello [name]!");
  EXPECT_EQ(reply->message.content, "Hello you!") << "the stored text counts";
  after_ai("guard", {.kind = Kind::kBlock, .text = "No."});
  ASSERT_FALSE(send(session, "again", &sink).has_value());
  EXPECT_EQ(messages(session).size(), 3U) << "the question stays, the answer does not";
}

TEST_F(StreamFilter, AModuleThatChecksAtTheEndAloneStillHoldsWhatTheFiltersPassed) {
  assign(std::string(kTool) + "  - checker\n");
  session = start();
  gateway.pieces = {"Hello S", "am!"};
  filter(masks_sam);
  after_ai("checker", {});
  ASSERT_TRUE(send(session, "hello", &sink).has_value());
  EXPECT_EQ(checked, "Hello [name]!");
  EXPECT_EQ(sink.text, "Hello [name]!");
  EXPECT_THAT(sink.states, ElementsAre("thinking", "checking"));
  filter(cuts_at("am!"));
  CollectingSink held;
  const auto cut = send(session, "again", &held);
  ASSERT_FALSE(cut.has_value()) << "nothing had been shown: a block";
  EXPECT_EQ(cut.error().code, "BLOCKED_BY_MODULE");
  EXPECT_EQ(held.text, "");
}

}  // namespace
}  // namespace rapt::chat
