// SPDX-License-Identifier: AGPL-3.0-or-later
// A conversation that outgrows what its model can read at once.
#include "prompt.hpp"
#include "rapt/chat/chores.hpp"
#include "rapt/gateway/tokens.hpp"
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> contents_of(const gateway::ChatRequest& request) {
  std::vector<std::string> contents;
  for (const auto& message : request.messages) contents.push_back(message.content.substr(0, 2));
  return contents;
}

class SmallContext : public World {
 protected:
  SmallContext() {
    assign("name: Talker\ntype: chat\nversion: 1.0.0\nbehavior: Talk.\nsummary: true\nmodules: [guard]\n");
    caller.on("guard", hooks::Point::kChatAfterAi, [this](const hooks::Context& context) {
      guard_told = context.messages.size();
      return hooks::Answer{};
    });
    session = start();
  }
  /// As an administrator enters what the model can read and say.
  void model(std::int64_t context, std::int64_t output) {
    run("INSERT INTO ai_models (id, name, active, max_context_tokens, max_output_tokens) VALUES ('test-model', 'Test', "
        "true, " +
        std::to_string(context) + ", " + std::to_string(output) +
        ") ON CONFLICT (id) DO UPDATE SET max_context_tokens = excluded.max_context_tokens");
  }
  /// A question and an answer of about 100 tokens each, which begin with that number.
  Result<Reply> exchange(int number) {
    const auto digit = std::to_string(number);
    gateway.pieces = {"a" + digit + std::string(290, ' ')};
    return send(session, "q" + digit + std::string(290, 'x'));
  }
  std::int64_t sent() const { return gateway::most_tokens(gateway.requests.back()); }

  SessionId session;
  std::size_t guard_told = 0;
};

TEST_F(SmallContext, IsToldTheNewestExchangesThatFitBesideItsAnswer) {
  model(1000, 300);
  for (int i = 1; i <= 5; ++i) {
    const auto reply = exchange(i);
    ASSERT_TRUE(reply) << reply.error().message << reply.error().log_detail;
    EXPECT_LE(sent(), 700);
  }
  EXPECT_THAT(contents_of(gateway.requests[2]), ElementsAre("Ta", "q1", "a1", "q2", "a2", "q3")) << "they still fit";
  EXPECT_THAT(contents_of(gateway.requests[3]), ElementsAre("Ta", "q2", "a2", "q3", "a3", "q4"));
  EXPECT_THAT(contents_of(gateway.requests[4]), ElementsAre("Ta", "q3", "a3", "q4", "a4", "q5"));
  EXPECT_EQ(gateway.requests[4].max_output_tokens, 300) << "and the answer has its room";
  const auto stored = messages(session);
  EXPECT_THAT(stored[9].meta_json, HasSubstr(R"("context_messages": {"told": 4, "left_out": 4})"));
  EXPECT_EQ(stored[5].meta_json.find("context_messages"), std::string::npos);
  EXPECT_EQ(guard_told, 9U) << "the modules see all of it";
}

TEST_F(SmallContext, ForgetsNothingThatALargerModelCouldRead) {
  model(1000, 300);
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(exchange(i));
  model(100000, 300);
  ASSERT_TRUE(exchange(5));
  EXPECT_THAT(contents_of(gateway.requests[4]),
              ElementsAre("Ta", "q1", "a1", "q2", "a2", "q3", "a3", "q4", "a4", "q5"));
}

TEST_F(SmallContext, AnAnswerMadeAnewFitsAsTheFirstDid) {
  model(1000, 300);
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(exchange(i));
  NewTurn again{""};
  again.regenerate = true;
  ASSERT_TRUE(run_blocking(say(chat, student(), session, again)));
  EXPECT_EQ(contents_of(gateway.requests[4]), contents_of(gateway.requests[3]));
}

TEST_F(SmallContext, SaysSoWhenAMessageAloneDoesNotFitAndKeepsNothing) {
  model(1000, 300);
  ASSERT_TRUE(exchange(1));
  const auto reply = send(session, std::string(700, '7'));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "AI_CONTEXT_TOO_LONG");
  EXPECT_THAT(reply.error().message, ::testing::AllOf(HasSubstr("test-model"), HasSubstr("Shorten it")));
  EXPECT_EQ(messages(session).size(), 2U);
  EXPECT_EQ(gateway.requests.size(), 1U);
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM chat_turns"), "0");
  EXPECT_TRUE(exchange(2)) << "and a shorter one is answered";
}

TEST_F(SmallContext, ItsSummaryTellsTheEndOfAConversation) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(exchange(i));
  ASSERT_TRUE(run_blocking(chat.set_state(student(), session, SessionState::kCompleted)));
  model(900, 300);
  run("UPDATE jobs SET state = 'running', attempts = 1, leased_until = now() + interval '1 hour'");
  jobs::Job job;
  job.id = value("SELECT id::text AS value FROM jobs");
  job.kind = kSummaryJob;
  job.payload_json = value("SELECT payload::text AS value FROM jobs");
  job.attempt = 1;
  const auto done = run_blocking(summary_job_handler({database, tools, gateway, admission})(job));
  EXPECT_EQ(done.kind, jobs::Done::Kind::kDone) << done.reason;
  EXPECT_LE(sent(), 600);
  EXPECT_EQ(gateway.requests.back().max_output_tokens, 300);
  const auto& transcript = gateway.requests.back().messages.back().content;
  EXPECT_THAT(transcript, HasSubstr("STUDENT: q5"));
  EXPECT_EQ(transcript.find("q1"), std::string::npos);
}

TEST(Prompt, AnExchangeIsAQuestionWithItsAnswers) {
  gateway::Transcript said;
  for (const auto* role : {"user", "assistant", "user", "user", "assistant", "assistant", "user"})
    said.add(role, "abc");
  gateway::Excerpt told{std::make_shared<const gateway::Transcript>(said), 0, 6};
  const auto one = gateway::most_tokens(gateway::Message{"user", "abc"});
  EXPECT_THAT(exchange_tokens(told), ElementsAre(2 * one, one, 3 * one));
  auto left = told;
  EXPECT_EQ(leave_out(left, 0), 0U);
  EXPECT_EQ(leave_out(left, 2), 3U);
  EXPECT_EQ(left.first, 3U);
  EXPECT_EQ(leave_out(left, 1), 3U);
  EXPECT_EQ(leave_out(told, 3), 6U);
  EXPECT_EQ(told.first, told.last);
  EXPECT_THAT(exchange_tokens(told), ::testing::IsEmpty());
}

}  // namespace
}  // namespace rapt::chat
