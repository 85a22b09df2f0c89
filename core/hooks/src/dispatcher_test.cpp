// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::hooks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Answer::Kind;
using namespace std::chrono_literals;

ScriptedCaller::Script answers_with(Answer answer) {
  return [answer](const Context&) { return answer; };
}

struct DispatcherTest : ::testing::Test {
  Outcome dispatch(Point point, std::vector<Attachment> attachments) {
    Dispatcher dispatcher(caller);
    return runtime::run_blocking(dispatcher.dispatch(point, context, attachments));
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> modules;
    for (const auto& call : caller.calls()) modules.push_back(call.module);
    return modules;
  }

  ScriptedCaller caller;
  Context context = [] {
    Context made;
    made.current = Message{.role = "user", .content = "call 555", .seq = 7};
    return made;
  }();
};

TEST_F(DispatcherTest, AsksBySmallerPriorityFirstAndEqualOnesInTheToolsOrder) {
  for (const auto& [module, priority] :
       std::vector<std::pair<std::string, int>>{{"late", 200}, {"b", 100}, {"a", 100}, {"early", 1}}) {
    caller.on(module, {.point = Point::kChatBeforeAi, .priority = priority}, answers_with({}));
  }
  dispatch(Point::kChatBeforeAi, {{.module = "late"}, {.module = "b"}, {.module = "a"}, {.module = "early"}});
  EXPECT_THAT(asked(), ElementsAre("early", "b", "a", "late"));
}

TEST_F(DispatcherTest, EachModuleSeesWhatTheOneBeforeMadeOfTheText) {
  caller.on("one", Point::kChatOnMessage, answers_with({.kind = Kind::kReplace, .text = "call [phone]"}));
  caller.on("two", Point::kChatOnMessage,
            [](const Context& seen) { return Answer{.kind = Kind::kReplace, .text = seen.current->content + "!"}; });
  const auto outcome = dispatch(Point::kChatOnMessage, {{.module = "one"}, {.module = "two"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kContinue);
  EXPECT_EQ(context.current->content, "call [phone]!");
  EXPECT_THAT(outcome.modified_by, ElementsAre("one", "two"));
}

TEST_F(DispatcherTest, ABlockEndsTheRoundButWhatWasEmittedStays) {
  caller.on("finder", Point::kChatBeforeAi,
            answers_with({.extractions = {{.module = "forged", .type = "found", .data_json = "{}"}}}));
  caller.on("guard", Point::kChatBeforeAi, answers_with({.kind = Kind::kBlock, .text = "Please rephrase."}));
  caller.on("never", Point::kChatBeforeAi, answers_with({}));
  const auto outcome = dispatch(Point::kChatBeforeAi, {{.module = "finder"}, {.module = "guard"}, {.module = "never"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
  EXPECT_EQ(outcome.module, "guard");
  EXPECT_EQ(outcome.reason, "Please rephrase.");
  EXPECT_THAT(asked(), ElementsAre("finder", "guard"));
  ASSERT_EQ(outcome.extractions.size(), 1U);
  EXPECT_EQ(outcome.extractions[0].module, "finder") << "a module cannot speak in another's name";
  EXPECT_EQ(outcome.extractions[0].message_seq, 7);
}

TEST_F(DispatcherTest, ABlockWithoutAReasonNamesTheModule) {
  caller.on("guard", Point::kChatBeforeAi, answers_with({.kind = Kind::kBlock}));
  EXPECT_THAT(dispatch(Point::kChatBeforeAi, {{.module = "guard"}}).reason, HasSubstr("guard"));
}

TEST_F(DispatcherTest, EveryKindOfFailureFollowsTheManifestsPolicy) {
  for (auto kind : {Kind::kError, Kind::kDead, Kind::kLate, Kind::kLying, Kind::kNotRunning, Kind::kDefer}) {
    caller.on("m", {.point = Point::kChatBeforeAi, .on_failure = FailPolicy::kClosed}, answers_with({.kind = kind}));
    const auto closed = dispatch(Point::kChatBeforeAi, {{.module = "m"}});
    EXPECT_EQ(closed.kind, Outcome::Kind::kUnavailable);
    EXPECT_EQ(closed.module, "m");
    EXPECT_THAT(closed.reason, HasSubstr("m"));
    caller.on("m", {.point = Point::kChatBeforeAi, .on_failure = FailPolicy::kOpen}, answers_with({.kind = kind}));
    const auto open = dispatch(Point::kChatBeforeAi, {{.module = "m"}});
    EXPECT_EQ(open.kind, Outcome::Kind::kContinue);
    EXPECT_THAT(open.skipped, ElementsAre("m"));
  }
}

TEST_F(DispatcherTest, TheAttachmentsPolicyOverridesTheManifests) {
  caller.on("m", {.point = Point::kChatBeforeAi, .on_failure = FailPolicy::kOpen}, answers_with({.kind = Kind::kDead}));
  EXPECT_EQ(dispatch(Point::kChatBeforeAi, {{.module = "m", .on_failure = FailPolicy::kClosed}}).kind,
            Outcome::Kind::kUnavailable);
  caller.on("m", {.point = Point::kChatBeforeAi, .on_failure = FailPolicy::kClosed},
            answers_with({.kind = Kind::kDead}));
  EXPECT_EQ(dispatch(Point::kChatBeforeAi, {{.module = "m", .on_failure = FailPolicy::kOpen}}).kind,
            Outcome::Kind::kContinue);
}

TEST_F(DispatcherTest, AModuleThatIsNotInstalledStopsTheToolUnlessItsAttachmentSaysOpen) {
  caller.on("present", Point::kChatBeforeAi, answers_with({}));
  const auto closed = dispatch(Point::kChatBeforeAi, {{.module = "present"}, {.module = "gone"}});
  EXPECT_EQ(closed.kind, Outcome::Kind::kUnavailable);
  EXPECT_EQ(closed.module, "gone");
  EXPECT_THAT(asked(), IsEmpty()) << "nobody works on a message that is refused anyway";
  const auto open =
      dispatch(Point::kChatBeforeAi, {{.module = "present"}, {.module = "gone", .on_failure = FailPolicy::kOpen}});
  EXPECT_EQ(open.kind, Outcome::Kind::kContinue);
  EXPECT_THAT(open.skipped, ElementsAre("gone"));
}

TEST_F(DispatcherTest, TheShorterOfTheTwoTimeLimitsHolds) {
  caller.on("m", {.point = Point::kChatBeforeAi, .time_limit = 200ms}, answers_with({}));
  dispatch(Point::kChatBeforeAi, {{.module = "m", .time_limit = 50ms}});
  dispatch(Point::kChatBeforeAi, {{.module = "m", .time_limit = 900ms}});
  dispatch(Point::kChatBeforeAi, {{.module = "m"}});
  ASSERT_EQ(caller.calls().size(), 3U);
  EXPECT_EQ(caller.calls()[0].time_limit, 50ms);
  EXPECT_EQ(caller.calls()[1].time_limit, 200ms);
  EXPECT_EQ(caller.calls()[2].time_limit, 200ms);
}

TEST_F(DispatcherTest, PointsWhereAModuleMayOnlyEmitStopNothingAndChangeNothing) {
  for (auto kind : {Kind::kBlock, Kind::kReplace, Kind::kDead}) {
    caller.on("m", {.point = Point::kSessionStart, .on_failure = FailPolicy::kClosed},
              answers_with({.kind = kind, .text = "x"}));
    const auto outcome = dispatch(Point::kSessionStart, {{.module = "m"}});
    EXPECT_EQ(outcome.kind, Outcome::Kind::kContinue);
    EXPECT_EQ(context.current->content, "call 555");
    EXPECT_THAT(outcome.skipped, ElementsAre("m"));
  }
}

TEST_F(DispatcherTest, AnswersThatThePointDoesNotAllowCountAsFailures) {
  caller.on("m", {.point = Point::kChatAfterAi, .on_failure = FailPolicy::kClosed},
            answers_with({.instructions = {"be kind"}}));
  EXPECT_EQ(dispatch(Point::kChatAfterAi, {{.module = "m"}}).kind, Outcome::Kind::kUnavailable);
  caller.on("m", {.point = Point::kChatAfterAi, .on_failure = FailPolicy::kClosed},
            answers_with({.kind = Kind::kReplace, .text = "\xff"}));
  EXPECT_EQ(dispatch(Point::kChatAfterAi, {{.module = "m"}}).kind, Outcome::Kind::kUnavailable);
  caller.on("m", {.point = Point::kProductAfterAi, .on_failure = FailPolicy::kClosed},
            answers_with({.kind = Kind::kReplace, .text = "{}"}));
  EXPECT_EQ(dispatch(Point::kProductAfterAi, {{.module = "m"}}).kind, Outcome::Kind::kUnavailable)
      << "there is no output";
}

TEST_F(DispatcherTest, TextThatCannotBeStoredIsNoReplacementAndNoReason) {
  caller.on("replaces", {.point = Point::kChatOnMessage, .on_failure = FailPolicy::kOpen},
            answers_with({.kind = Kind::kReplace, .text = std::string("a\0b", 3)}));
  EXPECT_THAT(dispatch(Point::kChatOnMessage, {{.module = "replaces"}}).skipped, ElementsAre("replaces"));
  EXPECT_EQ(context.current->content, "call 555");
  caller.on("blocks", Point::kChatOnMessage, answers_with({.kind = Kind::kBlock, .text = "\xff"}));
  const auto outcome = dispatch(Point::kChatOnMessage, {{.module = "blocks"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked) << "a block stays one";
  EXPECT_THAT(outcome.reason, HasSubstr("blocks"));
}

TEST_F(DispatcherTest, InstructionsAndOutputsOfRunsAreTakenOver) {
  context.input_json = R"({"topic":"x"})";
  caller.on("m", Point::kProductBeforeAi,
            answers_with({.kind = Kind::kReplace, .text = R"({"topic":"y"})", .instructions = {"Use metric units."}}));
  const auto outcome = dispatch(Point::kProductBeforeAi, {{.module = "m", .config_json = R"({"a":1})"}});
  EXPECT_EQ(context.input_json, R"({"topic":"y"})");
  EXPECT_THAT(outcome.instructions, ElementsAre("Use metric units."));
  EXPECT_EQ(caller.calls()[0].config_json, R"({"a":1})");
}

TEST_F(DispatcherTest, KnowsHowMuchHistoryAPointWants) {
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  caller.on("none", {.point = Point::kChatAfterAi, .history = 0}, answers_with({}));
  caller.on("some", {.point = Point::kChatAfterAi, .history = 3}, answers_with({}));
  caller.on("all", {.point = Point::kChatAfterAi}, answers_with({}));
  caller.on("job", {.point = Point::kChatAfterAi, .asynchronous = true}, answers_with({}));
  Dispatcher dispatcher(caller);
  const auto wanted = [&](const std::vector<Attachment>& attachments) {
    return dispatcher.history_wanted(Point::kChatAfterAi, attachments);
  };
  EXPECT_EQ(wanted({{.module = "none"}, {.module = "job"}, {.module = "gone"}}), 0U);
  EXPECT_EQ(wanted({{.module = "some"}, {.module = "none"}}), 3U);
  EXPECT_EQ(wanted({{.module = "some"}, {.module = "all"}}), kAll);
  EXPECT_EQ(dispatcher.history_wanted(Point::kChatOnDelta, {{.module = "all"}}), 0U);
}

TEST_F(DispatcherTest, AnAnswerIsHeldForAModuleThatChecksItAtItsEndAndNotWhileItIsWritten) {
  caller.on("checker", Point::kChatAfterAi, answers_with({}));
  caller.on("other", Point::kChatBeforeAi, answers_with({}));
  caller.on("both", Point::kChatAfterAi, answers_with({}));
  caller.on("both", Point::kChatOnDelta, answers_with({}));
  caller.on("job", {.point = Point::kChatAfterAi, .asynchronous = true}, answers_with({}));
  Dispatcher dispatcher(caller);
  EXPECT_TRUE(dispatcher.holds_answer({{.module = "other"}, {.module = "checker"}}));
  EXPECT_TRUE(dispatcher.holds_answer({{.module = "both"}, {.module = "checker"}}));
  EXPECT_FALSE(dispatcher.holds_answer({{.module = "both"}}));
  EXPECT_FALSE(dispatcher.holds_answer({{.module = "job"}, {.module = "other"}, {.module = "gone"}}));
  EXPECT_TRUE(dispatcher.concerns(Point::kChatAfterAi, {{.module = "both"}}));
  EXPECT_FALSE(dispatcher.concerns(Point::kChatAfterAi, {{.module = "job"}}));
}

TEST_F(DispatcherTest, AnAsynchronousHookIsLeftToAJob) {
  caller.on("job", {.point = Point::kChatAfterAi, .priority = 1, .asynchronous = true},
            answers_with({.kind = Kind::kBlock, .text = "no"}));
  caller.on("now", {.point = Point::kChatAfterAi, .priority = 2}, answers_with({}));
  const std::vector<Attachment> attached{{.module = "job", .config_json = R"({"a":1})"}, {.module = "now"}};
  EXPECT_EQ(dispatch(Point::kChatAfterAi, attached).kind, Outcome::Kind::kContinue);
  EXPECT_THAT(asked(), ElementsAre("now"));
  const auto left = Dispatcher(caller).asynchronous(Point::kChatAfterAi, attached);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].module, "job");
  EXPECT_EQ(left[0].config_json, R"({"a":1})");
  EXPECT_THAT(Dispatcher(caller).asynchronous(Point::kChatBeforeAi, attached), IsEmpty());
}

TEST_F(DispatcherTest, ThePlanSaysWhoIsAskedInWhichOrderAndUnderWhichLimits) {
  caller.on("late", {.point = Point::kChatOnDelta, .priority = 9, .window = {Window::Unit::kSize, 64}},
            answers_with({}));
  caller.on("early", {.point = Point::kChatOnDelta, .priority = 1, .time_limit = 100ms}, answers_with({}));
  caller.on("job", {.point = Point::kChatOnDelta, .priority = 0, .asynchronous = true}, answers_with({}));
  caller.on("elsewhere", Point::kChatAfterAi, answers_with({}));
  const auto plan = Dispatcher(caller).plan(Point::kChatOnDelta,
                                            {{.module = "late", .on_failure = FailPolicy::kClosed, .time_limit = 50ms},
                                             {.module = "job"},
                                             {.module = "early", .time_limit = 900ms},
                                             {.module = "elsewhere"},
                                             {.module = "gone"}});
  ASSERT_EQ(plan.size(), 4U);
  EXPECT_EQ(plan[0].module, "gone");
  EXPECT_FALSE(plan[0].installed);
  EXPECT_EQ(plan[0].on_failure, FailPolicy::kClosed);
  EXPECT_EQ(plan[1].module, "early");
  EXPECT_EQ(plan[1].time_limit, 100ms);
  EXPECT_EQ(plan[1].on_failure, FailPolicy::kOpen);
  EXPECT_EQ(plan[2].module, "late");
  EXPECT_EQ(plan[2].time_limit, 50ms);
  EXPECT_EQ(plan[2].on_failure, FailPolicy::kClosed);
  EXPECT_EQ(plan[2].window.bytes, 64U);
  EXPECT_EQ(plan[3].module, "job");
  EXPECT_TRUE(plan[3].asynchronous);
}

TEST_F(DispatcherTest, AnEmptyListIsAnOutcomeAtOnce) {
  const auto outcome = dispatch(Point::kChatBeforeAi, {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kContinue);
  EXPECT_THAT(outcome.skipped, IsEmpty());
  EXPECT_EQ(context.current->content, "call 555");
}

}  // namespace
}  // namespace rapt::hooks
