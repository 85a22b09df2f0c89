// SPDX-License-Identifier: AGPL-3.0-or-later
#include <thread>

#include "kubernetes_scene.hpp"

namespace rapt::agent::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(KubernetesScene, MigratesThenRollsOutOneDeploymentAfterTheOther) {
  EXPECT_EQ(running(), "1.0.0");
  expect_ending(apply(), Ending::kUpdated, {});
  EXPECT_THAT(notes.phases, ElementsAre(Phase::kMigrating, Phase::kSwitching, Phase::kWatching));
  EXPECT_EQ(notes_of(0)["raptscallions.org/previous-image"], kOld);
  EXPECT_EQ(notes_of(1)["raptscallions.org/previous-version"], "1.0.0");
  EXPECT_EQ(notes_of(1)["kubernetes.io/change-cause"], "raptscallions 1.0.0 to 1.1.0");
}

TEST_F(KubernetesScene, MigratesInAJobThatNoServiceTakesForAServer) {
  expect_ending(apply(), Ending::kUpdated, {});
  const json job = cluster.tell("state")["jobs"][0];
  EXPECT_EQ(job["metadata"]["name"], "raptscallions-migrate-1-1-0");
  EXPECT_EQ(job["spec"]["backoffLimit"], 0);
  const json &pod = job["spec"]["template"], &containers = pod["spec"]["containers"];
  EXPECT_EQ(pod["spec"]["restartPolicy"], "Never");
  EXPECT_FALSE(pod["metadata"]["labels"].contains("app")) << "the service chooses its pods by it";
  ASSERT_EQ(containers.size(), 1U) << "a sidecar would never end";
  EXPECT_EQ(containers[0]["image"], kNew);
  EXPECT_EQ(containers[0]["args"], json::array({"migrate"}));
  EXPECT_FALSE(containers[0].contains("readinessProbe"));
  EXPECT_EQ(containers[0]["env"][0]["name"], "DATABASE_URL");
}

TEST_F(KubernetesScene, RefusesWhatItCannotBegin) {
  const auto refused = [this](const std::string& image, const std::string& word) {
    const auto outcome = apply(image);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::kConflict);
    EXPECT_THAT(outcome.error().message, HasSubstr(word));
  };
  refused("r.example/raptscallions:1.1.0", "by its digest");
  refused("r.example/raptscallions@sha256:12", "by its digest");
  cluster.tell("edit", {{"name", "raptscallions-worker"}, {"spec", {{"paused", true}}}});
  refused(kNew, "raptscallions-worker is paused");
  cluster.tell("edit", {{"name", "raptscallions-worker"}, {"spec", {{"paused", false}, {"replicas", 0}}}});
  refused(kNew, "raptscallions-worker has no replicas");
  auto missing = options();
  missing.deployments = {"elsewhere"};
  const auto nowhere = apply(missing);
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("no deployment elsewhere"));
  EXPECT_TRUE(cluster.tell("state")["jobs"].empty());
}

TEST_F(KubernetesScene, RefusesASchemaBesideWhichTheRunningVersionCannotWork) {
  http::Client client;
  KubernetesStrategy strategy(options(), client);
  auto release = release_of("1.1.0", kNew);
  release.release.schema_from = "1.0.1";
  const auto outcome = runtime::run_blocking(strategy.apply(release, notes));
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("with a pause"));
}

TEST_F(KubernetesScene, NamesTheVerbAndTheResourceThatTheRoleLacks) {
  cluster.tell("deny", {{"rules", {"patch deployments"}}});
  const auto outcome = apply();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kForbidden);
  EXPECT_THAT(outcome.error().message, HasSubstr("lacks the verb patch for deployments (apps)"));
  cluster.tell("deny", {{"rules", {"create jobs"}}});
  expect_ending(apply(), Ending::kFailed, {"lacks the verb create for jobs (batch)"});
}

TEST_F(KubernetesScene, ChangesNothingWhenTheMigrationFails) {
  cluster.tell("set", {{"migration", "fail"}});
  expect_ending(apply(), Ending::kFailed, {"BackoffLimitExceeded", "relation \"users\" is locked"});
  cluster.tell("set", {{"migration", "ok"}});
  expect_ending(apply(), Ending::kUpdated, {});  // the job that failed makes room
}

TEST_F(KubernetesScene, SaysWhyTheMigrationDoesNotStart) {
  cluster.tell("set", {{"migration", "pull"}});
  expect_ending(apply(), Ending::kFailed, {"cannot get the image (ErrImagePull"});
  EXPECT_TRUE(cluster.tell("state")["jobs"].empty()) << "it must not begin later";
  cluster.tell("set", {{"migration", "quota"}});
  expect_ending(apply(), Ending::kFailed, {"Its pod cannot be made", "exceeded quota"});
  cluster.tell("set", {{"migration", "slow"}});
  auto hasty = options();
  hasty.patience = std::chrono::seconds(1);
  expect_ending(apply(hasty), Ending::kFailed, {"did not end in time"});
}

TEST_F(KubernetesScene, GoesBackFromAnImageThatCannotBePulled) {
  cluster.tell("behave", {{kNew, "pull"}});
  expect_ending(apply(), Ending::kRolledBack, {"The deployment raptscallions did not come up", "ImagePullBackOff"});
  EXPECT_EQ(notes.phases.back(), Phase::kRollingBack);
  EXPECT_FALSE(notes_of(0).contains("raptscallions.org/previous-image"));
}

TEST_F(KubernetesScene, GoesBackFromPodsThatCrash) {
  cluster.tell("behave", {{kNew, "crash"}});
  expect_ending(apply(), Ending::kRolledBack, {"CrashLoopBackOff", "DATABASE_URL is missing"});
}

TEST_F(KubernetesScene, GoesBackFromPodsThatAreNeverReady) {
  cluster.tell("behave", {{kNew, "unready"}});
  expect_ending(apply(), Ending::kRolledBack, {"progressDeadlineSeconds"});
}

TEST_F(KubernetesScene, GoesBackWhenAQuotaLeavesNoRoom) {
  cluster.tell("set", {{"quota", true}});
  expect_ending(apply(), Ending::kRolledBack, {"Its pods cannot be made", "exceeded quota"});
}

TEST_F(KubernetesScene, GoesBackFromPodsThatCrashOnProbation) {
  cluster.tell("behave", {{kNew, "crash_later"}});
  auto patient = options();
  patient.watch = std::chrono::seconds(30);
  expect_ending(apply(patient), Ending::kRolledBack, {"did not stay well"});
}

TEST_F(KubernetesScene, TakesTheFirstDeploymentBackWithTheSecond) {
  cluster.tell("fault", {{"match", "PATCH .*raptscallions-worker"}, {"status", 422}, {"body", R"({"message":"no"})"}});
  expect_ending(apply(), Ending::kRolledBack, {"refused to patch deployments (apps): no"});
}

TEST_F(KubernetesScene, LeavesAloneWhatSomebodyElseHasRolledOut) {
  cluster.tell("edit", {{"name", "raptscallions"}, {"annotations", {{"raptscallions.org/image", "other"}}}});
  EXPECT_THAT(running(), HasSubstr("Nobody says which version"));
  const auto outcome = apply();
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("kubectl annotate"));
}

TEST_F(KubernetesScene, AsksAgainWhenTheApiServerStumbles) {
  cluster.tell("fault", {{"match", "PATCH"}, {"at", 2}, {"times", 3}, {"status", 503}});
  cluster.tell("fault", {{"match", "GET"}, {"at", 5}, {"times", 3}, {"close", true}});
  cluster.tell("fault", {{"match", "watch=1"}, {"times", 2}, {"status", 429}});
  cluster.tell("fault", {{"match", "PATCH"}, {"at", 5}, {"status", 409}});
  expect_ending(apply(), Ending::kUpdated, {});
}

TEST_F(KubernetesScene, SaysSoWhenTheApiServerStaysAwayAndEndsItLater) {
  cluster.tell("fault", {{"match", "."}, {"at", 18}, {"times", 1000000}, {"close", true}});
  auto hasty = options();
  hasty.patience = std::chrono::seconds(1);
  const auto outcome = apply(hasty);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->ending, Ending::kBroken);
  EXPECT_THAT(outcome->because, HasSubstr("cannot be asked"));
  EXPECT_THAT(outcome->because, HasSubstr("ends it when it is started again"));
  cluster.tell("heal");
  const auto ended = recover();
  ASSERT_TRUE(ended) << ended.error().message;
  ASSERT_TRUE(*ended);
  expect_whole((*ended)->version);
}

TEST_F(KubernetesScene, ListsAgainWhenAWatchIsTooOld) {
  cluster.tell("behave", {{kNew, "slow"}});
  http::Client client;
  KubernetesStrategy strategy(options(), client);
  std::optional<Result<Outcome>> outcome;
  std::thread compacting([this] {
    for (int i = 0; i < 20; ++i) {
      cluster.tell("compact");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    cluster.tell("behave", {{kNew, "ok"}});
  });
  runtime::run_blocking_void(apply_into(strategy, release_of("1.1.0", kNew), notes, outcome));
  compacting.join();
  expect_ending(*outcome, Ending::kUpdated, {});
}

TEST_F(KubernetesScene, ReadsTheTokenAnewForEachRequest) {
  http::Client client;
  KubernetesStrategy strategy(options(), client);
  ASSERT_TRUE(runtime::run_blocking(strategy.running()));
  cluster.tell("rotate");
  ASSERT_TRUE(runtime::run_blocking(strategy.running()));
  ASSERT_TRUE(write_file_atomically(cluster.folder() / "account" / "token", "stolen"));
  const auto refused = runtime::run_blocking(strategy.running());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("does not accept the service account's token"));
  EXPECT_THAT(refused.error().message + refused.error().log_detail, ::testing::Not(HasSubstr("stolen")));
  std::filesystem::remove(cluster.folder() / "account" / "token");
  EXPECT_THAT(running(), HasSubstr("token cannot be read"));
}

TEST_F(KubernetesScene, TrustsTheAuthorityOfTheAccountAlone) {
  Fake other("kubernetes.mjs");
  auto strange = options();
  strange.patience = std::chrono::seconds(0);
  std::filesystem::copy_file(other.folder() / "account" / "ca.crt", strange.account / "ca.crt",
                             std::filesystem::copy_options::overwrite_existing);
  http::Client client;
  KubernetesStrategy strategy(strange, client);
  const auto refused = runtime::run_blocking(strategy.running());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate"));
}

TEST_F(KubernetesScene, GoesBackOnRequest) {
  http::Client client;
  KubernetesStrategy strategy(options(), client);
  const auto nothing = runtime::run_blocking(strategy.rollback(notes));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().kind, ErrorKind::kConflict);
  expect_ending(apply(), Ending::kUpdated, {});
  const auto previous = runtime::run_blocking(strategy.previous());
  ASSERT_TRUE(previous);
  EXPECT_EQ(*previous, "1.0.0");
  expect_ending(runtime::run_blocking(strategy.rollback(notes)), Ending::kRolledBack, {});
  EXPECT_EQ(running(), "1.0.0");
}

}  // namespace
}  // namespace rapt::agent::testing
