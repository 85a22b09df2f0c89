// SPDX-License-Identifier: AGPL-3.0-or-later
// Messages that are edited, answers that are made anew, and the limits of a conversation.
#include "session_store.hpp"
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Replace : public World {
 protected:
  Replace() {
    assign("name: Talker\ntype: chat\nversion: 1.0.0\nbehavior: Talk.\nconstraints: {max_duration: 30}\n");
    session = start();
    gateway.pieces = {"first answer"};
    say_it({"first"});
    gateway.pieces = {"second answer"};
    say_it({"second"});
    gateway.pieces = {"third answer"};
  }
  Result<Reply> say_it(NewTurn said) { return run_blocking(say(chat, student(), session, std::move(said))); }
  std::vector<std::string> shown(bool all = false) {
    std::vector<std::string> out;
    const auto read = run_blocking(chat.get(student(), session, all));
    for (const auto& message : read->messages) {
      out.push_back(std::to_string(message.seq) +
                    (message.replaced_at ? " (" + message.content + ")" : " " + message.content));
    }
    return out;
  }
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const auto& message : gateway.requests.back().messages) out.push_back(message.content);
    return out;
  }
  SessionId session;
};

TEST_F(Replace, AnEditedMessageTakesThePlaceOfItselfAndAllAfterIt) {
  const auto reply = say_it({.content = "first, better", .replaces = 1});
  ASSERT_TRUE(reply.has_value()) << reply.error().message << reply.error().log_detail;
  EXPECT_EQ(reply->message.seq, 6);
  EXPECT_THAT(told(), ElementsAre("Talk.", "first, better"));
  EXPECT_THAT(shown(), ElementsAre("5 first, better", "6 third answer"));
  EXPECT_THAT(shown(true), ElementsAre("1 (first)", "2 (first answer)", "3 (second)", "4 (second answer)",
                                       "5 first, better", "6 third answer"));
  ASSERT_TRUE(say_it({"fourth"}).has_value());
  EXPECT_THAT(told(), ElementsAre("Talk.", "first, better", "third answer", "fourth"));
}

TEST_F(Replace, AnAnswerMadeAnewTakesThePlaceOfTheLastOne) {
  const auto reply = say_it({.content = {}, .regenerate = true});
  ASSERT_TRUE(reply.has_value()) << reply.error().message << reply.error().log_detail;
  EXPECT_EQ(reply->message.seq, 5);
  EXPECT_THAT(told(), ElementsAre("Talk.", "first", "first answer", "second"));
  EXPECT_THAT(shown(), ElementsAre("1 first", "2 first answer", "3 second", "5 third answer"));
  const auto name = new_uuid();
  const auto named = say_it({.content = {}, .request_id = name, .regenerate = true});
  const auto again = say_it({.content = {}, .request_id = name, .regenerate = true});
  EXPECT_EQ(again->message.id, named->message.id) << "the same request is the same answer";
}

TEST_F(Replace, OnlyAnOwnCurrentMessageIsReplaced) {
  for (const std::int64_t seq : {2, 7, 1000}) {
    const auto refused = say_it({.content = "x", .replaces = seq});
    ASSERT_FALSE(refused.has_value()) << seq;
    EXPECT_EQ(refused.error().fields.at(0).path, "replaces");
  }
  ASSERT_TRUE(say_it({.content = "better", .replaces = 1}).has_value());
  EXPECT_FALSE(say_it({.content = "better still", .replaces = 3}).has_value()) << "it is replaced already";
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM chat_turns"), "0");
  session = start();
  EXPECT_EQ(say_it({.content = {}, .regenerate = true}).error().kind, ErrorKind::kConflict);
}

/// Two hosts, because one of them remembers the count and the other reads it.
TEST_F(Replace, WhatTheStudentSaidIsCountedAndNoAnswer) {
  assign(
      "name: Talker\ntype: chat\nversion: 1.0.0\nbehavior: Talk.\nconstraints: {max_messages: 3}\nmodules: [guard]\n");
  ChatService other(parts("two"));
  for (auto* host : {&chat, &other}) {
    session = start();
    const auto say_there = [&](NewTurn said) { return run_blocking(say(*host, student(), session, std::move(said))); };
    ASSERT_TRUE(say_it({"first"}));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(say_there({.content = {}, .regenerate = true})) << i;
    ASSERT_TRUE(say_there({"second"})) << "seven messages are stored, and one of them is the student's";
    ASSERT_TRUE(say_it({.content = "second, better", .replaces = 8}));
    EXPECT_THAT(say_there({"third"}).error().message, HasSubstr("allows 3 messages")) << "a replaced one counts";
    EXPECT_EQ(say_there({.content = "third", .replaces = 10}).error().kind, ErrorKind::kConflict);
    EXPECT_TRUE(say_there({.content = {}, .regenerate = true})) << "the last answer may be made anew";
  }
}

TEST_F(Replace, AQuestionWhoseAnswerWasBlockedCounts) {
  assign(
      "name: Talker\ntype: chat\nversion: 1.0.0\nbehavior: Talk.\nconstraints: {max_messages: 2}\nmodules: [guard]\n");
  session = start();
  ASSERT_TRUE(say_it({"first"}));
  caller.on("guard", hooks::Point::kChatAfterAi,
            [](const hooks::Context&) { return hooks::Answer{.kind = hooks::Answer::Kind::kBlock, .text = "No."}; });
  EXPECT_EQ(say_it({"second"}).error().code, "BLOCKED_BY_MODULE");
  EXPECT_THAT(say_it({"third"}).error().message, HasSubstr("allows 2 messages"));
}

TEST_F(Replace, AConversationEndsWithTheTimeOfItsTool) {
  const auto ends = run_blocking(chat.get(student(), session))->ends_at;
  ASSERT_TRUE(ends.has_value());
  EXPECT_EQ(*ends, clock.time + std::chrono::minutes(30));
  clock.time += std::chrono::minutes(30);
  const auto late = say_it({"too late"});
  ASSERT_FALSE(late.has_value());
  EXPECT_THAT(late.error().message, HasSubstr("30 minutes"));
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM chat_turns"), "0");
}

TEST_F(Replace, AConversationIsOpenedWithThePlaceOfItsAssignment) {
  const auto alone = run_blocking(load_open_session(database, student().id, session));
  ASSERT_TRUE(alone.has_value()) << alone.error().log_detail;
  EXPECT_TRUE(alone->class_id.empty());
  EXPECT_EQ(alone->group.id, "");
  EXPECT_FALSE(alone->closes_at || alone->available_at || alone->time_limit);

  run("UPDATE groups SET name = 'The \"first\" School' WHERE id = '" + school + "'");
  run("UPDATE assignments SET time_limit = interval '90 seconds', closes_at = '2026-02-01T00:00:00.25+02'");
  const auto assignment = value("SELECT id::text AS value FROM assignments WHERE tool_id = '" + tool.str() + "'");
  const auto assigned = run_blocking(chat.create(student(), tool, AssignmentId::trusted(assignment)))->id;
  const auto open = run_blocking(load_open_session(database, student().id, assigned));
  ASSERT_TRUE(open.has_value()) << open.error().log_detail;
  EXPECT_EQ(open->class_id.str(), class_id);
  EXPECT_EQ(open->group.id, school);
  EXPECT_EQ(open->group.name, "The \"first\" School");
  EXPECT_EQ(open->group_path, value("SELECT path::text AS value FROM groups WHERE id = '" + school + "'"));
  EXPECT_FALSE(open->available_at);
  EXPECT_EQ(open->closes_at, parse_time("2026-01-31T22:00:00.250Z"));
  EXPECT_EQ(open->time_limit, std::chrono::seconds(90));
}

TEST_F(Replace, AnAssignmentsWindowAndTimeHoldForStudentsAtEveryMessage) {
  const auto assignment =
      AssignmentId::trusted(value("SELECT id::text AS value FROM assignments WHERE tool_id = '" + tool.str() + "'"));
  session = run_blocking(chat.create(student(), tool, assignment))->id;
  run("UPDATE assignments SET time_limit = interval '10 minutes'");
  EXPECT_TRUE(say_it({"hello"}).has_value());
  clock.time += std::chrono::minutes(10);
  EXPECT_THAT(say_it({"late"}).error().message, HasSubstr("10 minutes"));
  run("UPDATE assignments SET time_limit = NULL, available_at = '2026-02-01T00:00:00Z'");
  EXPECT_THAT(say_it({"early"}).error().message, HasSubstr("opens at"));
  const auto preview = run_blocking(chat.create(teacher(), tool, assignment));
  ASSERT_TRUE(preview.has_value());
  EXPECT_TRUE(run_blocking(say(chat, teacher(), preview->id, {"a trial"})).has_value()) << "who prepares it may try";
}

}  // namespace
}  // namespace rapt::chat
