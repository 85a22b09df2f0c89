// SPDX-License-Identifier: AGPL-3.0-or-later
// What is remembered of a conversation is what its rows say.
#include "history_cache.hpp"

#include "session_store.hpp"
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

KnownHistory known_of(std::size_t bytes, std::int64_t next_seq = 2) {
  const std::string words(bytes, 'x');
  const std::vector<hooks::PastMessage> told = {{"user", words, next_seq - 1, {}}};
  return {next_seq, std::make_shared<const History>(History(), told, 0)};
}

SessionId session_of(int number) {
  return SessionId::trusted("00000000-0000-4000-8000-00000000000" + std::to_string(number));
}

std::array<hooks::PastMessage, 2> exchange_at(std::int64_t seq) {
  return {{{"user", "Why?", seq, {}}, {"assistant", "Because.", seq + 1, {}}}};
}

TEST(HistoryCache, ExtendsWhatIsGoingOnWithTheNextNumberAlone) {
  HistoryCache cache;
  cache.extend(session_of(1), exchange_at(1));
  EXPECT_FALSE(cache.find(session_of(1))) << "a history without its beginning is none";
  cache.keep(session_of(1), known_of(10, 7));
  cache.extend(session_of(1), exchange_at(8));
  EXPECT_EQ(cache.find(session_of(1))->history->size(), 1u);
  cache.extend(session_of(1), exchange_at(7));
  const auto known = cache.find(session_of(1));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->next_seq, 9);
  EXPECT_EQ(known->asked, 1);
  ASSERT_EQ(known->history->size(), 3u);
  EXPECT_EQ(known->history->back().content, "Because.");
}

/// Reads, answers and stores one exchange.
void go_on(HistoryCache& cache, int session, std::size_t bytes) {
  cache.keep(session_of(session), known_of(bytes));
  cache.extend(session_of(session), exchange_at(2));
}

TEST(HistoryCache, ForgetsTheOldestWhenItIsFull) {
  HistoryCache cache({.resting = 25000, .waiting = 25000});
  for (int i = 1; i <= 3; ++i) go_on(cache, i, 10000);
  EXPECT_LE(cache.bytes(), 25000u);
  EXPECT_FALSE(cache.find(session_of(1)));
  EXPECT_TRUE(cache.find(session_of(3)));
  cache.extend(session_of(3), exchange_at(4));
  EXPECT_TRUE(cache.find(session_of(2))) << "what waits takes nothing from what rests";
}

TEST(HistoryCache, KeepsFewerOfThoseThatWaitForAnAnswer) {
  HistoryCache cache({.resting = 100000, .waiting = 25000});
  for (int i = 1; i <= 4; ++i) go_on(cache, i, 10000);
  EXPECT_GT(cache.bytes(), 40000u);
  for (int i = 1; i <= 4; ++i) EXPECT_TRUE(cache.find(session_of(i))) << i;
  EXPECT_LE(cache.bytes(), 25000u);
  for (int i = 1; i <= 4; ++i) cache.extend(session_of(i), exchange_at(4));
  EXPECT_FALSE(cache.find(session_of(2))) << "it has waited longest";
  EXPECT_EQ(cache.find(session_of(4))->next_seq, 6);
  cache.keep(session_of(5), known_of(30000));
  EXPECT_FALSE(cache.find(session_of(5))) << "larger than all there is room for";
}

TEST(HistoryCache, ForgetsWhatHasNotGoneOnForAWhile) {
  HistoryCache cache;
  const auto start = std::chrono::steady_clock::now();
  cache.keep(session_of(1), known_of(10), start);
  cache.keep(session_of(2), known_of(10), start + std::chrono::seconds(1));
  EXPECT_TRUE(cache.find(session_of(1), start + std::chrono::seconds(2)));
  cache.keep(session_of(3), known_of(10), start + HistoryCache::kKept + std::chrono::seconds(2));
  EXPECT_TRUE(cache.find(session_of(1))) << "it was asked for since";
  EXPECT_FALSE(cache.find(session_of(2)));
  EXPECT_TRUE(cache.find(session_of(3)));
}

class HistoryTest : public World {
 protected:
  HistoryTest() {
    assign("name: Free\ntype: chat\nversion: 1.0.0\nbehavior: Ask questions.\nmodules: [guard]\n");
    caller.on("guard", hooks::Point::kChatOnMessage, [this](const hooks::Context& context) {
      told.clear();
      for (const auto& message : context.messages)
        told.push_back({std::string(message.role), std::string(message.content), message.seq, message.created_at});
      return hooks::Answer{};
    });
  }

  OpenSession stored(const SessionId& session) {
    return *run_blocking(load_open_session(database, student().id, session));
  }
  /// Sends a message and expects that module and model were told what the database said before.
  void expect_true_history(ChatService& host, const SessionId& session, const std::string& content) {
    const auto open = stored(session);
    const auto reply = run_blocking(say(host, student(), session, {content}));
    ASSERT_TRUE(reply) << reply.error().message;
    ASSERT_EQ(told.size(), open.history->size());
    const auto& asked = gateway.requests.back().messages;
    ASSERT_EQ(asked.size(), open.history->size() + 2);
    for (std::size_t i = 0; i < told.size(); ++i) {
      EXPECT_EQ(told[i].role, (*open.history)[i].role);
      EXPECT_EQ(told[i].seq, (*open.history)[i].seq);
      EXPECT_EQ(told[i].content, (*open.history)[i].content);
      EXPECT_EQ(told[i].created_at, (*open.history)[i].created_at);
      EXPECT_EQ(asked[i + 1].content, (*open.history)[i].content);
    }
    if (open.left_out > 0) {
      EXPECT_THAT(reply->message.meta_json, HasSubstr("\"left_out\":" + std::to_string(open.left_out)));
    }
  }

  std::vector<hooks::Message> told;
};

TEST_F(HistoryTest, IsWhatTheRowsSayHoweverLongTheConversationGrows) {
  const auto session = start();
  for (int i = 0; i < 14; ++i) {
    clock.time += std::chrono::microseconds(1234567);
    gateway.pieces = {std::string(1000 + 700 * static_cast<std::size_t>(i % 5), 'a'), "é"};
    expect_true_history(chat, session, std::to_string(i) + std::string(3000, 'q'));
  }
  EXPECT_GT(stored(session).left_out, 0) << "the conversation was to outgrow the bounds";
}

TEST_F(HistoryTest, FollowsWhatAnotherHostWrites) {
  ChatService other(parts("two"));
  const auto session = start();
  expect_true_history(chat, session, "one");
  expect_true_history(other, session, "two");
  expect_true_history(chat, session, "three");
  expect_true_history(other, session, "four");
  expect_true_history(other, session, "five");
}

TEST_F(HistoryTest, FollowsWhatIsReplacedAndAnsweredAnew) {
  const auto session = start();
  expect_true_history(chat, session, "one");
  expect_true_history(chat, session, "two");
  NewTurn edit{"two, said better"};
  edit.replaces = 3;
  ASSERT_TRUE(run_blocking(say(chat, student(), session, edit)));
  expect_true_history(chat, session, "three");
  NewTurn again{""};
  again.regenerate = true;
  ASSERT_TRUE(run_blocking(say(chat, student(), session, again)));
  expect_true_history(chat, session, "four");
  expect_true_history(chat, session, "five");
}

TEST_F(HistoryTest, IsLetGoWhileAnAnswerIsWrittenUnlessAModuleWillBeToldOfIt) {
  const auto session = start();
  expect_true_history(chat, session, "one");
  expect_true_history(chat, session, "two");
  std::vector<std::string> after;
  const auto note = [&](const hooks::Context& context) {
    after.clear();
    for (const auto& message : context.messages) after.emplace_back(message.content);
    return hooks::Answer{};
  };
  caller.on("guard", {.point = hooks::Point::kChatAfterAi, .history = 1}, note);
  expect_true_history(chat, session, "three");
  EXPECT_THAT(after, ElementsAre("three"));
  caller.on("guard", {.point = hooks::Point::kChatAfterAi, .history = 2}, note);
  expect_true_history(chat, session, "four");
  EXPECT_EQ(after.size(), 7U);
  EXPECT_EQ(after.back(), "four");
  expect_true_history(chat, session, "five");
}

TEST_F(HistoryTest, IsReadAgainAfterAMessageThatCameToNothing) {
  const auto session = start();
  expect_true_history(chat, session, "one");
  gateway.breaks_with = Error::unavailable("gateway", "It broke.");
  EXPECT_FALSE(run_blocking(say(chat, student(), session, {"two"})));
  gateway.breaks_with.reset();
  expect_true_history(chat, session, "three");
}

}  // namespace
}  // namespace rapt::chat
