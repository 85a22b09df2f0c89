// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/process/limited_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace rapt::process {
namespace {

using ::testing::HasSubstr;

bool always() {
  return true;
}

Result<ProcessOutcome> shell(const std::string& script, ProcessLimits limits = {}) {
  return run_limited({"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin", "WORD=given"}, limits, always);
}

TEST(LimitedProcess, TellsWhatAProgramDid) {
  const auto done = shell("echo $WORD; echo no >&2; exit 7");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->status, 7);
  EXPECT_EQ(done->output, "given\n");
  EXPECT_EQ(done->errors, "no\n");
  EXPECT_FALSE(done->too_slow || done->too_much);
}

TEST(LimitedProcess, GivesNothingOfItsOwnEnvironment) {
  setenv("A_SECRET_OF_THE_SERVER", "hunter2", 1);
  const auto done = shell("env");
  ASSERT_TRUE(done);
  EXPECT_THAT(done->output, ::testing::Not(HasSubstr("hunter2")));
  unsetenv("A_SECRET_OF_THE_SERVER");
}

TEST(LimitedProcess, EndsWhatIsTooSlowWithItsChildren) {
  std::string said;
  // On a busy machine the time may be over before the shell has begun.
  for (auto time = std::chrono::seconds(1); said.empty() && time < std::chrono::minutes(1); time *= 2) {
    const auto done = shell("sleep 600 & echo $!; wait", {.time = time});
    ASSERT_TRUE(done);
    EXPECT_TRUE(done->too_slow);
    EXPECT_EQ(done->status, 128 + SIGKILL);
    said = done->output;
  }
  // The child was killed with its group; its new parent reaps it when it gets to it.
  const auto child = std::stoi(said);
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (kill(child, 0) == 0) {
    const auto state = shell("cut -d' ' -f3 /proc/" + std::to_string(child) + "/stat 2>/dev/null");
    if (!state || state->output == "Z\n") break;
    ASSERT_LT(std::chrono::steady_clock::now(), until) << "the child lives on";
  }
}

TEST(LimitedProcess, EndsWhatSaysTooMuch) {
  const auto done = shell("yes", {.output_bytes = 100000});
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->too_much);
}

TEST(LimitedProcess, EndsWhatNobodyWantsAnyMore) {
  const auto done = run_limited({"/bin/sh", "-c", "sleep 600"}, {}, {}, [] { return false; });
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->too_slow);
  EXPECT_FALSE(run_limited({"/no/such/program"}, {}, {}, always));
}

}  // namespace
}  // namespace rapt::process
