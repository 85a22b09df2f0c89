// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "rapt/runtime/runtime.hpp"
#include "scene.hpp"

namespace rapt::agent::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr const char* kPublished =
    R"({"HostConfig":{"PortBindings":{"3000/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}}})";

class Docker : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = Scene::missing(); !missing.empty()) GTEST_SKIP() << missing;
    scene = new_scene();
    options = scene->options();
  }
  Outcome went(const std::string& image) {
    auto outcome = apply(options, scene->release(image), notes);
    if (!outcome) throw std::runtime_error("did not begin: " + outcome.error().message + outcome.error().log_detail);
    return *outcome;
  }
  Error refused(const std::string& image) {
    auto outcome = apply(options, scene->release(image), notes);
    if (outcome) throw std::runtime_error("began: " + outcome->because);
    return outcome.error();
  }
  std::string version() {
    http::Client client;
    auto running = runtime::run_blocking(docker_strategy(options, client)->running());
    return running ? *running : running.error().message;
  }
  void expect_old() { EXPECT_THAT(scene->containers(), ElementsAre(Pair("server", "1.0.0"))); }

  std::shared_ptr<Scene> scene;
  DockerOptions options;
  Notes notes;
};

TEST_F(Docker, BringsServersAndWorkersToTheRelease) {
  scene->run("server", "server");
  scene->run("worker", "worker", R"({"Healthcheck":{"Test":["NONE"]}})");
  EXPECT_EQ(version(), "1.0.0");
  const Outcome outcome = went("two");
  EXPECT_EQ(outcome.ending, Ending::kUpdated) << outcome.because;
  EXPECT_EQ(outcome.version, "1.1.0");
  EXPECT_EQ(outcome.because, "");
  EXPECT_THAT(scene->containers(), ElementsAre(Pair("server", "1.1.0"), Pair("worker", "1.1.0")));
  EXPECT_EQ(version(), "1.1.0");
  for (const Phase phase : {Phase::kDownloading, Phase::kMigrating, Phase::kStarting, Phase::kWatching})
    EXPECT_TRUE(notes.has(phase)) << name(phase);
}

TEST_F(Docker, KeepsWhatTheUserHasSetAndTakesTheRestFromTheNewImage) {
  scene->run("server", "server",
             R"({"Env":["DATABASE_URL=postgresql://db/x","RELEASE_OF=mine"],"HostConfig":{"Binds":["files:/files"]}})");
  const json old = scene->inspect("server");
  ASSERT_EQ(went("two").ending, Ending::kUpdated);
  const json made = scene->inspect("server");
  EXPECT_NE(made["Id"], old["Id"]);
  const auto environment = made["Config"]["Env"].get<std::vector<std::string>>();
  EXPECT_THAT(environment, AllOf(Contains("DATABASE_URL=postgresql://db/x"), Contains("RELEASE_OF=mine"),
                                 Contains("RELEASE=1.1.0"), Not(Contains("RELEASE=1.0.0"))));
  EXPECT_EQ(made["Config"]["Image"], scene->image("two"));
  EXPECT_EQ(made["Config"]["Labels"]["kept"], "yes");
  EXPECT_EQ(made["Config"]["Labels"][std::string(kVersionLabel)], "1.1.0");
  EXPECT_EQ(made["Config"]["StopTimeout"], 5);
  EXPECT_EQ(made["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
  EXPECT_THAT(made["NetworkSettings"]["Networks"]["app"]["Aliases"].get<std::vector<std::string>>(),
              Contains("server"));
  std::map<std::string, std::string> before;
  std::map<std::string, std::string> after;
  for (const json& each : old["Mounts"]) before[each["Destination"]] = each["Name"];
  for (const json& each : made["Mounts"]) after[each["Destination"]] = each["Name"];
  EXPECT_EQ(after, before) << "volumes without a name are carried over, too";
  EXPECT_EQ(before.size(), 2U);
}

TEST_F(Docker, EndsTheOldOneOnlyWhenTheNewOneIsHealthyWhereNoPortIsPublished) {
  scene->run("server", "server");
  ASSERT_EQ(went("two").ending, Ending::kUpdated);
  std::vector<std::string> order;
  for (const std::string& change : scene->changes()) {
    for (const char* verb : {"/start", "/stop"}) {
      if (change.ends_with(verb)) order.emplace_back(verb);
    }
  }
  EXPECT_THAT(order, ElementsAre("/start", "/start", "/stop")) << "the migration, the new one, the old one";
}

TEST_F(Docker, EndsTheOldOneFirstWhereAPortIsPublished) {
  if (Scene::is_real()) return;  // its engine has no bridge with an address of the machine
  scene->run("server", "server", kPublished);
  ASSERT_EQ(went("two").ending, Ending::kUpdated);
  EXPECT_THAT(scene->containers(), ElementsAre(Pair("server", "1.1.0")));
  EXPECT_EQ(scene->inspect("server")["HostConfig"]["PortBindings"]["3000/tcp"][0]["HostPort"], "8080");
  EXPECT_TRUE(notes.has(Phase::kSwitching));
}

TEST_F(Docker, GoesBackFromANewOneThatTakesThePortAndIsNotHealthy) {
  if (Scene::is_real()) return;
  scene->run("server", "server", kPublished);
  EXPECT_EQ(went("sick").ending, Ending::kRolledBack);
  expect_old();
  EXPECT_EQ(scene->inspect("server")["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
}

TEST_F(Docker, GoesBackWhenTheNewOneIsNotHealthy) {
  scene->run("server", "server");
  const std::string id = scene->inspect("server")["Id"];
  const Outcome outcome = went("sick");
  EXPECT_EQ(outcome.ending, Ending::kRolledBack);
  EXPECT_EQ(outcome.version, "1.0.0");
  EXPECT_THAT(outcome.because, AllOf(HasSubstr("server is not healthy"), HasSubstr("not ready: no database")));
  expect_old();
  EXPECT_EQ(scene->inspect("server")["Id"], id) << "the very one that ran before";
  EXPECT_EQ(scene->inspect("server")["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
}

TEST_F(Docker, GoesBackAndSaysTheLastWordsWhenTheNewOneEnds) {
  scene->run("server", "server");
  const Outcome outcome = went("ends");
  EXPECT_EQ(outcome.ending, Ending::kRolledBack);
  EXPECT_THAT(outcome.because,
              AllOf(AnyOf(HasSubstr("server ended with status 3"), HasSubstr("server ends again and again")),
                    HasSubstr("cannot serve: no such setting")));
  expect_old();
}

TEST_F(Docker, GoesBackWithAllOfThemWhenTheSecondFails) {
  scene->run("server", "server");
  scene->run("worker", "worker");
  scene->fault("^POST /containers/create\\?name=worker-next", "fail", 1, "no more room for containers");
  const Outcome outcome = went("two");
  EXPECT_EQ(outcome.ending, Ending::kRolledBack);
  EXPECT_THAT(outcome.because, AllOf(HasSubstr("could not make the container worker-next"), HasSubstr("no more room")));
  EXPECT_THAT(scene->containers(), ElementsAre(Pair("server", "1.0.0"), Pair("worker", "1.0.0")));
}

TEST_F(Docker, GoesBackWhenTheNewOneEndsWhileItIsWatched) {
  scene->run("server", "server");
  options.watch = std::chrono::seconds(120);
  const Outcome outcome = went("later");
  EXPECT_EQ(outcome.ending, Ending::kRolledBack);
  EXPECT_TRUE(notes.has(Phase::kWatching));
  EXPECT_THAT(outcome.because,
              AllOf(AnyOf(HasSubstr("server ended with status 4"), HasSubstr("server ends again and again")),
                    HasSubstr("gave up")));
  expect_old();
}

TEST_F(Docker, ChangesNothingWhenTheMigrationFails) {
  scene->run("server", "server");
  const Outcome outcome = went("unmigrated");
  EXPECT_EQ(outcome.ending, Ending::kFailed);
  EXPECT_THAT(outcome.because, AllOf(HasSubstr("rapt migrate"), HasSubstr("ended with status 1"),
                                     HasSubstr("migration 0011 failed: relation exists")));
  expect_old();
}

TEST_F(Docker, CopiesTheDatabaseBeforeItMigrates) {
  scene->run("server", "server");
  std::vector<std::string> backed_up;
  options.backup = [&](std::string version) -> Task<Result<void>> {
    backed_up.push_back(version);
    const auto asked = scene->changes();
    EXPECT_THAT(asked, ElementsAre(HasSubstr("/images/create")));
    co_return Error::unavailable("postgres", "The disk is full.");
  };
  const Outcome outcome = went("two");
  EXPECT_EQ(outcome.ending, Ending::kFailed);
  EXPECT_THAT(outcome.because, HasSubstr("The disk is full."));
  EXPECT_THAT(backed_up, ElementsAre("1.0.0"));
  expect_old();
}

TEST_F(Docker, RefusesImagesThatAreNotNamedByTheirDigest) {
  scene->run("server", "server");
  auto release = scene->release("two");
  for (const char* image : {"", "raptscallions:1.1.0", "raptscallions@sha256:abc", "../x@sha256:abc", "a b"}) {
    release.release.image = image;
    const auto outcome = apply(options, release);
    ASSERT_FALSE(outcome) << image;
    EXPECT_EQ(outcome.error().kind, ErrorKind::kConflict) << image;
  }
  EXPECT_TRUE(scene->changes().empty());
}

TEST_F(Docker, RefusesAnImageOfAnotherVersionThanWasSigned) {
  scene->run("server", "server");
  const Outcome outcome = went("other");
  EXPECT_EQ(outcome.ending, Ending::kFailed);
  EXPECT_THAT(outcome.because, HasSubstr("it says that it is 9.9.9"));
  expect_old();
}

TEST_F(Docker, SaysWhenTheRegistryHasNoSuchImage) {
  scene->run("server", "server");
  auto release = scene->release("two");
  release.release.image = release.release.image.substr(0, release.release.image.size() - 64) + std::string(64, '0');
  const auto outcome = apply(options, release);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ending, Ending::kFailed);
  EXPECT_THAT(outcome->because, AllOf(HasSubstr("could not fetch"), HasSubstr("manifest unknown")));
  expect_old();
}

TEST_F(Docker, SaysThatTheDiskIsFullWhenAPullEndsSo) {
  scene->run("server", "server");
  scene->fault("^POST /images/create", "full");
  const Outcome outcome = went("two");
  EXPECT_EQ(outcome.ending, Ending::kFailed);
  EXPECT_THAT(outcome.because, HasSubstr("The disk of the Docker host is full"));
  EXPECT_THAT(notes.phases, Contains(Pair(Phase::kDownloading, "1 of 4 MiB")));
  expect_old();
}

TEST_F(Docker, RefusesWhereANameItNeedsIsTaken) {
  scene->run("server", "server");
  scene->run("server-next", "other");
  EXPECT_THAT(refused("two").message, AllOf(HasSubstr("a container server-next already"), HasSubstr("docker rm")));
  EXPECT_TRUE(scene->changes().empty());
}

TEST_F(Docker, GoesBackWhenANameIsTakenInTheMiddle) {
  scene->run("server", "server");
  scene->fault("^POST /containers/.*/rename\\?name=server$", "fail", 1, "Conflict. The container name is in use");
  EXPECT_EQ(went("two").ending, Ending::kRolledBack);
  expect_old();
}

TEST_F(Docker, RefusesWhatItCouldNotBringBack) {
  scene->run("server", "server", R"({"HostConfig":{"AutoRemove":true,"RestartPolicy":{"Name":"no"}}})");
  EXPECT_THAT(refused("two").message, HasSubstr("--rm"));
  scene->remove_all();
  scene->run("server", "server");
  scene->run("worker", "worker");
  static_cast<void>(scene->ask("POST", "/containers/worker/stop"));
  EXPECT_THAT(refused("two").message, HasSubstr("worker does not run (exited)"));
}

TEST_F(Docker, RefusesAReleaseWhoseSchemaTheRunningProgramsDoNotKnow) {
  scene->run("server", "server");
  auto release = scene->release("two");
  release.release.schema_from = "1.0.5";
  const auto outcome = apply(options, release);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(outcome.error().message, HasSubstr("Go to 1.0.5 first"));
}

TEST_F(Docker, SaysWhenNoContainerIsLabelledOrNoEngineListens) {
  EXPECT_THAT(refused("two").message,
              HasSubstr("No container has the labels org.raptscallions.instance=raptscallions"));
  options.socket = "/nowhere/docker.sock";
  const Error error = refused("two");
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(error.message, HasSubstr("The Docker Engine at /nowhere/docker.sock cannot be asked"));
}

TEST_F(Docker, LeavesContainersOfOtherInstancesAlone) {
  scene->run("server", "server");
  scene->run("theirs", "server", R"({"Labels":{"org.raptscallions.instance":"theirs"}})");
  ASSERT_EQ(went("two").ending, Ending::kUpdated);
  EXPECT_THAT(scene->containers(), ElementsAre(Pair("server", "1.1.0"), Pair("theirs", "1.0.0")));
}

TEST_F(Docker, TakesTheInstanceOfTheContainerThatItRunsIn) {
  scene->run("theirs", "server", R"({"Labels":{"org.raptscallions.instance":"theirs"}})");
  scene->run("agent", "agent", R"({"Labels":{"org.raptscallions.instance":"theirs"}})");
  std::ofstream(options.mounts) << "87 69 254:0 /var/lib/docker/containers/" +
                                       scene->inspect("agent")["Id"].get<std::string>() +
                                       "/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw\n";
  ASSERT_EQ(went("two").ending, Ending::kUpdated);
  EXPECT_THAT(scene->containers(), ElementsAre(Pair("agent", "1.0.0"), Pair("theirs", "1.1.0")));
  std::filesystem::remove(options.mounts);
}

TEST_F(Docker, GoesBackOnRequestOnceAndNotFurther) {
  scene->run("server", "server");
  EXPECT_EQ(rollback(options).error().kind, ErrorKind::kConflict);
  ASSERT_EQ(went("two").ending, Ending::kUpdated);
  const auto back = rollback(options);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->ending, Ending::kUpdated) << back->because;
  EXPECT_EQ(back->version, "1.0.0");
  expect_old();
  EXPECT_EQ(rollback(options).error().kind, ErrorKind::kConflict);
}

TEST_F(Docker, GoesBackWhenTheEngineFailsInTheMiddleOfAnything) {
  for (const char* where : {"^POST /containers/create\\?name=server-next", "^POST /containers/[^/]+/update",
                            "^POST /containers/[^/]+/stop", "^POST /containers/[^/]+/rename"}) {
    for (const char* how : {"fail", "cut", "lost"}) {
      scene->remove_all();
      scene->run("server", "server");
      // libcurl asks a second time when a connection that it had used before goes.
      scene->fault(where, how, 1, {}, std::string(how) == "fail" ? 1 : 2);
      const Outcome outcome = went("two");
      EXPECT_EQ(outcome.ending, Ending::kRolledBack) << where << " " << how << ": " << outcome.because;
      EXPECT_NE(outcome.because, "");
      expect_old();
    }
  }
}

TEST_F(Docker, SaysThatNothingIsWholeWhileTheEngineIsAwayAndMendsItAfterwards) {
  scene->run("server", "server");
  options.patience = std::chrono::seconds(1);
  scene->fault("^POST /containers/[^/]+/stop", "away");
  const Outcome outcome = went("two");
  EXPECT_EQ(outcome.ending, Ending::kBroken);
  EXPECT_THAT(outcome.because, AllOf(HasSubstr("could not be brought back"), HasSubstr("when the agent starts")));
  EXPECT_EQ(refused("two").kind, ErrorKind::kUnavailable) << "nothing new before the old is ended";
  scene->clear_fault();
  options.patience = scene->options().patience;
  const auto mended = recover(options);
  ASSERT_TRUE(mended && *mended);
  EXPECT_EQ((*mended)->ending, Ending::kRolledBack) << (*mended)->because;
  expect_old();
  const auto nothing = recover(options);
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->has_value());
}

TEST_F(Docker, DoesNotWaitForAnEngineThatHangs) {
  scene->run("server", "server");
  options.answer = std::chrono::seconds(10);
  scene->fault("^POST /containers/create\\?name=server-next", "hang");
  const Outcome outcome = went("two");
  EXPECT_EQ(outcome.ending, Ending::kRolledBack);
  EXPECT_THAT(outcome.because, HasSubstr("did not answer in 10 seconds"));
  expect_old();
}

TEST_F(Docker, ToleratesAnEngineThatIsAwayForAMomentWhileItOnlyLooks) {
  scene->run("server", "server");
  scene->fault("^GET /containers/[0-9a-f]{64}/json", "cut", 4, {}, 6);
  EXPECT_EQ(went("two").ending, Ending::kUpdated);
}

TEST_F(Docker, SaysWhenItsJournalIsDamaged) {
  scene->run("server", "server");
  for (const char* text : {"{", "[]", R"({"work":{}})", R"({"past":3})"}) {
    std::ofstream(options.journal, std::ios::trunc) << text;
    const auto recovered = recover(options);
    ASSERT_FALSE(recovered) << text;
    EXPECT_THAT(recovered.error().message, AllOf(HasSubstr("docker-update.json"), HasSubstr("damaged")));
  }
}

}  // namespace
}  // namespace rapt::agent::testing
