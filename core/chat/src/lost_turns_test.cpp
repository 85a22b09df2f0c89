// SPDX-License-Identifier: AGPL-3.0-or-later
// Turns whose host died: their rows and what they had copied into Redis are there, and nobody works on them.
#include "test_world.hpp"
#include "turn_facts.hpp"
#include "turn_log.hpp"
#include "turn_store.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LostTurns : public World {
 protected:
  /// Leaves behind what a host leaves that is killed in mid-answer.
  TurnRow die(const std::string& host, const std::vector<std::string>& shown, bool copied = true) {
    TurnRow row{.id = new_uuid(),
                .session = session,
                .user = student().id,
                .request_id = request,
                .host = host,
                .started_at = clock.time};
    const auto begun = run_blocking(begin_turn(database, row, {}));
    if (!begun || !begun->taken) throw std::runtime_error("the turn was not taken");
    row.expires_at = row.started_at + kTurnLease;
    if (!copied) return row;
    TurnFacts facts;
    facts.paid.user = student().id;
    facts.paid.session = session;
    facts.paid.tool = tool;
    facts.paid.model = "test-model";
    facts.generation_id = "generation-1";
    facts.input_bytes = 40;
    facts.first_seq = begun->open.next_seq;
    facts.request_id = request;
    facts.asked_at = clock.time;
    const auto turn = std::make_shared<Turn>(
        Turn::About{.id = row.id, .session = session, .user = row.user, .said = {}, .started_at = {}});
    turn->tell_heirs(facts);
    turn->add(TurnEvent::Kind::kStart, R"({"question":"hello"})");
    for (const auto& words : shown) turn->add(TurnEvent::Kind::kDelta, words);
    TurnLog log(redis, prefix, host);
    for (int look = 0; look < kLooksToCopy; ++look) {
      const auto done = run_blocking(log.copy({turn}));
      if (!done) throw std::runtime_error(done.error().message);
    }
    return row;
  }
  /// Its host had told readers that it failed, and died before it could do the rest.
  void end_in_redis(const TurnRow& row) {
    const auto turn = std::make_shared<Turn>(
        Turn::About{.id = row.id, .session = session, .user = row.user, .said = {}, .started_at = {}});
    turn->tell_heirs(TurnFacts{});
    TurnLog log(redis, prefix, row.host);
    for (int look = 0; look < kLooksToCopy; ++look) {
      if (!run_blocking(log.copy({turn}))) throw std::runtime_error("the turn was not copied");
    }
    turn->end(Error::unavailable("gateway", "It is ill."));
    if (!run_blocking(log.copy({turn}))) throw std::runtime_error("the end was not copied");
  }
  /// What a budget of the student's place holds for a call.
  void reserve(const std::string& call) {
    value("INSERT INTO ai_settings (time_zone) VALUES ('UTC') ON CONFLICT DO NOTHING RETURNING id::text AS value");
    const auto settings = value("SELECT id::text AS value FROM ai_settings");
    value("SELECT refused::text AS value FROM reserve_spending('" + call +
          "', 1, 4000, now() + interval '20 minutes', ARRAY['" + settings +
          "']::uuid[], ARRAY['day']::budget_period[], ARRAY[current_date], ARRAY[10]::numeric[], "
          "ARRAY[NULL]::bigint[], ARRAY[NULL]::numeric[])");
  }
  std::string turns() { return value("SELECT count(*)::text AS value FROM chat_turns"); }

  static constexpr int kLooksToCopy = 2;
  SessionId session = start();
  const std::string request = new_uuid();
};

TEST_F(LostTurns, CopiesATurnFromTheSecondLookAtItOn) {
  TurnLog log(redis, prefix, "host");
  const auto made = [&] {
    auto turn = std::make_shared<Turn>(
        Turn::About{.id = new_uuid(), .session = session, .user = student().id, .said = {}, .started_at = {}});
    turn->add(TurnEvent::Kind::kStart, R"({"question":"hello"})");
    return turn;
  };
  const auto copied = [&](const std::shared_ptr<Turn>& turn) {
    return run_blocking(log.read(turn->about().id, 0)).value().events.size();
  };
  const auto quick = made(), slow = made();
  ASSERT_TRUE(run_blocking(log.copy({quick, slow})));
  EXPECT_EQ(copied(slow), 0U);
  quick->end(Error::unavailable("gateway", "It is ill."));
  ASSERT_TRUE(run_blocking(log.copy({slow})));
  EXPECT_EQ(copied(quick), 0U);
  EXPECT_EQ(copied(slow), 1U);

  slow->end(Error::unavailable("gateway", "It is ill."));
  EXPECT_FALSE(log.idle());
  ASSERT_TRUE(run_blocking(log.copy({})));
  EXPECT_EQ(copied(slow), 2U);
  EXPECT_TRUE(log.idle());
}

TEST_F(LostTurns, AreNobodyElsesWhileTheirHostMayLive) {
  die("dead", {"What "});
  EXPECT_EQ(send(session, "next").error().kind, ErrorKind::kConflict);
  EXPECT_EQ(turns(), "1");
}

TEST_F(LostTurns, KeepWhatWasSaidAndArePaidByTheGatewaysBooks) {
  const auto lost = die("dead", {"What ", "undoes"});
  gateway.books["generation-1"] = {"test-model", 31, 7, false, {}};
  clock.time += kTurnLease + std::chrono::seconds(1);
  const auto next = send(session, "next");
  ASSERT_TRUE(next.has_value()) << next.error().message << next.error().log_detail;
  const auto stored = messages(session);
  ASSERT_THAT(stored, SizeIs(4));
  EXPECT_EQ(stored[0].content, "hello");
  EXPECT_EQ(stored[0].request_id, request);
  EXPECT_EQ(stored[1].content, "What undoes");
  EXPECT_THAT(stored[0].meta_json, HasSubstr("interrupted"));
  EXPECT_THAT(stored[1].meta_json, HasSubstr("interrupted"));
  EXPECT_EQ(stored[2].content, "next");
  EXPECT_EQ(usage_outcomes(), "abandoned:38 answered:42");
  EXPECT_EQ(value("SELECT id::text AS value FROM ai_usage WHERE outcome = 'abandoned'"), lost.id);
  EXPECT_EQ(turns(), "0");
  const auto again = run_blocking(say(chat, student(), session, {"hello", request}));
  EXPECT_EQ(again->message.content, "What undoes") << "the same request is not asked twice";
}

TEST_F(LostTurns, AreEstimatedWhereNobodyKnowsWhatTheyCost) {
  die("dead", {"12345678"});
  clock.time += kTurnLease + std::chrono::seconds(1);
  ASSERT_TRUE(send(session, "next").has_value());
  EXPECT_EQ(usage_outcomes(), "abandoned:12 answered:42") << "40 bytes asked, 8 answered";
  EXPECT_EQ(value("SELECT estimated::text AS value FROM ai_usage WHERE outcome = 'abandoned'"), "true");
}

TEST_F(LostTurns, ThatShowedNothingKeepTheirQuestionAlone) {
  die("dead", {});
  clock.time += kTurnLease + std::chrono::seconds(1);
  ASSERT_TRUE(send(session, "next").has_value());
  const auto stored = messages(session);
  ASSERT_THAT(stored, SizeIs(3));
  EXPECT_EQ(stored[0].content, "hello");
  EXPECT_EQ(stored[1].content, "next");
}

TEST_F(LostTurns, ThatRedisKnowsNothingOfArePaidByTheGatewaysBooks) {
  const auto lost = die("dead", {}, false);
  gateway.books[lost.id] = {"test-model", 5, 6, false, {}};
  clock.time += kTurnLease + std::chrono::seconds(1);
  ASSERT_TRUE(send(session, "next").has_value());
  EXPECT_THAT(messages(session), SizeIs(2));
  EXPECT_EQ(usage_outcomes(), "abandoned:11 answered:42");
}

TEST_F(LostTurns, WhoseCallWasNeverMadeGiveBackWhatWasReservedForIt) {
  for (const bool copied : {false, true}) {
    const auto lost = die("dead", {}, false);
    reserve(lost.id);
    if (copied) end_in_redis(lost);
    clock.time += kTurnLease + std::chrono::seconds(1);
    ASSERT_TRUE(send(session, copied ? "next" : "first").has_value());
    EXPECT_EQ(value("SELECT count(*)::text AS value FROM ai_reservations"), "0") << copied;
    EXPECT_EQ(value("SELECT sum(reserved_cost)::int::text AS value FROM ai_spending"), "0") << copied;
  }
  EXPECT_EQ(usage_outcomes(), "answered:42 answered:42");
}

TEST_F(LostTurns, ThatEndedBeforeTheyWerePaidForArePaidByTheGatewaysBooks) {
  const auto lost = die("dead", {}, false);
  end_in_redis(lost);
  gateway.books[lost.id] = {"test-model", 5, 6, false, {}};
  clock.time += kTurnLease + std::chrono::seconds(1);
  ASSERT_TRUE(send(session, "next").has_value());
  EXPECT_EQ(usage_outcomes(), "abandoned:11 answered:42");
}

TEST_F(LostTurns, AreClearedAwayByAnyHostOnceAlsoWhenNobodyWritesAnyMore) {
  die("dead", {"What "});
  clock.time += kTurnLease + std::chrono::seconds(1);
  ChatService one{parts("one")}, two{parts("two")};
  runtime::run_blocking_void(tended({&one, &two}, until([this] { return turns_now() == 0; })));
  EXPECT_THAT(messages(session), SizeIs(2));
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM ai_usage"), "1");
}

TEST_F(LostTurns, OfAHostThatWasStartedAnewAreClearedAwayAtOnce) {
  die("one", {"What "});
  clock.time += std::chrono::seconds(1);
  ChatService again{parts("one")};
  runtime::run_blocking_void(tended({&again}, until([this] { return turns_now() == 0; })));
  EXPECT_THAT(messages(session), SizeIs(2));
}

TEST_F(LostTurns, OfAConversationThatWasClosedArePaidForAndGone) {
  die("dead", {"What "});
  clock.time += kTurnLease + std::chrono::seconds(1);
  run("UPDATE chat_sessions SET state = 'completed', ended_at = now()");
  ChatService one{parts("one")};
  runtime::run_blocking_void(tended({&one}, until([this] { return turns_now() == 0; })));
  EXPECT_THAT(messages(session), IsEmpty());
  EXPECT_THAT(usage_outcomes(), HasSubstr("abandoned:"));
}

}  // namespace
}  // namespace rapt::chat
