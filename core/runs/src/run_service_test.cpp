// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runs/async_hooks.hpp"
#include "rapt/runs/structured_output.hpp"
#include "test_runs.hpp"

namespace rapt::runs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(Runs, MakeAnOutputThatFitsTheSchema) {
  const auto run = create();
  ASSERT_TRUE(run.has_value()) << run.error().message << run.error().log_detail;
  EXPECT_EQ(run->state, RunState::kComplete);
  EXPECT_THAT(*run->output_json, HasSubstr("Fractions"));
  EXPECT_EQ(run->usage->output_tokens, 5);
  EXPECT_TRUE(run->completed_at.has_value());
  EXPECT_TRUE(gateway.requests.at(0).response_schema_json.has_value());
  EXPECT_EQ(run_blocking(service.get(actor(), run->id))->output_json, run->output_json);
  EXPECT_EQ(run_blocking(service.get(stranger(), run->id)).error().kind, ErrorKind::kNotFound);
}

TEST_F(Runs, AnInputThatDoesNotFitNamesItsFieldsAndLeavesNothing) {
  const auto run = create(R"({"topic":7,"grade":"eight"})");
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().kind, ErrorKind::kInvalid);
  std::vector<std::string> paths;
  for (const auto& field : run.error().fields) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::IsSupersetOf({"input.topic", "input.grade"}));
  EXPECT_EQ(create(R"({"topic":"a\u0000"})").error().fields.at(0).path, "input");
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_THAT(gateway.requests, IsEmpty());
}

TEST_F(Runs, OneWrongAnswerIsRepairedWithWhatWasWrong) {
  gateway.answers = {gateway::Completion{R"({"titel":"x"})", "stop"},
                     gateway::Completion{std::string("```json\n") + kGood + "\n```", "stop"}};
  const auto run = create();
  ASSERT_TRUE(run.has_value()) << run.error().message;
  EXPECT_EQ(run->usage->output_tokens, 10) << "both were paid for";
  EXPECT_THAT(gateway.requests.at(1).messages.back().content, HasSubstr("output"));
}

TEST_F(Runs, AnAsynchronousEndIsAskedByAJobOnce) {
  std::optional<hooks::Context> seen;
  caller.on("guard", {.point = Point::kRunComplete, .asynchronous = true}, [&](const hooks::Context& context) {
    seen = context;
    return Answer{.extractions = {{.type = "seen", .data_json = "{}"}}};
  });
  const auto run = create();
  ASSERT_TRUE(run.has_value()) << run.error().message;
  EXPECT_FALSE(seen) << "the request does not wait for it";
  execute("UPDATE jobs SET state = 'running', attempts = 1, leased_until = now() + interval '1 hour'");
  const auto ordered = run_blocking(jobs::list(database, "running", 10));
  ASSERT_EQ(ordered->size(), 1U);
  EXPECT_EQ((*ordered)[0].idempotency_key, "run:complete:" + run->id.str() + ":guard");
  const auto work = [&](const std::string& payload) {
    const jobs::Job job{(*ordered)[0].id, kHookJob, "", payload};
    return run_blocking(hook_job_handler({database, tools, dispatcher})(job)).kind;
  };
  const auto payload = R"({"module":"guard","run_id":")" + run->id.str() + "\"}";
  EXPECT_EQ(work(payload), jobs::Done::Kind::kDone);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->run_id, run->id.str());
  EXPECT_THAT(*seen->output_json, HasSubstr("Fractions"));
  EXPECT_EQ(work(payload), jobs::Done::Kind::kAgain) << "done already: nothing may be stored twice";
  EXPECT_EQ(run_blocking(service.extractions(actor(), run->id))->items.size(), 1U);
  EXPECT_EQ(work("{}"), jobs::Done::Kind::kFailed);
  EXPECT_EQ(work(R"({"module":"guard","run_id":"00000000-0000-4000-8000-000000000009"})"), jobs::Done::Kind::kDone);
}

TEST_F(Runs, TwoWrongAnswersFailTheRun) {
  gateway.answers = {gateway::Completion{"I would rather not.", "stop"}};
  const auto run = create();
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, "OUTPUT_INVALID");
  EXPECT_EQ(gateway.requests.size(), 2U);
  const auto stored = all();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].state, RunState::kFailed);
  EXPECT_THAT(*stored[0].error_json, HasSubstr("OUTPUT_INVALID"));
  EXPECT_EQ(stored[0].usage->output_tokens, 10);
}

TEST_F(Runs, AFailureOfTheGatewayIsKeptOnTheRun) {
  gateway.answers = {Error{.kind = ErrorKind::kTimeout, .code = "AI_TIMEOUT", .message = "Too slow."}};
  EXPECT_EQ(create().error().code, "AI_TIMEOUT");
  EXPECT_THAT(*all().at(0).error_json, HasSubstr("AI_TIMEOUT"));
}

TEST_F(Runs, AModuleMayChangeInputAndOutputWithinTheSchema) {
  guard(Point::kProductBeforeAi,
        {.kind = Answer::Kind::kReplace, .text = R"({"topic":"Decimals"})", .instructions = {"Use metres."}});
  ASSERT_TRUE(create().has_value());
  EXPECT_THAT(gateway.requests.at(0).messages.at(0).content, HasSubstr("Use metres."));
  EXPECT_THAT(gateway.requests.at(0).messages.at(1).content, HasSubstr("Decimals"));
  guard(Point::kProductAfterAi, {.kind = Answer::Kind::kReplace, .text = R"({"title":7})"});
  const auto spoiled = create();
  ASSERT_FALSE(spoiled.has_value());
  EXPECT_EQ(spoiled.error().code, "MODULE_UNAVAILABLE");
  EXPECT_EQ(spoiled.error().part, "guard");
}

TEST_F(Runs, ABlockIsAnAnswerAndIsKept) {
  guard(Point::kProductBeforeAi, {.kind = Answer::Kind::kBlock, .text = "Not this topic."});
  const auto run = create();
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, "BLOCKED_BY_MODULE");
  EXPECT_THAT(gateway.requests, IsEmpty());
  const auto stored = all().at(0);
  EXPECT_THAT(*stored.error_json, HasSubstr("Not this topic."));
  const auto found = run_blocking(service.extractions(actor(), stored.id));
  ASSERT_EQ(found->items.size(), 1U);
  EXPECT_EQ(found->items.at(0).type, "module.blocked");
}

TEST_F(Runs, TheEndOfEveryRunIsShownToTheModules) {
  guard(Point::kRunComplete, {.extractions = {{.type = "seen", .data_json = "{}"}}});
  const auto run = create();
  EXPECT_EQ(run_blocking(service.extractions(actor(), run->id))->items.size(), 1U);
}

TEST_F(Runs, PagesFollowEachOther) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(create().has_value());
  const auto first = run_blocking(service.list(actor(), 2, ""));
  ASSERT_TRUE(first->next_cursor.has_value());
  const auto second = run_blocking(service.list(actor(), 2, *first->next_cursor));
  EXPECT_EQ(first->items.size() + second->items.size(), 3U);
  EXPECT_FALSE(second->next_cursor.has_value());
  EXPECT_EQ(run_blocking(service.list(actor(), 2, "nonsense")).error().fields.at(0).path, "cursor");
}

}  // namespace
}  // namespace rapt::runs
