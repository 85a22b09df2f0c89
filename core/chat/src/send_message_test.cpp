// SPDX-License-Identifier: AGPL-3.0-or-later
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using hooks::Answer;
using hooks::Point;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

hooks::ScriptedCaller::Script says(Answer answer) {
  return [answer](const hooks::Context&) { return answer; };
}

class SendMessage : public World {
 protected:
  void guard(Point point, Answer answer, hooks::FailPolicy on_failure = hooks::FailPolicy::kClosed) {
    caller.on("guard", {.point = point, .on_failure = on_failure}, says(std::move(answer)));
  }
  SessionId session = start();
};

TEST_F(SendMessage, StoresQuestionAndAnswerWithUsageAndEvent) {
  const auto reply = send(session, "How do I solve 3x + 5 = 20?");
  ASSERT_TRUE(reply.has_value()) << reply.error().message << reply.error().log_detail;
  EXPECT_EQ(reply->message.seq, 2);
  EXPECT_EQ(reply->message.content, "What undoes + 5?");
  EXPECT_EQ(reply->usage.input_tokens, 30);
  const auto stored = messages(session);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].content, "How do I solve 3x + 5 = 20?");
  EXPECT_EQ(stored[0].role, "user");
  EXPECT_EQ(stored[1].role, "assistant");
  EXPECT_THAT(stored[1].meta_json, HasSubstr("test-model"));
  EXPECT_EQ(usage_outcomes(), "answered:42");
  EXPECT_EQ(topics(), "chat.session_started chat.message_stored");
}

TEST_F(SendMessage, ModulesAreToldOfItFromTheMomentOneListens) {
  const auto told = [this] {
    return value("SELECT coalesce(string_agg(module || ' ' || name, ', '), '') AS value FROM jobs");
  };
  ASSERT_TRUE(send(session, "first").has_value());
  EXPECT_EQ(told(), "");
  run("INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('log', '1.0.0', 'p',"
      " repeat('0', 64), '[\"events\"]', '{\"events\": {\"subscribe\": [\"message.stored\"]}}')");
  ASSERT_TRUE(send(session, "second").has_value());
  EXPECT_EQ(told(), "log message.stored");
}

TEST_F(SendMessage, TheModelIsToldTheTeachersWordsAndTheConversationSoFar) {
  ASSERT_TRUE(send(session, "first").has_value());
  ASSERT_TRUE(send(session, "second").has_value());
  const auto& asked = gateway.requests.back().messages;
  ASSERT_EQ(asked.size(), 4U);
  EXPECT_EQ(asked[0].role, "system");
  EXPECT_THAT(asked[0].content, HasSubstr("Ask questions."));
  EXPECT_EQ(asked[1].content, "first");
  EXPECT_EQ(asked[2].role, "assistant");
  EXPECT_EQ(asked[3].content, "second");
}

TEST_F(SendMessage, WhatAModuleMaskedIsNeitherStoredNorSent) {
  guard(Point::kChatOnMessage, {.kind = Answer::Kind::kReplace, .text = "call [phone]"});
  ASSERT_TRUE(send(session, "call 415-555-0132").has_value());
  EXPECT_EQ(gateway.requests[0].messages.back().content, "call [phone]");
  const auto stored = messages(session);
  EXPECT_EQ(stored[0].content, "call [phone]");
  EXPECT_THAT(stored[0].meta_json, HasSubstr("guard"));
}

TEST_F(SendMessage, AModulesInstructionIsForThisAnswerOnly) {
  guard(Point::kChatBeforeAi, {.instructions = {"Be gentle."}});
  ASSERT_TRUE(send(session, "ugh").has_value());
  EXPECT_THAT(gateway.requests[0].messages[0].content, HasSubstr("Be gentle."));
  for (const auto& message : messages(session)) EXPECT_EQ(message.content.find("Be gentle."), std::string::npos);
}

TEST_F(SendMessage, ABlockBeforeTheAiKeepsNothingButTheFact) {
  guard(Point::kChatBeforeAi, {.kind = Answer::Kind::kBlock, .text = "Please talk to an adult."});
  const auto reply = send(session, "secret words");
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().kind, ErrorKind::kBlocked);
  EXPECT_EQ(reply.error().code, "BLOCKED_BY_MODULE");
  EXPECT_EQ(reply.error().part, "guard");
  EXPECT_EQ(reply.error().message, "Please talk to an adult.");
  EXPECT_THAT(gateway.requests, IsEmpty());
  EXPECT_THAT(messages(session), IsEmpty());
  const auto found = extractions(session);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].type, "module.blocked");
  EXPECT_EQ(found[0].data_json.find("secret"), std::string::npos);
  EXPECT_EQ(topics(), "chat.session_started chat.message_blocked");
  EXPECT_EQ(usage_outcomes(), "");
}

TEST_F(SendMessage, ABlockAfterTheAiKeepsTheQuestionAndWhatWasPaid) {
  guard(Point::kChatAfterAi, {.kind = Answer::Kind::kBlock, .text = "That answer was not fit."});
  CollectingSink sink;
  const auto reply = send(session, "hello there", &sink);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "BLOCKED_BY_MODULE");
  EXPECT_EQ(sink.text, "") << "a blocked answer is never shown";
  const auto stored = messages(session);
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].role, "user");
  EXPECT_EQ(usage_outcomes(), "blocked:42");
  EXPECT_EQ(extractions(session).at(0).message_seq, 1);
  ASSERT_FALSE(send(session, "again").has_value());
  EXPECT_EQ(messages(session).size(), 2U) << "the numbering goes on";
}

TEST_F(SendMessage, AModuleThatMustNotBeSkippedStopsTheMessageBeforeTheAi) {
  guard(Point::kChatOnMessage, {.kind = Answer::Kind::kDead});
  const auto reply = send(session, "hello");
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "MODULE_UNAVAILABLE");
  EXPECT_EQ(reply.error().part, "guard");
  EXPECT_THAT(gateway.requests, IsEmpty());
  EXPECT_THAT(messages(session), IsEmpty());
}

TEST_F(SendMessage, AModuleThatDiesAfterTheAiKeepsOnlyWhatWasPaid) {
  guard(Point::kChatAfterAi, {.kind = Answer::Kind::kLate});
  const auto reply = send(session, "hello");
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "MODULE_UNAVAILABLE");
  EXPECT_THAT(messages(session), IsEmpty());
  EXPECT_EQ(usage_outcomes(), "failed:42");
}

TEST_F(SendMessage, AModuleThatMayBeSkippedIsSkippedAndNamed) {
  guard(Point::kChatAfterAi, {.kind = Answer::Kind::kError}, hooks::FailPolicy::kOpen);
  const auto reply = send(session, "hello");
  ASSERT_TRUE(reply.has_value());
  EXPECT_THAT(reply->message.meta_json, HasSubstr("skipped_modules"));
}

TEST_F(SendMessage, WordsPassThroughUnlessAModuleWantsToSeeTheAnswerFirst) {
  CollectingSink through;
  ASSERT_TRUE(send(session, "one", &through).has_value());
  EXPECT_EQ(through.text, "What undoes + 5?");
  EXPECT_THAT(through.states, ElementsAre("thinking"));
  guard(Point::kChatAfterAi, {.kind = Answer::Kind::kReplace, .text = "What undoes adding five? Write to [email]."});
  CollectingSink held;
  const auto reply = send(session, "two", &held);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(held.text, "What undoes adding five? Write to [email].") << "never the unchecked words";
  EXPECT_EQ(reply->message.content, held.text);
  EXPECT_THAT(held.states, ElementsAre("thinking", "checking"));
}

TEST_F(SendMessage, AModuleThatArrivesWhileOthersAreAskedStillSeesTheAnswerFirst) {
  caller.on("guard", Point::kChatOnMessage, [this](const hooks::Context&) {
    guard(Point::kChatAfterAi, {.kind = Answer::Kind::kReplace, .text = "checked"});
    return Answer{};
  });
  CollectingSink sink;
  ASSERT_TRUE(send(session, "hello", &sink).has_value());
  EXPECT_EQ(sink.text, "checked");
}

TEST_F(SendMessage, HistoryThatNoLongerFitsIsLeftOutQuestionAndAnswerTogether) {
  gateway.pieces = {std::string(25000, 'a')};
  ASSERT_TRUE(send(session, std::string(25000, 'q')).has_value());
  gateway.pieces = {"short"};
  ASSERT_TRUE(send(session, "second").has_value());
  const auto& cut = gateway.requests.back().messages;
  ASSERT_EQ(cut.size(), 2U) << "an answer without its question is not told either";
  EXPECT_EQ(cut[1].content, "second");
  ASSERT_TRUE(send(session, "third").has_value());
  const auto& asked = gateway.requests.back().messages;
  ASSERT_EQ(asked.size(), 4U);
  EXPECT_EQ(asked[1].content, "second");
}

TEST_F(SendMessage, AnAnswerThatBreaksOffStoresNothingButItsTokens) {
  gateway.breaks_with = Error{.kind = ErrorKind::kUpstream, .code = "AI_GATEWAY_ERROR", .message = "broke"};
  const auto reply = send(session, "hello");
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, "AI_GATEWAY_ERROR");
  EXPECT_THAT(messages(session), IsEmpty());
  EXPECT_EQ(usage_outcomes(), "failed:42");
  EXPECT_EQ(value("SELECT estimated::text AS value FROM ai_usage"), "true");
  gateway.breaks_with.reset();
  EXPECT_EQ(send(session, "hello")->message.seq, 2) << "and the reader may try again";
}

TEST_F(SendMessage, ASecondMessageWhileOneIsBeingAnsweredIsRefusedBeforeTheAiIsAsked) {
  std::optional<Result<Reply>> second;
  gateway.while_asking = [&]() -> Task<void> {
    return runtime::store_result(say(chat, student(), session, {"second"}), second);
  };
  EXPECT_TRUE(send(session, "first").has_value());
  ASSERT_TRUE(second.has_value());
  ASSERT_FALSE(second->has_value());
  EXPECT_EQ(second->error().kind, ErrorKind::kConflict);
  EXPECT_EQ(gateway.requests.size(), 1U);
  EXPECT_EQ(messages(session).size(), 2U);
  EXPECT_EQ(usage_outcomes(), "answered:42");
  EXPECT_TRUE(send(session, "second").has_value()) << "and then it is its turn";
}

TEST_F(SendMessage, OfTwoMessagesOnTwoHostsTheSecondIsRefusedBeforeTheAiIsAsked) {
  ChatService other_host{parts("two")};
  std::optional<Result<Reply>> second;
  gateway.while_asking = [&]() -> Task<void> {
    return runtime::store_result(say(other_host, student(), session, {"second"}), second);
  };
  ASSERT_TRUE(send(session, "first").has_value());
  ASSERT_FALSE(second->has_value());
  EXPECT_EQ(second->error().kind, ErrorKind::kConflict);
  EXPECT_EQ(gateway.requests.size(), 1U);
  const auto stored = messages(session);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].content, "first");
  EXPECT_EQ(usage_outcomes(), "answered:42");
}

TEST_F(SendMessage, AnAnswerWhosePlaceIsTakenIsRefusedWholeAndPaidFor) {
  gateway.while_asking = [&]() -> Task<void> {
    run("UPDATE chat_sessions SET next_seq = next_seq + 2");  // as by a host that took this one for dead
    co_return;
  };
  EXPECT_EQ(send(session, "slower").error().kind, ErrorKind::kConflict);
  EXPECT_THAT(messages(session), IsEmpty());
  EXPECT_EQ(usage_outcomes(), "abandoned:42");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM chat_turns"), "0");
}

TEST_F(SendMessage, ASessionThatEndsMeanwhileTakesNoAnswerAnyMore) {
  gateway.while_asking = [&]() -> Task<void> {
    run("UPDATE chat_sessions SET state = 'completed', ended_at = now()");
    return runtime::sleep_for(std::chrono::milliseconds(0));
  };
  EXPECT_EQ(send(session, "hello").error().kind, ErrorKind::kConflict);
  EXPECT_THAT(messages(session), IsEmpty());
}

TEST_F(SendMessage, FindingsAreStoredWithTheMessageAndBadOnesAreLeftOut) {
  guard(Point::kChatOnMessage, {.extractions = {{.type = "struggle", .data_json = R"({"indicators":["again"]})"},
                                                {.type = "evil", .data_json = R"("\u0000")"},
                                                {.type = "evil", .data_json = "{"}}});
  ASSERT_TRUE(send(session, "hello").has_value());
  const auto found = extractions(session);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].module, "guard");
  EXPECT_EQ(found[0].message_seq, 1);
}

TEST_F(SendMessage, BadTextIsNamedBeforeAnybodyIsAsked) {
  for (const std::string& content :
       {std::string(), std::string(" \n"), std::string("\xff\xfe"), std::string(32001, 'x'), std::string("a\0b", 3)}) {
    const auto reply = send(session, content);
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().kind, ErrorKind::kInvalid);
    EXPECT_EQ(reply.error().fields.at(0).path, "content");
  }
  EXPECT_THAT(gateway.requests, IsEmpty());
  std::string longest;
  for (int i = 0; i < 32000; ++i) longest += "ü";
  EXPECT_TRUE(send(session, longest).has_value());
}

TEST_F(SendMessage, TheToolsLimitOfMessagesHolds) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(session, "again").has_value());
  const auto fourth = send(session, "again");
  ASSERT_FALSE(fourth.has_value());
  EXPECT_EQ(fourth.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(fourth.error().message, HasSubstr("3"));
}

}  // namespace
}  // namespace rapt::chat
