// SPDX-License-Identifier: AGPL-3.0-or-later
// What an update does to the database: copies, pauses, going back, and what a full disk or an absent server makes of
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <future>
#include <thread>

#include "bare_fixture.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Behavior;
using ::testing::HasSubstr;
using testing::HeardProgress;
using ::testing::IsEmpty;
using testing::Machine;
using testing::StandInKeeper;
using testing::StandInSupply;

class BareDatabase : public ::testing::Test {
 protected:
  void begin(bool old_bears_more, BareOptions options) {
    machine_.reset(old_bears_more);
    strategy_ = std::make_unique<BareStrategy>(std::move(options), keeper_, supply_, clock_);
    const auto recovered = runtime::run_blocking(strategy_->recover(progress_));
    ASSERT_TRUE(recovered) << recovered.error().message;
  }
  void begin(bool old_bears_more = true) { begin(old_bears_more, machine_.options()); }
  Outcome apply(const Behavior& b, Consent consent = {}) {
    strategy_->agree(consent);
    const auto done = runtime::run_blocking(strategy_->apply(machine_.release(b), progress_));
    return done ? *done : Outcome{Ending::kBroken, "", "ERROR: " + done.error().message};
  }
  Outcome rollback(Consent consent = {}) {
    strategy_->agree(consent);
    const auto done = runtime::run_blocking(strategy_->rollback(progress_));
    return done ? *done : Outcome{Ending::kBroken, "", "ERROR: " + done.error().message};
  }
  std::string people() { return machine_.ask("SELECT string_agg(name, ',' ORDER BY id) AS value FROM people"); }

  Machine machine_;
  StandInKeeper keeper_{machine_.url()};
  StandInSupply supply_;
  HeardProgress progress_;
  SystemClock clock_;
  std::unique_ptr<BareStrategy> strategy_;
};

constexpr Consent kPause{.downtime = true, .restore_database = false};
constexpr Consent kRestore{.downtime = false, .restore_database = true};

TEST_F(BareDatabase, StandsStillForASchemaThatTheOldOneDoesNotKnow) {
  begin(false);
  const auto done = apply({.migrations = 2, .schema_from = "1.1.0"}, kPause);
  EXPECT_EQ(done.ending, Ending::kUpdated) << done.because;
  EXPECT_EQ(keeper_.serving(), "1.1.0");
  EXPECT_EQ(machine_.schema(), 2);
}

TEST_F(BareDatabase, BringsBackTheDatabaseWhenThatFails) {
  begin(false);
  const auto done = apply({.migrations = 3, .schema_from = "1.1.0", .when_starting = "exit 3"}, kPause);
  EXPECT_EQ(done.ending, Ending::kRolledBack) << done.because;
  EXPECT_THAT(done.because, HasSubstr("with the database as it was"));
  EXPECT_EQ(keeper_.serving(), "1.0.0");
  EXPECT_EQ(machine_.schema(), 1);
  EXPECT_EQ(machine_.ask("SELECT to_regclass('step_3')::text AS value"), "") << "nothing of the newer schema is left";
  EXPECT_EQ(people(), "Ada");
  EXPECT_EQ(machine_.ask("SELECT path::text AS value FROM people"), "a.b") << "types of extensions are there";
  machine_.database().script("INSERT INTO people (name) VALUES ('Grace')");
  EXPECT_EQ(people(), "Ada,Grace") << "sequences go on";
  EXPECT_EQ(machine_.words(), "hello");
  EXPECT_FALSE(machine_.is_member());
  EXPECT_EQ(
      machine_.ask("SELECT tableowner::text AS value FROM pg_tables WHERE tablename = 'words' AND schemaname = '" +
                   machine_.module() + "'"),
      machine_.module());
}

TEST_F(BareDatabase, BringsBackTheDatabaseWhenAMigrationFailsHalfWay) {
  begin(false);
  const auto done = apply({.migrations = 3, .schema_from = "1.1.0", .when_migrated = "exit 1"}, kPause);
  EXPECT_EQ(done.ending, Ending::kRolledBack) << done.because;
  EXPECT_EQ(machine_.schema(), 1);
  EXPECT_EQ(keeper_.serving(), "1.0.0");
}

TEST_F(BareDatabase, IsBroughtBackOnlyWhenThatWasAgreedTo) {
  begin(false);
  ASSERT_EQ(apply({.migrations = 2, .schema_from = "1.1.0"}, kPause).ending, Ending::kUpdated);
  machine_.database().script("INSERT INTO people (name) VALUES ('Grace')");
  const auto refused = rollback();
  EXPECT_THAT(refused.because, AllOf(HasSubstr("ERROR"), HasSubstr("--restore-database"), HasSubstr("is lost")));
  EXPECT_EQ(keeper_.serving(), "1.1.0");
  const auto done = rollback(kRestore);
  EXPECT_EQ(done.ending, Ending::kUpdated) << done.because;
  EXPECT_EQ(keeper_.serving(), "1.0.0");
  EXPECT_EQ(machine_.schema(), 1);
  EXPECT_EQ(people(), "Ada");
}

TEST_F(BareDatabase, SaysThatThereIsNoCopyToGoBackTo) {
  begin(false);
  ASSERT_EQ(apply({.migrations = 2, .schema_from = "1.1.0"}, kPause).ending, Ending::kUpdated);
  for (const auto& entry : fs::directory_iterator(machine_.home() / "backups")) fs::remove(entry.path());
  EXPECT_THAT(rollback(kRestore).because, HasSubstr("no copy of the database"));
}

TEST_F(BareDatabase, GoesOnWithTheNewOneWhenTheOldOneDoesNotStartAfterTheDatabaseWasBroughtBack) {
  begin(false);
  ASSERT_EQ(apply({.migrations = 2, .schema_from = "1.1.0"}, kPause).ending, Ending::kUpdated);
  machine_.database().script("INSERT INTO people (name) VALUES ('Grace')");
  // The copy of another time: with it, 1.0.0 finds a schema that it does not know.
  machine_.database().script("INSERT INTO schema_migrations VALUES (7)");
  std::string copy;
  for (const auto& entry : fs::directory_iterator(machine_.home() / "backups")) copy = entry.path().string();
  ASSERT_EQ(
      std::system(("pg_dump --format=custom --schema=public --file=" + copy + " '" + machine_.url() + "'").c_str()), 0);
  machine_.database().script("DELETE FROM schema_migrations WHERE number = 7");
  const auto done = rollback(kRestore);
  EXPECT_EQ(done.ending, Ending::kFailed) << done.because;
  EXPECT_EQ(keeper_.serving(), "1.1.0");
  EXPECT_EQ(people(), "Ada,Grace");
  EXPECT_EQ(machine_.words(), "hello");
  EXPECT_EQ(machine_.schema(), 2);
}

TEST_F(BareDatabase, KeepsAsManyCopiesAsAskedFor) {
  auto options = machine_.options();
  options.backups = 1;
  begin(true, options);
  testing::write(machine_.home() / "backups/20200101T000000Z-0.9.0.dump", "old");
  ASSERT_EQ(apply({}).ending, Ending::kUpdated);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(machine_.home() / "backups"))
    names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, ::testing::ElementsAre(HasSubstr("-1.0.0.dump")));
}

TEST_F(BareDatabase, StaysWhenTheDatabaseIsAway) {
  begin();
  auto options = machine_.options();
  options.database_url = "postgresql://nobody:hunter2@127.0.0.1:1/none";
  StandInKeeper keeper(machine_.url());
  BareStrategy strategy(options, keeper, supply_, clock_);
  const auto refused = runtime::run_blocking(strategy.apply(machine_.release({}), progress_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(refused.error().message + refused.error().log_detail, ::testing::Not(HasSubstr("hunter2")));
}

/// Holds a table that the copy needs, and ends the copy's connection when it waits for that.
std::thread cut_off_the_copy(store::Database& database) {
  auto holds = std::make_shared<std::promise<void>>();
  auto held = holds->get_future();
  std::thread out([&database, holds] {
    constexpr store::Statement kEnd{"cut_off_the_copy", R"(
      SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) AS ended FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'pg_dump' AND wait_event_type = 'Lock')"};
    const auto done = database.transaction_blocking([&](store::Transaction& tx) -> Result<void> {
      RAPT_TRY(tx.exec_script("LOCK TABLE people IN ACCESS EXCLUSIVE MODE; SET LOCAL statement_timeout = 0"));
      holds->set_value();
      for (;;) {
        RAPT_TRY(tx.exec_script("SELECT pg_stat_clear_snapshot()"));
        const auto ended = tx.exec(kEnd);
        if (!ended) return ended.error();
        if ((*ended)[0].integer("ended") > 0) return {};
        ::usleep(20'000);
      }
    });
    EXPECT_TRUE(done);
  });
  held.wait();
  return out;
}

TEST_F(BareDatabase, StaysWhenTheConnectionIsLostWhileItIsCopied) {
  begin();
  std::thread cut = cut_off_the_copy(*machine_.database());
  const auto done = apply({});
  cut.join();
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, AllOf(HasSubstr("failed while backing up"), HasSubstr("terminating connection")));
  EXPECT_EQ(keeper_.serving(), "1.0.0");
  EXPECT_THAT(machine_.left_over(), IsEmpty());
  EXPECT_TRUE(fs::is_empty(machine_.home() / "backups"));
  EXPECT_FALSE(machine_.is_member());
}

TEST_F(BareDatabase, StaysWhenTheConnectionIsLostWhileItIsMigrated) {
  begin();
  const auto done =
      apply({.migrations = 3, .when_migrated = "ask -c 'SELECT pg_terminate_backend(pg_backend_pid())' || exit 1"});
  EXPECT_EQ(done.ending, Ending::kFailed);
  EXPECT_THAT(done.because, AllOf(HasSubstr("failed while migrating"), HasSubstr("terminating connection")));
  EXPECT_EQ(machine_.schema(), 2) << "what was done before is whole, and by rule harms nobody";
  EXPECT_EQ(keeper_.serving(), "1.0.0");
  EXPECT_EQ(apply({.version = "1.2.0", .migrations = 3}).ending, Ending::kUpdated);
}

/// In a process of its own that may write no larger file, which is what a full disk looks like: what it came to.
Outcome apply_on_a_full_disk(Machine& machine, const marketplace::VouchedRelease& release, rlim_t bytes) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    StandInKeeper keeper(machine.url());
    StandInSupply supply;
    HeardProgress progress;
    const SystemClock clock;
    BareStrategy strategy(machine.options(), keeper, supply, clock);
    (void)runtime::run_blocking(strategy.recover(progress));
    const auto done = runtime::run_blocking(strategy.apply(release, progress));
    const std::string said = done ? std::string(name(done->ending)) + keeper.serving() + " " + done->because
                                  : "refused " + done.error().message;
    (void)!::write(ends[1], said.data(), said.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said(4000, ' ');
  const auto got = ::read(ends[0], said.data(), said.size());
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return {said.starts_with("failed1.0.0") ? Ending::kFailed : Ending::kBroken, "", said};
}

TEST_F(BareDatabase, StaysWhenTheDiskIsFullWhileItUnpacks) {
  machine_.reset();
  const auto release = machine_.release({.bulk = std::size_t{1} << 20});
  const auto done = apply_on_a_full_disk(machine_, release, 256 << 10);
  EXPECT_EQ(done.ending, Ending::kFailed) << done.because;
  EXPECT_THAT(done.because, HasSubstr("failed while unpacking"));
  EXPECT_FALSE(fs::exists(machine_.home() / "releases/1.1.0"));
  EXPECT_THAT(machine_.left_over(), IsEmpty());
}

TEST_F(BareDatabase, StaysWhenTheDiskIsFullWhileItCopies) {
  machine_.reset();
  const auto release = machine_.release({});
  machine_.database().script(
      "INSERT INTO people (name) SELECT string_agg(md5(n::text || m::text), '') FROM generate_series(1, 200) n, "
      "generate_series(1, 100) m GROUP BY n");
  const auto done = apply_on_a_full_disk(machine_, release, 64 << 10);
  EXPECT_EQ(done.ending, Ending::kFailed) << done.because;
  EXPECT_THAT(done.because, HasSubstr("failed while backing up"));
  EXPECT_TRUE(fs::is_empty(machine_.home() / "backups"));
  EXPECT_THAT(machine_.left_over(), IsEmpty());
  EXPECT_FALSE(machine_.is_member());
}

}  // namespace
}  // namespace rapt::agent
