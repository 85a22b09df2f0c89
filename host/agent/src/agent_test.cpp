// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/agent.hpp"

#include "agent_fixture.hpp"

namespace rapt::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using AgentTest = PlatformTest;

TEST_F(AgentTest, SaysWhatRuns) {
  ScriptedStrategy strategy("1.0.0");
  strategy.before = "0.9.0";
  auto agent = make(strategy, options("one"));
  turn(agent);
  const auto agents = state().agents;
  ASSERT_THAT(agents, SizeIs(1));
  EXPECT_EQ(agents[0].version, "1.0.0");
  EXPECT_EQ(agents[0].previous_version, "0.9.0");
  EXPECT_EQ(agents[0].deployment, "bare");
  EXPECT_TRUE(agents[0].present);
}

TEST_F(AgentTest, LooksWhenItIsTimeAndTellsOnce) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto agent = make(strategy, options("one"));
  turn(agent);
  due();
  turn(agent);
  turn(agent);
  EXPECT_EQ(source_.looks, 1);
  ASSERT_TRUE(state().look.offer);
  EXPECT_EQ(state().look.offer->version, "1.1.0");
  EXPECT_TRUE(state().look.offer->free);
  EXPECT_EQ(letters(), 1);
  due();
  turn(agent);
  EXPECT_EQ(source_.looks, 2);
  EXPECT_EQ(letters(), 1);
  EXPECT_THAT(strategy.applied, IsEmpty());
  // Between nine and eleven tenths of the interval.
  EXPECT_EQ(count("platform_look WHERE next_at BETWEEN now() + interval '5 hours' AND now() + interval '7 hours'"), 1);
}

TEST_F(AgentTest, TheFirstLookComesAtAMomentOfTheInstancesOwn) {
  ScriptedStrategy strategy("1.0.0");
  run("INSERT INTO platform_instance (rollout_id) VALUES ('80000000-0000-4000-8000-000000000000')");
  auto agent = make(strategy, options("one"));
  turn(agent);
  EXPECT_EQ(source_.looks, 0);
  EXPECT_EQ(
      count("platform_look WHERE next_at BETWEEN now() + interval '170 minutes' AND now() + interval '181 minutes'"),
      1);
}

TEST_F(AgentTest, DoesWhatIsAskedFor) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto agent = make(strategy, options("one"));
  turn(agent);
  const auto id = ask("1.1.0").value();
  EXPECT_EQ(update(id).state, "requested");
  EXPECT_EQ(ask("1.1.0").error().kind, ErrorKind::kConflict);
  turn(agent);
  const auto done = update(id);
  EXPECT_EQ(done.state, "updated");
  EXPECT_EQ(done.phase, "watching");
  EXPECT_EQ(done.requested_by, "Ada");
  EXPECT_TRUE(done.is_over());
  EXPECT_EQ(state().agents[0].version, "1.1.0");
  EXPECT_EQ(state().agents[0].previous_version, "1.0.0");
  EXPECT_THAT(state().holds, IsEmpty());
  EXPECT_THAT(ask("1.1.0").error().message, HasSubstr("runs already"));
  EXPECT_EQ(letters(), 1);
}

TEST_F(AgentTest, HoldsWhatFailedUntilAnAdministratorReleasesIt) {
  ScriptedStrategy strategy("1.0.0");
  strategy.ending = Ending::kRolledBack;
  source_.offer("1.1.0");
  auto wanted = options("one");
  wanted.auto_update = true;
  auto agent = make(strategy, wanted);
  turn(agent);
  due();
  turn(agent);
  ASSERT_THAT(state().history, SizeIs(1));
  EXPECT_EQ(state().history[0].state, "rolled_back");
  EXPECT_EQ(state().history[0].because, "It did not become ready.");
  ASSERT_THAT(state().holds, SizeIs(1));
  EXPECT_EQ(letters(), 1);
  due();
  turn(agent);
  turn(agent);
  EXPECT_THAT(strategy.applied, ElementsAre("1.1.0"));
  EXPECT_THAT(state().look.offer->held_because, HasSubstr("held here: It did not become ready."));
  const auto asked = ask("1.1.0").value();
  turn(agent);
  EXPECT_EQ(update(asked).state, "failed");
  EXPECT_THAT(update(asked).because, HasSubstr("held here"));
  ASSERT_TRUE(run_blocking(platform_.release_hold("1.1.0")));
  EXPECT_EQ(run_blocking(platform_.release_hold("1.1.0")).error().kind, ErrorKind::kNotFound);
  strategy.ending = Ending::kUpdated;
  due();
  turn(agent);
  EXPECT_EQ(strategy.version, "1.1.0");
}

TEST_F(AgentTest, HoldsNothingForAFaultThatIsNotTheReleases) {
  ScriptedStrategy strategy("1.0.0");
  strategy.ending = Ending::kFailed;
  strategy.fails_in = Phase::kUnpacking;
  source_.offer("1.1.0");
  auto wanted = options("one");
  wanted.auto_update = true;
  auto agent = make(strategy, wanted);
  turn(agent);
  for (int look = 0; look < 2; ++look) {
    due();
    turn(agent);
    turn(agent);
  }
  EXPECT_THAT(state().holds, IsEmpty());
  EXPECT_THAT(strategy.applied, ElementsAre("1.1.0", "1.1.0")) << "once for each look";
  EXPECT_EQ(letters(), 1) << "the same fault is told once";
  strategy.refusal = Error::forbidden("The folder may not be written.");
  due();
  turn(agent);
  EXPECT_EQ(state().history[0].because, "The folder may not be written.");
  EXPECT_THAT(state().holds, IsEmpty());
}

TEST_F(AgentTest, TakesByItselfInsideTheWindowOnly) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto wanted = options("one");
  wanted.auto_update = true;
  wanted.window = DailyWindow::parse("02:00-05:00").value();
  auto agent = make(strategy, wanted);
  turn(agent);
  due();
  turn(agent);
  EXPECT_THAT(strategy.applied, IsEmpty());
  EXPECT_EQ(letters(), 0) << "nobody need be told of what comes by itself";
  clock_.time += std::chrono::hours(15);
  turn(agent);
  EXPECT_THAT(strategy.applied, ElementsAre("1.1.0"));
  EXPECT_EQ(state().history[0].requested_by, "");
}

TEST_F(AgentTest, WaitsForTheRollOutAndForWhatWasHalted) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  source_.known.words = marketplace::ReleaseWords{{"1.1.0", {0, ""}}};
  auto wanted = options("one");
  wanted.auto_update = true;
  auto agent = make(strategy, wanted);
  turn(agent);
  due();
  turn(agent);
  EXPECT_THAT(state().look.offer->held_because, HasSubstr("(0 %)"));
  source_.known.words = marketplace::ReleaseWords{{"1.1.0", {100, "3 of the first 5 failed."}}};
  due();
  turn(agent);
  EXPECT_THAT(state().look.offer->held_because, HasSubstr("3 of the first 5 failed."));
  EXPECT_THAT(strategy.applied, IsEmpty());
  source_.known.words = marketplace::ReleaseWords{{"1.1.0", {100, ""}}};
  due();
  turn(agent);
  EXPECT_EQ(strategy.version, "1.1.0");
}

TEST_F(AgentTest, APauseNeedsAWord) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0").release.schema_from = "1.1.0";
  auto wanted = options("one");
  wanted.auto_update = true;
  auto agent = make(strategy, wanted);
  turn(agent);
  due();
  turn(agent);
  EXPECT_THAT(strategy.applied, IsEmpty());
  EXPECT_EQ(letters(), 1) << "an administrator has to be told";
  auto id = ask("1.1.0").value();
  turn(agent);
  EXPECT_EQ(update(id).state, "failed");
  EXPECT_THAT(update(id).because, HasSubstr("--with-downtime"));
  id = ask("1.1.0", true).value();
  turn(agent);
  EXPECT_TRUE(strategy.agreed.downtime);
  EXPECT_EQ(update(id).state, "updated");
}

TEST_F(AgentTest, TellsWhyALookCameToNothingAndKeepsTheOffer) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto agent = make(strategy, options("one"));
  turn(agent);
  due();
  turn(agent);
  source_.fault = Error::unavailable("registry", "The registry is away.");
  due();
  turn(agent);
  EXPECT_EQ(state().look.fault, "The registry is away.");
  EXPECT_TRUE(state().look.failing_since);
  EXPECT_TRUE(state().look.offer);
  EXPECT_EQ(
      count("platform_look WHERE next_at BETWEEN now() + interval '25 minutes' AND now() + interval '31 minutes'"), 1);
  source_.fault.reset();
  due();
  turn(agent);
  EXPECT_EQ(state().look.fault, "");
  EXPECT_FALSE(state().look.failing_since);
}

TEST_F(AgentTest, ARequestForWhatIsNotThereFailsWithASentence) {
  ScriptedStrategy strategy("1.0.0");
  auto agent = make(strategy, options("one"));
  EXPECT_THAT(ask("1.1.0").error().message, HasSubstr("No `rapt agent` has been seen"));
  turn(agent);
  EXPECT_EQ(ask("1.x").error().kind, ErrorKind::kInvalid);
  const auto id = ask("1.1.0").value();
  turn(agent);
  EXPECT_THAT(update(id).because, HasSubstr("vouches for no release 1.1.0"));
  EXPECT_THAT(strategy.applied, IsEmpty());
}

TEST_F(AgentTest, ARequestCanBeTakenBackUntilItHasBegun) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto agent = make(strategy, options("one"));
  turn(agent);
  auto id = ask("1.1.0").value();
  ASSERT_TRUE(run_blocking(platform_.cancel(id)));
  turn(agent);
  EXPECT_THAT(strategy.applied, IsEmpty());
  EXPECT_EQ(update(id).state, "cancelled");
  EXPECT_EQ(run_blocking(platform_.cancel(id)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(platform_.cancel("nonsense")).error().kind, ErrorKind::kNotFound);
}

TEST_F(AgentTest, GoesBackAndDoesNotTakeItAgain) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto wanted = options("one");
  wanted.auto_update = true;
  auto agent = make(strategy, wanted);
  turn(agent);
  EXPECT_THAT(run_blocking(platform_.request_rollback(false, "Ada")).error().message,
              HasSubstr("no version to go back"));
  due();
  turn(agent);
  ASSERT_EQ(strategy.version, "1.1.0");
  const auto id = run_blocking(platform_.request_rollback(false, "Ada")).value();
  turn(agent);
  EXPECT_EQ(update(id).state, "rolled_back");
  EXPECT_EQ(strategy.version, "1.0.0");
  due();
  turn(agent);
  EXPECT_EQ(strategy.version, "1.0.0");
  ASSERT_THAT(state().holds, SizeIs(1));
  EXPECT_EQ(state().holds[0].because, "Ada went back from it.");
}

TEST_F(AgentTest, OneMachineAfterTheOther) {
  ScriptedStrategy first("1.0.0"), second("1.0.0");
  source_.offer("1.1.0");
  auto one = make(first, options("one")), two = make(second, options("two"));
  turn(one);
  turn(two);
  ASSERT_TRUE(ask("1.1.0"));
  turn(two);
  EXPECT_EQ(second.version, "1.0.0") << "it is the other's turn";
  first.meanwhile = [&] {
    EXPECT_TRUE(state().update);
    EXPECT_EQ(state().update->state, "running");
  };
  turn(one);
  EXPECT_EQ(first.version, "1.1.0");
  ASSERT_TRUE(state().update) << "the next one has been asked";
  EXPECT_EQ(state().update->agent, "two");
  turn(two);
  EXPECT_EQ(second.version, "1.1.0");
  EXPECT_FALSE(state().update);
}

TEST_F(AgentTest, AFaultThatTheFirstMachineFindsStaysOnThatMachine) {
  ScriptedStrategy first("1.0.0"), second("1.0.0");
  first.ending = Ending::kRolledBack;
  source_.offer("1.1.0");
  auto wanted = options("one");
  wanted.auto_update = true;
  auto one = make(first, wanted);
  wanted.name = "two";
  auto two = make(second, wanted);
  turn(one);
  turn(two);
  due();
  turn(one);
  turn(two);
  turn(two);
  EXPECT_THAT(first.applied, ElementsAre("1.1.0"));
  EXPECT_THAT(second.applied, IsEmpty());
}

TEST_F(AgentTest, EndsWhatAnEarlierProcessHadBegun) {
  ScriptedStrategy strategy("1.1.0");
  run("INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, started_at) VALUES "
      "('00000000-0000-7000-8000-000000001001', 'one', 'update', '1.0.0', '1.2.0', 'running', now())");
  strategy.recovered = Outcome{Ending::kRolledBack, "1.1.0", "The machine was switched off."};
  auto agent = make(strategy, options("one"));
  turn(agent);
  turn(agent);
  EXPECT_EQ(strategy.recoveries, 1);
  ASSERT_THAT(state().history, SizeIs(1));
  EXPECT_EQ(state().history[0].state, "rolled_back");
  EXPECT_THAT(state().holds, SizeIs(1));
}

TEST_F(AgentTest, KnowsWhatRunsWhereItsProcessEndedBeforeOrAfterTheWork) {
  for (const auto* runs : {"1.0.0", "1.2.0"}) {
    run("DELETE FROM platform_updates");
    run("INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, started_at) VALUES "
        "('00000000-0000-7000-8000-000000001001', 'one', 'update', '1.0.0', '1.2.0', 'running', now())");
    ScriptedStrategy strategy(runs);
    auto agent = make(strategy, options("one"));
    turn(agent);
    ASSERT_THAT(state().history, SizeIs(1));
    EXPECT_EQ(state().history[0].state, std::string(runs) == "1.2.0" ? "updated" : "failed");
    EXPECT_THAT(state().holds, IsEmpty());
  }
}

TEST_F(AgentTest, WhatAnAgentThatHasGoneHadBegunIsEndedByAnother) {
  run("INSERT INTO platform_agents (name, deployment, version, seen_at) VALUES ('gone', 'bare', '1.0.0', "
      "now() - interval '11 minutes')");
  run("ALTER TABLE platform_updates DISABLE TRIGGER USER");
  run("INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, started_at, updated_at) VALUES "
      "('00000000-0000-7000-8000-000000001001', 'gone', 'update', '1.0.0', '1.2.0', 'running', now(), "
      "now() - interval '11 minutes')");
  run("ALTER TABLE platform_updates ENABLE TRIGGER USER");
  ScriptedStrategy strategy("1.0.0");
  auto agent = make(strategy, options("one"));
  turn(agent);
  ASSERT_THAT(state().history, SizeIs(1));
  EXPECT_EQ(state().history[0].state, "broken");
  EXPECT_EQ(letters(), 1);
  // It comes back, and knows better.
  ScriptedStrategy back("1.2.0");
  back.recovered = Outcome{Ending::kUpdated, "1.2.0", ""};
  auto gone = make(back, options("gone"));
  turn(gone);
  EXPECT_EQ(state().history[0].state, "updated");
}

TEST_F(AgentTest, ARequestFromAMirrorUsesIt) {
  ScriptedStrategy strategy("1.0.0");
  source_.offer("1.1.0");
  auto agent = make(strategy, options("one"));
  turn(agent);
  ASSERT_TRUE(run_blocking(platform_.request_update({"1.1.0", false, "file:///media/stick", "Ada"})));
  turn(agent);
  EXPECT_EQ(strategy.version, "1.1.0");
  EXPECT_THAT(source_.used, ElementsAre("file:///media/stick", ""));
}

}  // namespace
}  // namespace rapt::agent
