// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/chat/async_hooks.hpp"

#include "test_world.hpp"

namespace rapt::chat {
namespace {

using hooks::Answer;
using hooks::Point;
using jobs::Done;

constexpr hooks::HookDeclaration later(Point point) {
  return {.point = point, .asynchronous = true};
}

/// Conversations with a module that is asked afterwards; the jobs are done by hand, one after the other.
class AsyncHooks : public World {
 protected:
  Answer finding(const hooks::Context& context) {
    ++asked;
    seen = context;
    if (answers.empty()) return {.extractions = {{.type = "seen", .data_json = "{}"}}};
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }
  void attach(Point point) {
    caller.on("guard", later(point), [this](const hooks::Context& context) { return finding(context); });
  }
  std::string count(const std::string& table) { return value("SELECT count(*) AS value FROM " + table); }
  /// The only job, as a worker would have claimed it.
  jobs::Job claimed() {
    run("UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_until = now() + interval '1 hour'");
    jobs::Job job;
    job.id = value("SELECT id AS value FROM jobs");
    job.kind = kHookJob;
    job.payload_json = value("SELECT payload::text AS value FROM jobs");
    job.attempt = std::stoi(
        runtime::run_blocking(database.query({"attempts", "SELECT attempts FROM jobs"}))->first()->text("attempts"));
    return job;
  }
  Done work(const jobs::Job& job) {
    return runtime::run_blocking(hook_job_handler({database, tools, dispatcher})(job));
  }

  int asked = 0;
  std::deque<Answer> answers;
  hooks::Context seen;
};

TEST_F(AsyncHooks, TheReaderDoesNotWaitAndTheFindingComesOnce) {
  attach(Point::kChatAfterAi);
  const auto session = start();
  CollectingSink sink;
  ASSERT_TRUE(send(session, "What now?", &sink));
  EXPECT_EQ(sink.states, std::vector<std::string>{"thinking"});
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(count("jobs"), "1");
  ASSERT_TRUE(send(session, "And then?"));
  run("DELETE FROM jobs WHERE payload->>'message_seq' <> '2'");
  const auto job = claimed();
  EXPECT_EQ(work(job).kind, Done::Kind::kDone);
  EXPECT_EQ(asked, 1);
  ASSERT_TRUE(seen.current);
  EXPECT_EQ(seen.current->seq, 2);
  EXPECT_EQ(seen.current->role, "assistant");
  ASSERT_EQ(seen.messages.size(), 1U);  // what came after it is not told
  EXPECT_EQ(seen.messages[0].content, "What now?");
  EXPECT_EQ(seen.user.id, id(1));
  EXPECT_EQ(seen.user.role, "student");
  // The same attempt delivered again finds the job done and stores nothing.
  EXPECT_EQ(work(job).kind, Done::Kind::kAgain);
  const auto found = extractions(session);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].module, "guard");
  EXPECT_EQ(found[0].message_seq, 2);
  EXPECT_EQ(value("SELECT state::text AS value FROM jobs"), "done");
}

TEST_F(AsyncHooks, MapsEveryAnswer) {
  attach(Point::kChatOnMessage);
  const auto session = start();
  ASSERT_TRUE(send(session, "Hello"));
  using Kind = Answer::Kind;
  for (const auto& [kind, wanted] :
       {std::pair(Kind::kDefer, Done::Kind::kAgain), std::pair(Kind::kError, Done::Kind::kAgain),
        std::pair(Kind::kDead, Done::Kind::kAgain), std::pair(Kind::kLate, Done::Kind::kAgain),
        std::pair(Kind::kNotRunning, Done::Kind::kAgain), std::pair(Kind::kReplace, Done::Kind::kFailed),
        std::pair(Kind::kBlock, Done::Kind::kFailed), std::pair(Kind::kLying, Done::Kind::kFailed)}) {
    answers.push_back({.kind = kind, .text = "why", .extractions = {{.type = "x", .data_json = "{}"}}});
    const auto done = work(claimed());
    EXPECT_EQ(done.kind, wanted) << static_cast<int>(kind);
    EXPECT_NE(done.reason.find("guard"), std::string::npos);
  }
  EXPECT_EQ(count("extractions"), "0");
  auto job = claimed();
  job.payload_json = R"({"point":"chat:on_message","session_id":"x"})";
  EXPECT_EQ(work(job).kind, Done::Kind::kFailed);
  job.payload_json = "[]";
  EXPECT_EQ(work(job).kind, Done::Kind::kFailed);
}

TEST_F(AsyncHooks, ADeletedConversationNeedsNothingMore) {
  attach(Point::kSessionStart);
  const auto session = start();
  const auto job = claimed();
  run("DELETE FROM chat_sessions");
  EXPECT_EQ(work(job).kind, Done::Kind::kDone);
  EXPECT_EQ(asked, 0);
}

TEST_F(AsyncHooks, StartAndEndOfAConversation) {
  attach(Point::kSessionStart);
  attach(Point::kSessionEnd);
  const auto session = start();
  ASSERT_TRUE(send(session, "Hello"));
  EXPECT_EQ(work(claimed()).kind, Done::Kind::kDone);
  EXPECT_TRUE(seen.messages.empty());
  EXPECT_FALSE(seen.current);
  EXPECT_EQ(seen.session.state, "active");
  run("DELETE FROM jobs");
  ASSERT_TRUE(runtime::run_blocking(chat.set_state(student(), session, SessionState::kCompleted)));
  EXPECT_EQ(work(claimed()).kind, Done::Kind::kDone);
  EXPECT_EQ(seen.messages.size(), 2U);
  EXPECT_EQ(seen.session.state, "completed");
  EXPECT_EQ(count("extractions"), "2");
}

TEST_F(AsyncHooks, NothingIsOrderedForWhatIsNotStored) {
  attach(Point::kChatOnMessage);
  const auto session = start();
  gateway.breaks_with = Error::unavailable("gateway", "away");
  EXPECT_FALSE(send(session, "Hello"));
  EXPECT_EQ(count("jobs"), "0");
}

}  // namespace
}  // namespace rapt::chat
