// SPDX-License-Identifier: AGPL-3.0-or-later
// PostgreSQL or Redis goes away while an answer is made, and comes back.
#include "rapt/store/test_relay.hpp"
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using store::TestRelay;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A host of the world whose way to PostgreSQL can be lost; what the tests look at goes another way.
class LostDatabase : public World {
 public:
  using World::turns_now;
  TestRelay relay{TestRelay::server_of(schema.url())};
  store::Database lossy{{.url = relay.postgres_url(schema.url()), .connections = 2}};
  tools::ToolService lossy_tools{lossy, clock, {}};
  quota::QuotaService lossy_admission{{lossy, redis, clock, "test-model"}};
  ChatService host{{lossy, lossy_tools, dispatcher, gateway, lossy_admission, clock, redis, "lossy", prefix}};
  SessionId session = start();
  const std::string request = new_uuid();
  CollectingSink shown;
  std::optional<Result<Reply>> reply;

  Task<void> ask() {
    NewTurn said{"hello", request};
    auto actor = student();
    reply.emplace(co_await say(host, actor, session, said, &shown));
  }
  /// The model has answered, and then the way is lost.
  void lose_it_with_the_answer() {
    gateway.while_asking = [this]() -> Task<void> {
      relay.cut();
      co_return;
    };
  }
  std::string stored() {
    return value("SELECT string_agg(seq || ' ' || content, ', ' ORDER BY seq) AS value FROM messages");
  }
};

TEST_F(LostDatabase, AnAnswerIsStoredOnceWhenPostgresqlComesBackLate) {
  lose_it_with_the_answer();
  runtime::run_blocking_void([](LostDatabase& test) -> Task<void> {
    co_await test.ask();
    EXPECT_EQ(test.turns_now(), 1) << "the turn is kept for it";
    test.relay.mend();
    co_await until([&] { return test.turns_now() == 0; });
  }(*this));
  ASSERT_FALSE(reply->has_value());
  EXPECT_EQ(reply->error().code, kAnswerNotStored);
  EXPECT_THAT(reply->error().message, HasSubstr("do not send your message again"));
  EXPECT_EQ(shown.text, "What undoes + 5?") << "the reader has seen it all";
  EXPECT_EQ(stored(), "1 hello, 2 What undoes + 5?");
  EXPECT_EQ(usage_outcomes(), "answered:42") << "paid once";
  const auto again = run_blocking(say(host, student(), session, {"hello", request}));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->message.content, "What undoes + 5?");
  EXPECT_EQ(gateway.requests.size(), 1U) << "and nobody asked the model twice";
}

TEST_F(LostDatabase, AReaderNoticesNothingOfAShortLoss) {
  lose_it_with_the_answer();
  runtime::run_blocking_void([](LostDatabase& test) -> Task<void> {
    auto executor = co_await boost::asio::this_coro::executor;
    auto mending = [](LostDatabase& world) -> Task<void> {
      co_await until([&] { return world.relay.refused() > 0; });
      world.relay.mend();
    };
    boost::asio::co_spawn(executor, mending(test), boost::asio::detached);
    co_await test.ask();
  }(*this));
  ASSERT_TRUE(reply->has_value()) << reply->error().message << reply->error().log_detail;
  EXPECT_GT(relay.refused(), 0);
  EXPECT_EQ(stored(), "1 hello, 2 What undoes + 5?");
  EXPECT_EQ(usage_outcomes(), "answered:42");
  EXPECT_EQ(turns_now(), 0);
}

/// Whether the statement counted is not known where its answer is lost: it did, and is not done again.
TEST_F(LostDatabase, AnAnswerWhoseStoringIsNotConfirmedIsStoredOnce) {
  gateway.while_asking = [this]() -> Task<void> {
    relay.lose_answer_with("stored");
    co_return;
  };
  runtime::run_blocking_void(ask());
  EXPECT_EQ(relay.lost(), 1);
  ASSERT_TRUE(reply->has_value()) << reply->error().message << reply->error().log_detail;
  EXPECT_EQ(stored(), "1 hello, 2 What undoes + 5?");
  EXPECT_EQ(usage_outcomes(), "answered:42");
  EXPECT_EQ(topics(), "chat.session_started chat.message_stored");
  const auto next = send(session, "and now?");
  ASSERT_TRUE(next.has_value()) << "the conversation goes on";
  EXPECT_EQ(next->message.seq, 4);
}

TEST_F(LostDatabase, ABlockedAnswerIsPaidForOnceWhenPostgresqlComesBackLate) {
  caller.on("guard", hooks::Point::kChatAfterAi, [](const hooks::Context&) {
    return hooks::Answer{.kind = hooks::Answer::Kind::kBlock, .text = "Not fit."};
  });
  lose_it_with_the_answer();
  runtime::run_blocking_void([](LostDatabase& test) -> Task<void> {
    co_await test.ask();
    test.relay.mend();
    co_await until([&] { return test.turns_now() == 0; });
  }(*this));
  EXPECT_EQ(shown.text, "");
  EXPECT_EQ(stored(), "1 hello");
  EXPECT_EQ(usage_outcomes(), "blocked:42");
}

/// Before the model is asked nothing is lost but a try.
TEST_F(LostDatabase, AMessageThatCannotBeginAsksNobody) {
  relay.cut();
  runtime::run_blocking_void(ask());
  EXPECT_EQ(reply->error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(gateway.requests, IsEmpty());
  relay.mend();
  // A connection that failed is tried again after a moment.
  runtime::run_blocking_void([](LostDatabase& test) -> Task<void> {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    do {
      co_await runtime::sleep_for(std::chrono::milliseconds(20));
      co_await test.ask();
    } while (!test.reply->has_value() && std::chrono::steady_clock::now() < deadline);
  }(*this));
  EXPECT_TRUE(reply->has_value()) << "sent again, it is answered";
  EXPECT_THAT(messages(session), SizeIs(2));
}

/// Two hosts of the world whose way to Redis can be lost.
class LostRedis : public World {
 public:
  using World::student;
  TestRelay relay{TestRelay::redis_of(store::test_redis_url())};
  store::Redis lossy{relay.redis_url(store::test_redis_url()), 4, std::chrono::minutes(1)};
  ChatService here{{database, tools, dispatcher, gateway, admission, clock, lossy, "here", prefix}};
  ChatService there{{database, tools, dispatcher, gateway, admission, clock, lossy, "there", prefix}};
  SessionId session = start();
  int told = 0, allowed = 1;

  LostRedis() {
    gateway.after_each = [this]() -> Task<void> {
      ++told;
      return until([this] { return told < allowed; });
    };
  }
  Task<std::unique_ptr<TurnReader>> ask(const NewTurn& said) {
    auto actor = student();
    auto reader = co_await here.send(actor, session, said);
    if (!reader) throw std::runtime_error(reader.error().message);
    co_return std::move(*reader);
  }
  Task<std::unique_ptr<TurnReader>> follow_there(const std::string& turn, std::int64_t number) {
    const std::optional<TurnPlace> behind = TurnPlace{turn, number};
    auto actor = student();
    auto reader = co_await there.follow(actor, session, behind);
    if (!reader) throw std::runtime_error(reader.error().message);
    co_return std::move(*reader);
  }
  /// Follows to the end as a page does: where the stream is not to be had, again from the last event that came.
  Task<MessageId> patiently_there(const std::string& turn, std::int64_t seen, CollectingSink& words) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      auto remote = co_await follow_there(turn, seen);
      for (auto events = co_await remote->next(); events && !events->empty(); events = co_await remote->next()) {
        for (const auto& event : *events) words.take(event);
        seen = events->back().number;
        // Not before: what ended while Redis was away is read from the conversation, as the next test shows.
        if (words.text == "What undoes ") allowed = 1000;
        if (const auto& end = events->back().outcome) co_return (*end)->message.id;
      }
      co_await runtime::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("the stream did not come back");
  }
  /// Reads until these words have come. Gives the number of the last event.
  Task<std::int64_t> read_until(TurnReader& reader, CollectingSink& seen, const std::string& words) {
    std::int64_t last = 0;
    while (seen.text != words) {
      const auto events = co_await reader.next();
      if (!events || events->empty()) throw std::runtime_error("the turn ended before its words");
      for (const auto& event : *events) seen.take(event);
      last = events->back().number;
    }
    co_return last;
  }
};

TEST_F(LostRedis, AStreamGoesOnHereAndIsFollowedThereAgainWhenRedisIsBack) {
  runtime::run_blocking_void(tended({&here, &there}, [](LostRedis& test) -> Task<void> {
    const NewTurn said{"hello"};
    auto own = co_await test.ask(said);
    auto remote = co_await test.follow_there(own->turn(), 0);
    CollectingSink seen_here, seen_there;
    const auto seen = co_await test.read_until(*remote, seen_there, "What ");
    test.relay.cut();
    test.allowed = 2;
    co_await test.read_until(*own, seen_here, "What undoes ");
    const auto cut_off = co_await remote->next();
    EXPECT_EQ(cut_off ? "" : cut_off.error().part, "stream") << "the page is told to read the conversation";
    test.relay.mend();
    const auto copied = co_await test.patiently_there(own->turn(), seen, seen_there);
    const auto reply = co_await own->outcome();
    EXPECT_TRUE(reply.has_value());
    EXPECT_EQ(seen_there.text, "What undoes + 5?") << "no word twice, none lost";
    EXPECT_EQ(copied, reply->message.id);
  }(*this)));
  EXPECT_GT(relay.refused(), 0);
  EXPECT_EQ(usage_outcomes(), "answered:42");
  EXPECT_EQ(gateway.requests.size(), 1U);
}

TEST_F(LostRedis, AStreamThatEndsWhileRedisIsAwayIsStoredAndReadFromThereAfterwards) {
  runtime::run_blocking_void(tended({&here, &there}, [](LostRedis& test) -> Task<void> {
    const NewTurn said{"hello", new_uuid()};
    auto own = co_await test.ask(said);
    CollectingSink seen_here;
    co_await test.read_until(*own, seen_here, "What ");
    test.relay.cut();
    test.allowed = 1000;
    const auto reply = co_await own->outcome();
    EXPECT_TRUE(reply.has_value()) << "its own readers need no Redis";
    auto actor = test.student();
    const auto same = co_await say(test.there, actor, test.session, said);
    EXPECT_EQ(same->message.id, reply->message.id) << "the stored answer needs none either";
    test.relay.mend();
  }(*this)));
  EXPECT_THAT(messages(session), SizeIs(2));
  EXPECT_EQ(usage_outcomes(), "answered:42");
}

}  // namespace
}  // namespace rapt::chat
