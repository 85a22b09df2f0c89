// SPDX-License-Identifier: AGPL-3.0-or-later
// One answer at a time, made once, followed by whoever wants to see it.
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TurnsTest : public World {
 public:
  using World::chat, World::gateway, World::other_teacher, World::prefix, World::redis, World::student, World::teacher;

  /// The gateway waits behind each piece until `open` says so many may be told.
  void pace() {
    gateway.after_each = [this]() -> Task<void> {
      ++told;
      return until([this] { return told < allowed; });
    };
  }
  std::vector<identity::Actor> strangers() { return {student(2), teacher(), other_teacher()}; }
  static std::vector<std::string> shape(const std::vector<TurnEvent>& events) {
    std::vector<std::string> out;
    for (const auto& event : events) {
      out.push_back(std::to_string(event.number) + " " + std::string(name(event.kind)) +
                    (event.kind == TurnEvent::Kind::kDelta ? " " + event.data : ""));
    }
    return out;
  }
  // Arguments are named here: g++ 12 does not get aggregates in an awaited expression right.
  using Reader = std::unique_ptr<TurnReader>;
  Task<Result<Reader>> ask(ChatService& host, std::string content, std::string request_id = "") {
    NewTurn said{std::move(content), std::move(request_id)};
    co_return co_await host.send(student(), session, std::move(said));
  }
  Task<Result<Reader>> follow(ChatService& host) {
    std::optional<TurnPlace> from_the_start;
    co_return co_await host.follow(student(), session, from_the_start);
  }
  Task<Result<Reader>> follow(ChatService& host, std::string turn, std::int64_t number) {
    std::optional<TurnPlace> behind = TurnPlace{std::move(turn), number};
    co_return co_await host.follow(student(), session, behind);
  }
  Task<std::vector<TurnEvent>> all_of(TurnReader& reader) {
    std::vector<TurnEvent> all;
    for (;;) {
      auto events = co_await reader.next();
      if (!events) throw std::runtime_error(events.error().message);
      for (auto& event : *events) all.push_back(std::move(event));
      if (events->empty() || all.back().outcome) co_return all;
    }
  }
  std::string turns() { return value("SELECT count(*)::text AS value FROM chat_turns"); }

  int told = 0, allowed = 1000;
  SessionId session = start();
  const std::string request = new_uuid();
};

TEST_F(TurnsTest, TellWhatHappensInOrderAndNumbered) {
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto reader = co_await test.ask(test.chat, "hello", test.request);
    const auto events = co_await test.all_of(**reader);
    EXPECT_THAT(shape(events),
                ElementsAre("1 start", "2 status", "3 delta What ", "4 delta undoes ", "5 delta + 5?", "6 done"));
    const auto start = nlohmann::json::parse(events[0].data);
    EXPECT_EQ(start["turn_id"], (*reader)->turn());
    EXPECT_EQ(start["request_id"], test.request);
    EXPECT_EQ(start["seq"], 1);
    EXPECT_EQ(start["question"], "hello");
    EXPECT_EQ(start["replaces"], nullptr);
  }(*this));
  EXPECT_EQ(turns(), "0");
}

TEST_F(TurnsTest, GoOnWhenTheirReaderLeaves) {
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto reader = co_await test.ask(test.chat, "hello");
    reader->reset();
    co_return;
  }(*this));
  EXPECT_EQ(messages(session).size(), 2U);
  EXPECT_EQ(usage_outcomes(), "answered:42");
}

TEST_F(TurnsTest, AreReadByManyEachAtItsOwnPace) {
  pace();
  allowed = 1;
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto first = co_await test.ask(test.chat, "hello");
    co_await until([&] { return test.told == 1; });
    auto second = co_await test.follow(test.chat);
    auto late = co_await test.follow(test.chat, (*first)->turn(), 3);
    test.allowed = 1000;
    const auto seen = shape(co_await test.all_of(**first));
    EXPECT_EQ(shape(co_await test.all_of(**second)), seen);
    EXPECT_THAT(shape(co_await test.all_of(**late)), ElementsAre("4 delta undoes ", "5 delta + 5?", "6 done"));
    // And a while after the end: what was lost, and nothing to be had beyond it.
    auto again = co_await test.follow(test.chat, (*first)->turn(), 5);
    EXPECT_THAT(shape(co_await test.all_of(**again)), ElementsAre("6 done"));
    auto nothing = co_await test.follow(test.chat, (*first)->turn(), 6);
    EXPECT_THAT(co_await test.all_of(**nothing), IsEmpty());
    auto none = co_await test.follow(test.chat);
    EXPECT_EQ(*none, nullptr);
  }(*this));
}

TEST_F(TurnsTest, AreTheOwnersAlone) {
  pace();
  allowed = 1;
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto first = co_await test.ask(test.chat, "hello", test.request);
    co_await until([&] { return test.told == 1; });
    const std::vector<identity::Actor> strangers = test.strangers();
    for (const auto& stranger : strangers) {
      const std::optional<TurnPlace> place = TurnPlace{(*first)->turn(), 0};
      auto followed = co_await test.chat.follow(stranger, test.session, place);
      EXPECT_EQ(followed.error().kind, ErrorKind::kNotFound);
      auto stopped = co_await test.chat.stop(stranger, test.session);
      EXPECT_EQ(stopped.error().kind, ErrorKind::kNotFound);
      NewTurn said{"hello", test.request};
      auto sent = co_await test.chat.send(stranger, test.session, said);
      EXPECT_EQ(sent.error().kind, ErrorKind::kNotFound);
    }
    test.allowed = 1000;
    co_await test.all_of(**first);
  }(*this));
}

TEST_F(TurnsTest, OfOneRequestAreOneWhileItRunsAndAfterwards) {
  pace();
  allowed = 1;
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto first = co_await test.ask(test.chat, "hello", test.request);
    co_await until([&] { return test.told == 1; });
    auto second = co_await test.ask(test.chat, "hello", test.request);
    auto other = co_await test.ask(test.chat, "other", test.request);
    EXPECT_EQ(other.error().code, "IDEMPOTENCY_KEY_REUSED");
    test.allowed = 1000;
    const auto reply = co_await (*first)->outcome();
    EXPECT_EQ((co_await (*second)->outcome())->message.id, reply->message.id);
    EXPECT_EQ(shape(co_await test.all_of(**second)).front(), "1 start");
  }(*this));
  const auto again = run_blocking(say(chat, student(), session, {"hello", request}));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->message.seq, 2);
  EXPECT_EQ(again->usage.input_tokens, 30);
  EXPECT_EQ(again->usage.model, "test-model");
  EXPECT_EQ(run_blocking(say(chat, student(), session, {"other", request})).error().code, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(gateway.requests.size(), 1U);
  EXPECT_EQ(messages(session)[0].request_id, request);
}

TEST_F(TurnsTest, AreFollowedOnAnotherHostFromAnyPlace) {
  ChatService other{parts("two")};
  pace();
  allowed = 2;
  runtime::run_blocking_void(tended({&chat, &other}, [](TurnsTest& test, ChatService& there_host) -> Task<void> {
    auto here = co_await test.ask(test.chat, "hello", test.request);
    co_await until([&] { return test.told == 2; });
    auto there = co_await test.follow(there_host);
    const auto begun = co_await (*there)->next();
    EXPECT_TRUE(begun.has_value()) << begun.error().message;
    EXPECT_EQ(begun->front().number, 1);
    auto behind = co_await test.follow(there_host, (*here)->turn(), 4);
    auto same = co_await test.ask(there_host, "hello", test.request);
    auto second = co_await test.ask(there_host, "second");
    EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
    test.allowed = 1000;
    const auto all = co_await test.all_of(**here);
    EXPECT_EQ(begun->size() + (co_await test.all_of(**there)).size(), all.size());
    const auto rest = co_await test.all_of(**behind);
    EXPECT_THAT(shape(rest), ElementsAre("5 delta + 5?", "6 done"));
    const auto& reply = **all.back().outcome;
    const auto& copied = **rest.back().outcome;
    EXPECT_EQ(copied.message.id, reply.message.id);
    EXPECT_EQ(copied.message.content, reply.message.content);
    EXPECT_EQ(copied.message.meta_json, reply.message.meta_json);
    EXPECT_EQ(copied.message.created_at, reply.message.created_at);
    EXPECT_EQ((co_await (*same)->outcome())->message.id, reply.message.id);
  }(*this, other)));
  EXPECT_EQ(gateway.requests.size(), 1U);
}

TEST_F(TurnsTest, AreWrittenAgainWhenRedisForgetsThem) {
  ChatService other{parts("two")};
  pace();
  allowed = 2;
  runtime::run_blocking_void(tended({&chat}, [](TurnsTest& test, ChatService& there_host) -> Task<void> {
    auto here = co_await test.ask(test.chat, "hello");
    auto there = co_await test.follow(there_host);
    const auto begun = co_await (*there)->next();
    EXPECT_TRUE(begun.has_value());
    std::vector<std::string> forget{"DEL", test.prefix + ":turn:" + (*here)->turn()};
    co_await test.redis.command(std::move(forget));
    test.allowed = 1000;
    const auto all = co_await test.all_of(**here);
    EXPECT_EQ(begun->size() + (co_await test.all_of(**there)).size(), all.size());
  }(*this, other)));
}

TEST_F(TurnsTest, NeedNoRedisOnTheirOwnHost) {
  store::Redis away{"redis://127.0.0.1:1/0"};
  ChatService::Parts cut{database, tools, dispatcher, gateway, admission, clock, away, "one", prefix};
  ChatService here{cut};
  cut.host = "two";
  ChatService other{cut};
  pace();
  allowed = 1;
  runtime::run_blocking_void(
      tended({&here}, [](TurnsTest& test, ChatService& host, ChatService& there_host) -> Task<void> {
        auto reader = co_await test.ask(host, "hello");
        co_await until([&] { return test.told == 1; });
        auto there = co_await test.follow(there_host);
        const auto refused = co_await (*there)->next();
        EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
        const auto not_stopped = co_await there_host.stop(test.student(), test.session);
        EXPECT_EQ(not_stopped.error().kind, ErrorKind::kUnavailable);
        test.allowed = 1000;
        EXPECT_EQ((co_await test.all_of(**reader)).size(), 6U);
      }(*this, here, other)));
}

TEST_F(TurnsTest, AreStoppedByTheirReaderAndKeepWhatWasShown) {
  pace();
  allowed = 1;  // the gateway never goes on by itself
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto reader = co_await test.ask(test.chat, "hello");
    co_await until([&] { return test.told == 1; });
    const auto stopped = co_await test.chat.stop(test.student(), test.session);
    EXPECT_TRUE(*stopped);
    const auto reply = co_await (*reader)->outcome();
    EXPECT_TRUE(reply.has_value()) << reply.error().message;
    EXPECT_EQ(reply->message.content, "What ");
    EXPECT_TRUE(reply->usage.estimated) << "the gateway was cut off and said nothing";
    const auto none = co_await test.chat.stop(test.student(), test.session);
    EXPECT_FALSE(*none);
  }(*this));
  EXPECT_THAT(messages(session)[1].meta_json, HasSubstr("stopped"));
  EXPECT_THAT(usage_outcomes(), HasSubstr("answered:"));
  EXPECT_EQ(turns(), "0");
  gateway.after_each = nullptr;
  EXPECT_TRUE(send(session, "again").has_value());
}

TEST_F(TurnsTest, AreStoppedFromAnotherHost) {
  ChatService other{parts("two")};
  pace();
  allowed = 1;
  runtime::run_blocking_void(tended({&chat}, [](TurnsTest& test, ChatService& there_host) -> Task<void> {
    auto reader = co_await test.ask(test.chat, "hello");
    co_await until([&] { return test.told == 1; });
    const auto stopped = co_await there_host.stop(test.student(), test.session);
    EXPECT_TRUE(stopped.has_value() && *stopped);
    const auto reply = co_await (*reader)->outcome();
    EXPECT_EQ(reply->message.content, "What ");
  }(*this, other)));
}

TEST_F(TurnsTest, StoppedBeforeAWordWasShownLeaveNothing) {
  gateway.pieces = {""};
  pace();
  allowed = 1;
  runtime::run_blocking_void([](TurnsTest& test) -> Task<void> {
    auto reader = co_await test.ask(test.chat, "hello");
    co_await until([&] { return test.told == 1; });
    co_await test.chat.stop(test.student(), test.session);
    const auto reply = co_await (*reader)->outcome();
    EXPECT_EQ(reply.error().kind, ErrorKind::kConflict);
  }(*this));
  EXPECT_THAT(messages(session), IsEmpty());
  EXPECT_THAT(usage_outcomes(), HasSubstr("abandoned:")) << "the question may have been paid for";
  EXPECT_EQ(turns(), "0");
}

}  // namespace
}  // namespace rapt::chat
