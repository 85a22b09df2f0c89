// SPDX-License-Identifier: AGPL-3.0-or-later
// What becomes of conversations that nobody goes on with, and of those that have ended.
#include "rapt/chat/chores.hpp"

#include "test_world.hpp"

namespace rapt::chat {
namespace {

using jobs::Done;
using runtime::run_blocking;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Chores : public World {
 protected:
  Done complete_idle() {
    const CompletionParts parts{database, tools, dispatcher, clock};
    return run_blocking(idle_job_handler(parts, std::chrono::hours(24))(jobs::Job{}));
  }
  Done summarize() {
    run("UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_until = now() + interval '1 hour'");
    jobs::Job job;
    job.id = value("SELECT id::text AS value FROM jobs");
    job.kind = kSummaryJob;
    job.payload_json = value("SELECT payload::text AS value FROM jobs");
    job.attempt = ++attempts;
    return run_blocking(summary_job_handler({database, tools, gateway, admission})(job));
  }
  std::string state(const SessionId& session) {
    return std::string(name(run_blocking(chat.get(student(), session))->session.state));
  }
  int attempts = 0;
};

TEST_F(Chores, SilentConversationsAreCompletedAsTheirOwnerWould) {
  caller.on("guard", hooks::Point::kSessionEnd,
            [](const hooks::Context&) { return hooks::Answer{.extractions = {{.type = "seen", .data_json = "{}"}}}; });
  const auto silent = start(), paused = start(), answering = start();
  ASSERT_TRUE(send(silent, "hello").has_value());
  ASSERT_TRUE(run_blocking(chat.set_state(student(), paused, SessionState::kPaused)).has_value());
  run("INSERT INTO chat_turns VALUES ('" + answering.str() + "', '" + new_uuid() + "', NULL, '" + id(1) +
      "', 'one', now(), now() + interval '1 year')");
  clock.time += std::chrono::hours(23);
  const auto fresh = start();
  EXPECT_EQ(complete_idle().kind, Done::Kind::kDone);
  EXPECT_EQ(state(silent), "active");
  clock.time += std::chrono::hours(2);
  EXPECT_EQ(complete_idle().kind, Done::Kind::kDone);
  EXPECT_EQ(state(silent), "completed");
  EXPECT_EQ(state(paused), "completed");
  EXPECT_EQ(state(answering), "active") << "its answer is on its way";
  EXPECT_EQ(state(fresh), "active");
  EXPECT_THAT(extractions(silent), SizeIs(1));
  EXPECT_THAT(topics(), HasSubstr("chat.session_ended"));
}

TEST_F(Chores, TheJobIsOrderedOnceAQuarterOfAnHour) {
  const auto order = [this] { return run_blocking(order_idle_job(database, clock.time)); };
  ASSERT_TRUE(order().has_value());
  ASSERT_TRUE(order().has_value());
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM jobs"), "1");
  clock.time += std::chrono::minutes(15);
  ASSERT_TRUE(order().has_value());
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM jobs"), "2");
}

TEST_F(Chores, AToolThatWantsItGetsASummaryOfEachEndedConversation) {
  assign("name: Talker\ntype: chat\nversion: 1.0.0\nbehavior: Talk.\nsummary: true\n");
  const auto session = start();
  ASSERT_TRUE(send(session, "I do not get fractions").has_value());
  ASSERT_TRUE(run_blocking(chat.set_state(student(), session, SessionState::kCompleted)).has_value());
  gateway.breaks_with = Error::unavailable("gateway", "Away.");
  EXPECT_EQ(summarize().kind, Done::Kind::kAgain);
  EXPECT_EQ(usage_outcomes(), "answered:42 failed:42") << "and what it cost is known";
  gateway.breaks_with.reset();
  gateway.pieces = {"They worked ", "on fractions."};
  EXPECT_EQ(summarize().kind, Done::Kind::kDone);
  const auto& asked = gateway.requests.back();
  EXPECT_THAT(asked.messages.back().content, HasSubstr("STUDENT: I do not get fractions"));
  EXPECT_LE(asked.max_output_tokens.value_or(1000), 400);
  const auto found = extractions(session);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].module, "core");
  EXPECT_EQ(found[0].type, "session.summary");
  EXPECT_EQ(nlohmann::json::parse(found[0].data_json)["summary"], "They worked on fractions.");
  EXPECT_EQ(usage_outcomes(), "answered:42 failed:42 answered:42");
}

TEST_F(Chores, NothingWasSaidNothingIsSummarized) {
  assign("name: Talker\ntype: chat\nversion: 1.0.0\nbehavior: Talk.\nsummary: true\n");
  const auto session = start();
  ASSERT_TRUE(run_blocking(chat.set_state(student(), session, SessionState::kCompleted)).has_value());
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM jobs"), "0");
}

}  // namespace
}  // namespace rapt::chat
