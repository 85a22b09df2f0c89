// SPDX-License-Identifier: AGPL-3.0-or-later
#include "heroku_scene.hpp"

namespace rapt::agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(HerokuScene, BuildsTheReleaseAndSeesItUp) {
  EXPECT_EQ(running(), "1.0.0");
  expect_ending(apply(), Ending::kUpdated, {});
  EXPECT_EQ(running(), "1.1.0");
  EXPECT_THAT(notes.phases, ElementsAre(Phase::kStarting, Phase::kMigrating, Phase::kSwitching, Phase::kWatching));
  const auto state = heroku.tell("state");
  EXPECT_EQ(state["builds"][0]["source_blob"]["version"], "1.1.0");
  EXPECT_EQ(state["releases"].size(), 2U);
}

TEST_F(HerokuScene, KnowsWhatRunsBehindChangedSettingsAndRollbacks) {
  heroku.tell("configured");
  EXPECT_EQ(running(), "1.0.0");
  expect_ending(apply(), Ending::kUpdated, {});
  heroku.tell("configured");
  EXPECT_EQ(running(), "1.1.0");
  const auto previous = with(options(), [](Strategy& strategy) { return strategy.previous(); });
  ASSERT_TRUE(previous);
  EXPECT_EQ(*previous, "1.0.0");
  expect_ending(with(options(), [this](Strategy& strategy) { return strategy.rollback(notes); }), Ending::kRolledBack,
                {});
  EXPECT_EQ(running(), "1.0.0");
  expect_refusal(with(options(), [this](Strategy& strategy) { return strategy.rollback(notes); }), ErrorKind::kConflict,
                 "no release of another version");
}

TEST_F(HerokuScene, TakesItsOwnVersionWhereTheAppWasDeployedInAnotherWay) {
  heroku.tell("reset");
  heroku.tell("deployed", {{"version", "4f2d1c0"}});
  EXPECT_EQ(running(), "0.9.0");
}

TEST_F(HerokuScene, TellsTheLastWordsOfABuildThatFails) {
  heroku.tell("behave", {{"build", "fail"}});
  expect_ending(apply(), Ending::kFailed, {"could not build the release", "no space left on device"});
  EXPECT_EQ(heroku.tell("state")["releases"].size(), 1U);
}

TEST_F(HerokuScene, KeepsTheOldReleaseWhenTheMigrationFails) {
  heroku.tell("behave", {{"phase", "fail"}});
  expect_ending(apply(), Ending::kFailed, {"migrates the database, failed", "relation \"users\" is locked"});
  EXPECT_EQ(running(), "1.0.0");
}

TEST_F(HerokuScene, GoesBackFromDynosThatCrash) {
  heroku.tell("behave", {{"dyno", "crash"}});
  expect_ending(apply(), Ending::kRolledBack, {"The dyno web.1 has crashed"});
  EXPECT_EQ(notes.phases.back(), Phase::kRollingBack);
  EXPECT_EQ(heroku.tell("state")["releases"][0]["description"], "Rollback to v1");
}

TEST_F(HerokuScene, GoesBackFromAnAppThatIsNotReady) {
  heroku.tell("behave", {{"dyno", "unready"}});
  expect_ending(apply(), Ending::kRolledBack, {"does not say that it is ready"});
}

TEST_F(HerokuScene, RefusesWhatItCannotBegin) {
  auto wrong = options();
  wrong.api_key = "secret-other";
  expect_refusal(apply(wrong), ErrorKind::kForbidden, "does not accept HEROKU_API_KEY: Invalid credentials");
  wrong = options();
  wrong.app = "elsewhere";
  expect_refusal(apply(wrong), ErrorKind::kNotFound, "See HEROKU_APP_NAME");
  wrong = options();
  wrong.url = "http://api.example";
  expect_refusal(apply(wrong), ErrorKind::kInvalid, "");
  heroku.tell("app", {{"maintenance", true}});
  expect_refusal(apply(), ErrorKind::kConflict, "maintenance mode");
  heroku.tell("app", {{"maintenance", false}});
  supply.is_whole = false;
  expect_refusal(apply(), ErrorKind::kInvalid, "no deploy/heroku/heroku.yml");
  supply.is_whole = true;
  heroku.tell("foreign");
  expect_refusal(apply(), ErrorKind::kConflict, "Another build");
  heroku.tell("reset");
  heroku.tell("deployed", {{"version", "1.0.0"}});
  heroku.tell("scale");
  expect_refusal(apply(), ErrorKind::kConflict, "No web dyno");
}

TEST_F(HerokuScene, TellsHerokusOwnRefusal) {
  heroku.tell("fault", {{"match", "POST .*builds"},
                        {"status", 422},
                        {"body", R"({"id":"verification_required","message":"Please verify your account"})"}});
  expect_refusal(apply(), ErrorKind::kUnprocessable, "Please verify your account (verification_required)");
  heroku.tell("fault", {{"match", "PUT"}, {"status", 507}});
  expect_refusal(apply(), ErrorKind::kUnavailable, "could not be handed to Heroku: status 507");
}

TEST_F(HerokuScene, AsksAgainWhenTheApiStumbles) {
  heroku.tell("fault", {{"match", "GET /apps"}, {"at", 2}, {"times", 3}, {"status", 503}});
  heroku.tell("fault", {{"match", "GET /apps"}, {"at", 6}, {"times", 3}, {"close", true}});
  heroku.tell("fault", {{"match", "POST .*builds"}, {"times", 2}, {"status", 429}});
  expect_ending(apply(), Ending::kUpdated, {});
  EXPECT_EQ(heroku.tell("state")["builds"].size(), 2U);
}

TEST_F(HerokuScene, SaysSoWhenTheLimitOfRequestsIsUsedUp) {
  heroku.tell("fault", {{"times", 1000000}, {"status", 429}, {"body", R"({"id":"rate_limit","message":"Slow down"})"}});
  auto hasty = options();
  hasty.patience = std::chrono::seconds(0);
  expect_refusal(apply(hasty), ErrorKind::kUnavailable, "limit of requests is used up (Slow down (rate_limit))");
}

TEST_F(HerokuScene, SaysSoWhenTheApiIsAwayAfterTheBuildHasBegun) {
  heroku.tell("fault", {{"match", "GET /apps/school/builds/"}, {"times", 1000000}, {"close", true}});
  auto hasty = options();
  hasty.patience = std::chrono::seconds(1);
  const auto outcome = apply(hasty);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ending, Ending::kBroken);
  EXPECT_THAT(outcome->because, HasSubstr("start the agent again"));
  heroku.tell("heal");
  const auto ended = recover();
  ASSERT_TRUE(ended);
}

TEST_F(HerokuScene, HasNothingToRecoverLater) {
  const auto nothing = recover();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
}

TEST_F(HerokuScene, GoesBackFromABuildThatEndsWhileItLooks) {
  heroku.tell("behave", {{"dyno", "crash"}});
  heroku.tell("ending", {{"version", "1.1.0"}});
  auto watching = options();
  watching.watch = std::chrono::seconds(60);
  const auto outcome = with(watching, [this](Strategy& strategy) { return strategy.recover(notes); });
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ(name((*outcome)->ending), name(Ending::kRolledBack)) << (*outcome)->because;
  EXPECT_EQ((*outcome)->version, "1.0.0");
  EXPECT_EQ(running(), "1.0.0");
}

/// The agent is killed at a request, before or after Heroku has done what it asks; the next agent ends the work.
class HerokuKill : public HerokuScene {
 protected:
  /// False when the update ended before that request.
  bool killed_at(const nlohmann::json& fault, bool good) {
    start();
    heroku.tell("behave", {{"dyno", good ? "ok" : "crash"}});
    heroku.tell("fault", fault);
    auto slow = options();
    slow.watch = std::chrono::seconds(good ? 0 : 60);  // what was begun is still on probation when it is recovered
    bool ended = false;
    {
      http::Client client;
      HerokuStrategy strategy(slow, client, supply, clock);
      std::optional<Result<Outcome>> outcome;
      ended = run_or_kill(heroku, [&] { return apply_into(strategy, notes, outcome); });
    }
    heroku.tell("heal");
    if (!ended) expect_recovered(slow, good);
    return !ended;
  }
  void expect_recovered(const HerokuOptions& given, bool good) {
    const auto outcome = with(given, [this](Strategy& strategy) { return strategy.recover(notes); });
    ASSERT_TRUE(outcome) << outcome.error().message;
    if (*outcome) {
      EXPECT_NE((*outcome)->ending, Ending::kBroken) << (*outcome)->because;
    }
    EXPECT_TRUE(comes_true([this] {
      const auto state = heroku.tell("state");
      for (const auto& dyno : state["dynos"])
        if (dyno["state"] == "starting") return false;
      return state["builds"][0]["status"] != "pending" && state["releases"][0]["status"] != "pending";
    }));
    const auto state = heroku.tell("state");
    EXPECT_EQ(running(), state["slug"]);
    if (*outcome) {
      EXPECT_EQ((*outcome)->version, running());
    }
    if (!good) {
      EXPECT_EQ(running(), "1.0.0");
    }
    for (const auto& dyno : state["dynos"]) EXPECT_EQ(dyno["state"], "up");
    EXPECT_LE(state["builds"].size(), 2U) << "it was not built twice";
  }
  void kill_at_each(const char* how, bool good) {
    int kills = 0;
    for (int at = 1;; ++at) {
      SCOPED_TRACE(std::string(how) + " at request " + std::to_string(at));
      if (!killed_at({{"at", at}, {how, true}}, good)) break;
      ++kills;
    }
    EXPECT_GE(kills, 10) << "an update asks for more than that";
  }
};

TEST_F(HerokuKill, BeforeEachRequestOfAGoodUpdate) {
  kill_at_each("hang", true);
}
TEST_F(HerokuKill, AfterEachRequestOfAGoodUpdate) {
  kill_at_each("swallow", true);
}
TEST_F(HerokuKill, BeforeEachRequestOfABadUpdate) {
  kill_at_each("hang", false);
}
TEST_F(HerokuKill, AfterEachRequestOfABadUpdate) {
  kill_at_each("swallow", false);
}

}  // namespace
}  // namespace rapt::agent::testing
