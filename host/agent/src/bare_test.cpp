// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/bare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "bare_fixture.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Behavior;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HeardProgress;
using ::testing::IsEmpty;
using testing::Machine;
using testing::StandInKeeper;
using testing::StandInSupply;

std::string message_of(const Error& error) {
  return error.message + " " + error.log_detail;
}

class Bare : public ::testing::Test {
 protected:
  Bare() { machine_.reset(); }
  void begin(BareOptions options) {
    strategy_ = std::make_unique<BareStrategy>(std::move(options), keeper_, supply_, clock_);
    const auto recovered = runtime::run_blocking(strategy_->recover(progress_));
    ASSERT_TRUE(recovered) << message_of(recovered.error());
    ASSERT_FALSE(*recovered) << (*recovered)->because;
    ASSERT_EQ(keeper_.serving(), "1.0.0");
    progress_.phases.clear();
  }
  void begin() { begin(machine_.options()); }
  /// For Behavior::when_ready: what the new server does when it is being watched.
  std::string once_watched(const std::string& words) {
    const auto file = machine_.folder() / "watched";
    progress_.on_phase = [file](Phase phase) {
      if (phase == Phase::kWatching) std::ofstream(file) << "yes";
    };
    return "until [ -e '" + file.string() + "' ]; do sleep 0.01; done; " + words;
  }
  Outcome apply(const Behavior& b, Consent consent = {}) {
    strategy_->agree(consent);
    const auto done = runtime::run_blocking(strategy_->apply(machine_.release(b), progress_));
    if (!done) return {Ending::kBroken, "", "ERROR: " + message_of(done.error())};
    return *done;
  }
  Outcome rollback(Consent consent = {}) {
    strategy_->agree(consent);
    const auto done = runtime::run_blocking(strategy_->rollback(progress_));
    if (!done) return {Ending::kBroken, "", "ERROR: " + message_of(done.error())};
    return *done;
  }
  /// That everything is as before an update that failed.
  void expect_untouched() {
    EXPECT_EQ(keeper_.serving(), "1.0.0");
    EXPECT_EQ(machine_.link("current"), "releases/1.0.0");
    EXPECT_EQ(machine_.link("previous"), "releases/0.9.0");
    EXPECT_FALSE(fs::exists(machine_.home() / "releases/1.1.0"));
    EXPECT_THAT(machine_.left_over(), IsEmpty());
    EXPECT_FALSE(machine_.is_member());
  }
  [[nodiscard]] std::vector<std::string> backups() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(machine_.home() / "backups")) out.push_back(entry.path().string());
    return out;
  }

  Machine machine_;
  StandInKeeper keeper_{machine_.url()};
  StandInSupply supply_;
  HeardProgress progress_;
  SystemClock clock_;
  std::unique_ptr<BareStrategy> strategy_;
};

TEST_F(Bare, GoesToTheNextReleaseAndKeepsTheOneBefore) {
  begin();
  const auto done = apply({.migrations = 2});
  EXPECT_EQ(done.ending, Ending::kUpdated) << done.because;
  EXPECT_EQ(done.version, "1.1.0");
  EXPECT_EQ(done.because, "");
  EXPECT_EQ(keeper_.serving(), "1.1.0");
  EXPECT_EQ(machine_.link("current"), "releases/1.1.0");
  EXPECT_EQ(machine_.link("previous"), "releases/1.0.0");
  EXPECT_FALSE(fs::exists(machine_.home() / "releases/0.9.0"));
  EXPECT_THAT(machine_.left_over(), IsEmpty());
  EXPECT_EQ(machine_.schema(), 2);
  EXPECT_EQ(supply_.given_back, 1);
  EXPECT_THAT(progress_.phases, ElementsAre(Phase::kDownloading, Phase::kUnpacking, Phase::kBackingUp,
                                            Phase::kMigrating, Phase::kStarting, Phase::kSwitching, Phase::kWatching));
  EXPECT_EQ(runtime::run_blocking(strategy_->running()).value(), "1.1.0");
  EXPECT_EQ(runtime::run_blocking(strategy_->previous()).value(), "1.0.0");
}

TEST_F(Bare, MakesACopyOfTheDatabaseThatNobodyElseMayRead) {
  begin();
  ASSERT_EQ(apply({}).ending, Ending::kUpdated);
  ASSERT_EQ(backups().size(), 1U);
  const fs::path copy = backups()[0];
  EXPECT_THAT(copy.filename().string(), ::testing::MatchesRegex("[0-9]+T[0-9]+Z-1\\.0\\.0\\.dump"));
  EXPECT_EQ(fs::status(copy).permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(copy.parent_path()).permissions(), fs::perms(0700));
  EXPECT_FALSE(machine_.is_member()) << "the host is in the module's role for the time of the copy alone";
}

TEST_F(Bare, MakesNoCopyWhenNoneIsAskedFor) {
  auto options = machine_.options();
  options.backups = 0;
  begin(options);
  ASSERT_EQ(apply({}).ending, Ending::kUpdated);
  EXPECT_THAT(backups(), IsEmpty());
}

TEST_F(Bare, RefusesWhatItMayNotGoToBeforeAnythingIsFetched) {
  begin();
  EXPECT_THAT(apply({.version = "1.0.0"}).because, HasSubstr("not newer than 1.0.0"));
  EXPECT_THAT(apply({.version = "0.8.0"}).because, HasSubstr("rapt update rollback"));
  EXPECT_THAT(apply({.min_from = "1.0.5"}).because, HasSubstr("Go to 1.0.5 first"));
  EXPECT_THAT(apply({.schema_from = "1.1.0"}).because, HasSubstr("--with-downtime"));
  auto strange = machine_.release({});
  strange.release.architecture = "m68k-linux-gnu";
  const auto refused = runtime::run_blocking(strategy_->apply(strange, progress_));
  EXPECT_THAT(refused.error().message, HasSubstr("m68k-linux-gnu"));
  EXPECT_THAT(progress_.phases, IsEmpty());
  expect_untouched();
}

TEST_F(Bare, StaysWhenTheRegistryIsAway) {
  begin();
  auto release = machine_.release({});
  release.path += ".gone";
  const auto done = runtime::run_blocking(strategy_->apply(release, progress_)).value();
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, AllOf(HasSubstr("failed while downloading"), HasSubstr("The registry cannot be reached")));
  expect_untouched();
}

TEST_F(Bare, StaysWhenTheArchiveIsAnotherThanWasSigned) {
  begin();
  auto done = apply({.says_version = "1.1.1"});
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, HasSubstr("version is \"1.1.1\""));
  done = apply({.architecture = "aarch64-linux-gnu"});
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, HasSubstr("architecture is \"aarch64-linux-gnu\""));
  auto release = machine_.release({});
  release.release.schema_from = "0.9.0";
  done = runtime::run_blocking(strategy_->apply(release, progress_)).value();
  EXPECT_THAT(done.because, HasSubstr("schema_from is \"\""));
  expect_untouched();
}

TEST_F(Bare, StaysWhenTheArchiveIsCutOff) {
  begin();
  auto release = machine_.release({});
  fs::resize_file(release.path, release.bytes / 2);
  const auto done = runtime::run_blocking(strategy_->apply(release, progress_)).value();
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, HasSubstr("failed while unpacking"));
  expect_untouched();
}

TEST_F(Bare, StaysWhenAMigrationFails) {
  begin();
  const auto done = apply({.migrations = 2, .when_migrating = "echo 'no such thing' >&2; exit 1"});
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, AllOf(HasSubstr("failed while migrating"), HasSubstr("no such thing")));
  EXPECT_EQ(machine_.schema(), 1);
  expect_untouched();
}

TEST_F(Bare, GoesBackWhenTheNewOneDoesNotStart) {
  begin();
  const auto done = apply({.migrations = 2, .when_starting = "exit 3"});
  EXPECT_EQ(done.ending, Ending::kRolledBack) << done.because;
  EXPECT_EQ(done.version, "1.0.0");
  EXPECT_THAT(done.because, HasSubstr("failed while starting"));
  expect_untouched();
  EXPECT_EQ(apply({.version = "1.2.0", .migrations = 2}).ending, Ending::kUpdated);
}

TEST_F(Bare, GoesBackWhenTheNewOneEndsWhileItIsWatched) {
  auto options = machine_.options();
  options.watch = std::chrono::minutes(10);
  begin(options);
  const auto done = apply({.when_ready = once_watched("exit 1")});
  EXPECT_EQ(done.ending, Ending::kRolledBack) << done.because;
  EXPECT_THAT(done.because, HasSubstr("The new server ended"));
  expect_untouched();
}

TEST_F(Bare, GoesBackWhenTheNewOneIsReadyAndThenIsNot) {
  auto options = machine_.options();
  options.watch = std::chrono::minutes(10);
  begin(options);
  const auto done = apply({.when_ready = once_watched("echo unready")});
  EXPECT_EQ(done.ending, Ending::kRolledBack) << done.because;
  EXPECT_THAT(done.because, HasSubstr("was not ready for 0 s"));
  EXPECT_EQ(progress_.phases.back(), Phase::kRollingBack);
  expect_untouched();
}

TEST_F(Bare, RefusesASecondUpdateWhileOneIsUnderWay) {
  begin();
  StandInKeeper other_keeper(machine_.url());
  BareStrategy other(machine_.options(), other_keeper, supply_, clock_);
  std::string refusal;
  const auto second = machine_.release({.version = "1.2.0"});
  progress_.on_phase = [&](Phase phase) {
    if (phase != Phase::kMigrating) return;
    HeardProgress heard;
    const auto refused = runtime::run_blocking(other.apply(second, heard));
    refusal = refused ? "not refused" : refused.error().message;
  };
  EXPECT_EQ(apply({}).ending, Ending::kUpdated);
  EXPECT_THAT(refusal, HasSubstr("Another update of this machine is under way"));
}

TEST_F(Bare, GoesBackWhenAskedAndLeavesTheSchema) {
  begin();
  ASSERT_EQ(apply({.migrations = 2}).ending, Ending::kUpdated);
  const auto done = rollback();
  EXPECT_EQ(done.ending, Ending::kUpdated) << done.because;
  EXPECT_EQ(done.version, "1.0.0");
  EXPECT_EQ(keeper_.serving(), "1.0.0");
  EXPECT_EQ(machine_.link("current"), "releases/1.0.0");
  EXPECT_EQ(machine_.link("previous"), "");
  EXPECT_EQ(machine_.schema(), 2);
  EXPECT_THAT(machine_.left_over(), IsEmpty());
  EXPECT_THAT(rollback().because, HasSubstr("no release before 1.0.0"));
}

TEST_F(Bare, MendsTheLinkThatNamesNothing) {
  fs::remove(machine_.home() / "current");
  fs::create_directory_symlink("releases/7.0.0", machine_.home() / "current");
  strategy_ = std::make_unique<BareStrategy>(machine_.options(), keeper_, supply_, clock_);
  const auto done = runtime::run_blocking(strategy_->recover(progress_)).value();
  ASSERT_TRUE(done);
  EXPECT_THAT(done->because, AllOf(HasSubstr("named 7.0.0"), HasSubstr("1.0.0")));
  EXPECT_EQ(machine_.link("current"), "releases/1.0.0");
  EXPECT_EQ(machine_.link("previous"), "releases/0.9.0");
  EXPECT_EQ(keeper_.serving(), "1.0.0");
}

TEST_F(Bare, SaysWhatToDoWhenNoReleaseIsThere) {
  ASSERT_TRUE(remove_folder(machine_.home() / "releases"));
  strategy_ = std::make_unique<BareStrategy>(machine_.options(), keeper_, supply_, clock_);
  const auto done = runtime::run_blocking(strategy_->recover(progress_));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(done.error().message, HasSubstr("install.sh"));
}

TEST_F(Bare, SaysWhatToDoAboutAJournalThatCannotBeRead) {
  testing::write(machine_.home() / "update.json", R"({"format": 1, "kind": "update", "from": "../../etc"})");
  strategy_ = std::make_unique<BareStrategy>(machine_.options(), keeper_, supply_, clock_);
  const auto done = runtime::run_blocking(strategy_->recover(progress_));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, AllOf(HasSubstr("from"), HasSubstr("remove the journal")));
}

}  // namespace
}  // namespace rapt::agent
