// SPDX-License-Identifier: AGPL-3.0-or-later
// Ends the process at every single step, by SIGKILL, and looks at what the next one makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bare_fixture.hpp"

namespace rapt::agent {
namespace {

using testing::Behavior;
using testing::HeardProgress;
using ::testing::IsEmpty;
using testing::Machine;
using testing::StandInKeeper;
using testing::StandInSupply;

/// Steps are shared out among so many tests, which may run side by side.
constexpr int kShares = 6;
constexpr int kNeverKilled = -1;

/// Ends the process before the step of that number. After a step is before the next one: nothing that lasts is done
/// in between.
class Executioner final : public StepObserver {
 public:
  explicit Executioner(int moment) : moment_(moment) {}
  void before(std::string_view) override {
    if (seen_++ == moment_) ::kill(::getpid(), SIGKILL);
  }
  void after(std::string_view) override {}

 private:
  const int moment_;
  int seen_ = 0;
};

struct Scenario {
  std::string name;
  Behavior release;
  bool back = false;  ///< a roll-back after an update that went well
  Consent consent{};
};

void PrintTo(const std::tuple<Scenario, int>& one, std::ostream* out) {
  *out << std::get<0>(one).name;
}

class Killed : public ::testing::Test {
 protected:
  explicit Killed(Scenario scenario)
      : scenario_(std::move(scenario)),
        release_(machine_.release(scenario_.release)),
        next_(machine_.release({.version = "1.2.0", .migrations = 3})) {}

  /// Does it in a process of its own. True when that was killed on the way.
  bool die(int moment) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(act(moment));
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "the child could not begin";
    return WIFSIGNALED(status);
  }
  int act(int moment) {
    StandInKeeper keeper(machine_.url());
    StandInSupply supply;
    HeardProgress progress;
    if (scenario_.back) {
      BareStrategy before(machine_.options(), keeper, supply, clock_);
      if (!runtime::run_blocking(before.recover(progress))) return 1;
      if (!runtime::run_blocking(before.apply(release_, progress))) return 2;
    } else if (!runtime::run_blocking(keeper.start(machine_.home() / "releases/1.0.0", std::chrono::seconds(90)))) {
      return 3;
    }
    Executioner executioner(moment);
    BareStrategy strategy(machine_.options(), keeper, supply, clock_, &executioner);
    strategy.agree(scenario_.consent);
    const auto done = scenario_.back ? runtime::run_blocking(strategy.rollback(progress))
                                     : runtime::run_blocking(strategy.apply(release_, progress));
    return done ? 0 : 4;
  }
  /// One whole version, which serves, with a database that it knows, and nothing lying about.
  void expect_whole(StandInKeeper& keeper, BareStrategy& strategy) {
    const auto version = runtime::run_blocking(strategy.running());
    ASSERT_TRUE(version) << version.error().message;
    EXPECT_TRUE(*version == "1.0.0" || *version == "1.1.0");
    EXPECT_EQ(keeper.serving(), *version);
    const auto whole = release::read_folder(machine_.home() / "releases" / *version, true);
    EXPECT_TRUE(whole) << whole.error().message;
    const auto previous = runtime::run_blocking(strategy.previous()).value();
    EXPECT_TRUE(!previous || release::read_folder(machine_.home() / "releases" / *previous, true));
    EXPECT_NE(previous, *version);
    EXPECT_THAT(machine_.left_over(), IsEmpty());
    EXPECT_FALSE(machine_.is_member());
    // With a pause the old programs know their own schema alone.
    if (scenario_.consent.downtime) {
      EXPECT_EQ(machine_.schema(), *version == "1.0.0" ? 1 : 2);
    }
    EXPECT_EQ(machine_.ask("SELECT name AS value FROM people"), "Ada");
    EXPECT_EQ(machine_.words(), "hello");
  }
  void recover_and_go_on() {
    StandInKeeper keeper(machine_.url());
    StandInSupply supply;
    HeardProgress progress;
    auto options = machine_.options();
    BareStrategy strategy(options, keeper, supply, clock_);
    const auto recovered = runtime::run_blocking(strategy.recover(progress));
    ASSERT_TRUE(recovered) << recovered.error().message;
    if (*recovered) {
      EXPECT_NE((*recovered)->ending, Ending::kBroken) << (*recovered)->because;
    }
    expect_whole(keeper, strategy);
    // Only what concerns the way itself was to be tried again.
    options.backups = 0;
    BareStrategy again(options, keeper, supply, clock_);
    const auto applied = runtime::run_blocking(again.apply(next_, progress));
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(applied->ending, Ending::kUpdated) << applied->because;
    EXPECT_EQ(keeper.serving(), "1.2.0");
  }

  const Scenario scenario_;
  Machine machine_;
  const marketplace::VouchedRelease release_, next_;
  const SystemClock clock_;
};

class KilledAtEveryStep : public Killed, public ::testing::WithParamInterface<std::tuple<Scenario, int>> {
 protected:
  KilledAtEveryStep() : Killed(std::get<0>(GetParam())) {}
};

TEST_P(KilledAtEveryStep, EndsInOneWholeVersion) {
  const int share = std::get<1>(GetParam());
  for (int moment = share;; moment += kShares) {
    SCOPED_TRACE("moment " + std::to_string(moment));
    machine_.reset(!scenario_.consent.downtime);
    const bool killed = die(moment);
    if (!killed) {
      EXPECT_GE(moment, 7) << "so few steps cannot be all of them";
      return;
    }
    recover_and_go_on();
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

const std::vector<Scenario> kScenarios{
    {.name = "Good", .release = {.migrations = 2}},
    {.name = "Failing", .release = {.migrations = 2, .when_starting = "exit 3"}},
    {.name = "Rollback", .release = {.migrations = 2}, .back = true},
    {.name = "GoodWithAPause", .release = {.migrations = 2, .schema_from = "1.1.0"}, .consent = {.downtime = true}},
    {.name = "FailingWithAPause",
     .release = {.migrations = 2, .schema_from = "1.1.0", .when_starting = "exit 3"},
     .consent = {.downtime = true}},
    {.name = "RollbackOfTheDatabase",
     .release = {.migrations = 2},
     .back = true,
     .consent = {.restore_database = true}}};

INSTANTIATE_TEST_SUITE_P(Bare, KilledAtEveryStep,
                         ::testing::Combine(::testing::ValuesIn(kScenarios), ::testing::Range(0, kShares)),
                         [](const auto& one) {
                           return std::get<0>(one.param).name + std::to_string(std::get<1>(one.param));
                         });

/// The migration itself ends the process that waits for it.
class KilledWhileMigrating : public Killed {
 protected:
  KilledWhileMigrating()
      : Killed({.name = "Migrating", .release = {.migrations = 3, .when_migrated = "kill -KILL $PPID; sleep 600"}}) {}
};

TEST_F(KilledWhileMigrating, EndsInTheVersionBefore) {
  machine_.reset();
  ASSERT_TRUE(die(kNeverKilled));
  EXPECT_EQ(machine_.schema(), 2) << "it was in the middle";
  recover_and_go_on();
}

}  // namespace
}  // namespace rapt::agent
