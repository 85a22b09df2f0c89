// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "rapt/agent/agent.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_schema.hpp"

namespace rapt::agent {

using runtime::run_blocking;

class MovableClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return time; }
  TimePoint time = parse_time("2026-03-01T12:00:00Z").value();
};

/// A deployment in memory, whose updates end as a test has written.
class ScriptedStrategy final : public Strategy {
 public:
  explicit ScriptedStrategy(std::string runs) : version(std::move(runs)) {}

  [[nodiscard]] std::string_view name() const override { return "bare"; }
  Task<Result<std::string>> running() override { co_return version; }
  Task<Result<std::optional<std::string>>> previous() override { co_return before; }
  void agree(Consent consent) override { agreed = consent; }
  Task<Result<Outcome>> apply(marketplace::VouchedRelease release, Progress& progress) override {
    applied.push_back(release.release.version);
    co_await progress.at(Phase::kDownloading, "1 of 1 MiB");
    if (refusal) co_return *refusal;
    co_await progress.at(fails_in, "");
    if (meanwhile) meanwhile();
    if (ending == Ending::kUpdated) {
      before = version;
      version = release.release.version;
    }
    co_return Outcome{ending, version, ending == Ending::kUpdated ? "" : "It did not become ready."};
  }
  Task<Result<Outcome>> rollback(Progress& progress) override {
    co_await progress.at(Phase::kRollingBack, "");
    if (!before) co_return Error::conflict("There is nothing to go back to.");
    version = *before;
    before.reset();
    co_return Outcome{Ending::kUpdated, version, ""};
  }
  Task<Result<std::optional<Outcome>>> recover(Progress&) override {
    ++recoveries;
    co_return recovered;
  }

  std::string version;
  std::optional<std::string> before;
  Ending ending = Ending::kUpdated;
  Phase fails_in = Phase::kWatching;
  std::optional<Error> refusal;
  std::optional<Outcome> recovered;
  std::function<void()> meanwhile;
  Consent agreed;
  std::vector<std::string> applied;
  int recoveries = 0;
};

/// What a registry knows, in memory.
class ScriptedSource final : public ReleaseSource {
 public:
  Task<Result<Known>> look() override {
    ++looks;
    if (fault) co_return *fault;
    co_return known;
  }
  void use(const std::string& url) override { used.push_back(url); }
  marketplace::VouchedRelease& offer(const std::string& version) {
    marketplace::VouchedRelease one;
    one.release.version = version;
    one.release.architecture = "x86_64-linux-gnu";
    one.release.notes = "Mends what was broken.";
    one.release.released_at = parse_time("2026-02-01T00:00:00Z").value();
    one.bytes = 1 << 20;
    known.releases.push_back(one);
    return known.releases.back();
  }

  Known known;
  std::optional<Error> fault;
  std::vector<std::string> used;
  int looks = 0;
};

/// An instance's database, with one administrator.
class PlatformTest : public ::testing::Test {
 protected:
  PlatformTest() {
    run("INSERT INTO users (id, email, name, status) VALUES ('00000000-0000-7000-8000-000000000201', "
        "'head@school.example.org', 'Head', 'active')");
    run("INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000101', 'District', 'district')");
    run("INSERT INTO group_members (group_id, user_id, role) VALUES "
        "('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000201', 'system_admin')");
  }

  static Agent::Options options(const std::string& name) {
    Agent::Options out;
    out.name = name;
    out.survey = std::chrono::milliseconds(0);
    out.look.deployment = "bare";
    out.look.architecture = "x86_64-linux-gnu";
    out.look.version = "1.0.0";
    out.look.check_every = std::chrono::hours(6);
    out.look.public_url = "https://school.example.org";
    return out;
  }
  Agent make(ScriptedStrategy& strategy, Agent::Options options) {
    return {{database_, clock_, box_, strategy, &source_, nullptr}, std::move(options)};
  }
  static void turn(Agent& agent) {
    const auto done = run_blocking(agent.turn());
    ASSERT_TRUE(done) << done.error().message << " " << done.error().log_detail;
  }
  /// The next turn looks.
  void due() { ASSERT_TRUE(run_blocking(platform_.look_soon())); }
  PlatformState state() { return run_blocking(platform_.state()).value(); }
  Result<std::string> ask(const std::string& version, bool with_pause = false) {
    return run_blocking(platform_.request_update({version, with_pause, "", "Ada"}));
  }
  UpdateRecord update(const std::string& id) { return run_blocking(platform_.find(id)).value(); }
  void run(const std::string& sql) { (void)rows(sql); }
  store::Rows rows(const std::string& sql) {
    const auto name = "test_" + std::to_string(++statements_);
    const store::Statement statement{name.c_str(), sql.c_str()};
    return run_blocking(database_.query(statement)).value();
  }
  std::int64_t count(const std::string& what) { return rows("SELECT count(*) AS n FROM " + what)[0].integer("n"); }
  std::int64_t letters() { return count("outgoing_mails"); }

  store::ScratchSchema schema_{std::filesystem::path(RAPT_SOURCE) / "migrations" / "core"};
  store::Database database_{{.url = schema_.url(), .connections = 4}};
  MovableClock clock_;
  security::SecretBox box_{std::string(32, 'k')};
  Platform platform_{database_};
  ScriptedSource source_;
  int statements_ = 0;
};

}  // namespace rapt::agent
