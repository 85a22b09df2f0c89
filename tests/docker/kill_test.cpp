// SPDX-License-Identifier: AGPL-3.0-or-later
// The process that updates is killed at every single request that changes something: before the engine has done it, and
// after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "scene.hpp"

namespace rapt::agent::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Pair;

DockerOptions hurried(DockerOptions options) {
  options.watch = std::chrono::seconds(0);
  options.settle = std::chrono::seconds(0);
  options.interval = std::chrono::milliseconds(20);
  options.patience = std::chrono::seconds(60);
  return options;
}

/// What is killed: DockerKilled runs it.
TEST(DockerKilledChild, DISABLED_Updates) {
  DockerOptions options;
  options.socket = std::getenv("RAPT_TEST_SOCKET");
  options.journal = std::getenv("RAPT_TEST_JOURNAL");
  marketplace::VouchedRelease release;
  release.release.version = "1.1.0";
  release.release.image = std::getenv("RAPT_TEST_IMAGE");
  const auto outcome = apply(hurried(options), release);
  FAIL() << "it was to be killed: " << (outcome ? outcome->because : outcome.error().message);
}

class DockerKilled : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (const std::string missing = Scene::missing(); !missing.empty()) GTEST_SKIP() << missing;
    scene = new_scene();
    options = hurried(scene->options());
  }
  void begin_anew() {
    scene->remove_all();
    scene->run("server", "server", R"({"Healthcheck":{"Test":["NONE"]}})");
    scene->run("worker", "worker", R"({"Healthcheck":{"Test":["NONE"]}})");
  }
  /// Of an update whose image has been fetched already, as in all that follow.
  std::size_t count_changes() {
    for (int round = 0; round < 2; ++round) {
      begin_anew();
      auto outcome = apply(options, scene->release("two"));
      EXPECT_TRUE(outcome && outcome->ending == Ending::kUpdated);
    }
    return scene->changes().size();
  }
  /// Updates in a process of its own, which ends at that change.
  void update_and_die(std::size_t at) {
    std::string words[] = {"rapt_docker_tests", "--gtest_filter=DockerKilledChild.*",
                           "--gtest_also_run_disabled_tests"};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    setenv("RAPT_TEST_SOCKET", options.socket.c_str(), 1);
    setenv("RAPT_TEST_JOURNAL", options.journal.c_str(), 1);
    setenv("RAPT_TEST_IMAGE", scene->image("two").c_str(), 1);
    pid_t child = -1;
    ASSERT_EQ(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ), 0);
    scene->await_hit();
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it was to be killed at change " << at;
    scene->clear_fault();
  }

  std::shared_ptr<Scene> scene;
  DockerOptions options;
};

TEST_P(DockerKilled, LeavesOneWholeVersionWhereverItWas) {
  const std::size_t all = count_changes();
  ASSERT_GT(all, 12U);
  for (std::size_t at = 1; at <= all; at += Scene::is_real() ? 4 : 1) {
    SCOPED_TRACE(at);
    begin_anew();
    scene->fault("^(POST|DELETE)", GetParam(), static_cast<int>(at));
    update_and_die(at);
    const auto recovered = recover(options);
    ASSERT_TRUE(recovered) << recovered.error().message;
    ASSERT_TRUE(recovered->has_value());
    const auto& [ending, version, because] = **recovered;
    EXPECT_EQ(ending == Ending::kUpdated, because.empty()) << because;
    EXPECT_NE(ending, Ending::kBroken) << because;
    EXPECT_THAT(scene->containers(), ElementsAre(Pair("server", version), Pair("worker", version)));
    EXPECT_EQ(version, ending == Ending::kUpdated ? "1.1.0" : "1.0.0");
    const auto again = recover(options);
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->has_value());
  }
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, DockerKilled, ::testing::Values("hang", "stall"),
                         [](const auto& each) { return std::string(each.param) == "hang" ? "Before" : "After"; });

}  // namespace
}  // namespace rapt::agent::testing
