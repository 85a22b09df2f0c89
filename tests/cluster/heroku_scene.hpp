// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake.hpp"
#include "rapt/agent/heroku.hpp"
#include "rapt/http/client.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::testing {

/// A release's archive, small, with and without what Heroku needs.
class HerokuSupply final : public Supply {
 public:
  explicit HerokuSupply(const std::filesystem::path& folder) : archive_(folder / "release.tar.gz") {
    const auto stage = folder / "stage";
    for (const char* name :
         {"bin/rapt", "bin/rapt-runner", "bin/rapt-marketplace", "LICENSE", "CHANGELOG.md", "sbom.json",
          "migrations/core/0001_first.sql", "deploy/heroku/heroku.yml", "deploy/docker/Dockerfile"}) {
      std::filesystem::create_directories((stage / name).parent_path());
      std::ofstream(stage / name) << "words of " << name << "\n";
    }
    if (!release::pack(stage, manifest(), archive_)) throw std::runtime_error("the release cannot be packed");
    std::filesystem::remove(stage / "deploy/heroku/heroku.yml");
    if (!release::pack(stage, manifest(), without())) throw std::runtime_error("the release cannot be packed");
  }
  Task<Result<std::filesystem::path>> archive(marketplace::VouchedRelease, Progress&) override {
    ++held;
    co_return is_whole ? archive_ : without();
  }
  void done(const std::filesystem::path&) override { --held; }

  int held = 0;
  bool is_whole = true;

 private:
  static release::Manifest manifest() {
    release::Manifest out;
    out.version = "1.1.0";
    out.architecture = "x86_64-linux-gnu";
    return out;
  }
  [[nodiscard]] std::filesystem::path without() const { return archive_.parent_path() / "without.tar.gz"; }
  const std::filesystem::path archive_;
};

inline marketplace::VouchedRelease heroku_release() {
  marketplace::VouchedRelease out;
  out.release.version = "1.1.0";
  return out;
}

inline Task<void> apply_into(Strategy& strategy, Progress& progress, std::optional<Result<Outcome>>& out) {
  out.emplace(co_await strategy.apply(heroku_release(), progress));
}

/// An app that has been running 1.0.0 for a day.
class HerokuScene : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void start() {
    heroku.tell("reset");
    heroku.tell("deployed", {{"version", "1.0.0"}, {"age", 86400}});
    heroku.tell("behave", {{"bad", "1.1.0"}});
  }
  [[nodiscard]] HerokuOptions options() const {
    HerokuOptions out;
    out.url = heroku.url();
    out.app = "school";
    out.api_key = "secret-key";
    out.own_version = "0.9.0";
    out.watch = std::chrono::seconds(0);
    out.patience = std::chrono::seconds(60);
    out.fault_patience = std::chrono::milliseconds(100);
    out.look_every = std::chrono::milliseconds(20);
    out.retry_after = std::chrono::milliseconds(20);
    return out;
  }
  template <class Ask>
  auto with(HerokuOptions given, Ask ask) {
    http::Client client;
    HerokuStrategy strategy(std::move(given), client, supply, clock);
    return runtime::run_blocking(ask(strategy));
  }
  Result<Outcome> apply() { return apply(options()); }
  Result<Outcome> apply(HerokuOptions given) {
    return with(std::move(given), [this](Strategy& strategy) { return strategy.apply(heroku_release(), notes); });
  }
  Result<std::optional<Outcome>> recover() {
    return with(options(), [this](Strategy& strategy) { return strategy.recover(notes); });
  }
  std::string running() {
    const auto out = with(options(), [](Strategy& strategy) { return strategy.running(); });
    return out ? *out : out.error().message;
  }
  /// Nothing was begun, for this reason.
  void expect_refusal(const Result<Outcome>& outcome, ErrorKind kind, const std::string& word) {
    ASSERT_FALSE(outcome) << outcome->because;
    EXPECT_EQ(outcome.error().kind, kind);
    EXPECT_THAT(outcome.error().message, ::testing::HasSubstr(word));
    EXPECT_THAT(outcome.error().message + outcome.error().log_detail, ::testing::Not(::testing::HasSubstr("secret")));
    EXPECT_EQ(supply.held, 0);
  }
  void expect_ending(const Result<Outcome>& outcome, Ending ending, const std::vector<std::string>& words) {
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(name(outcome->ending), name(ending)) << outcome->because;
    for (const auto& word : words) EXPECT_THAT(outcome->because, ::testing::HasSubstr(word));
    EXPECT_EQ(outcome->version, running());
    EXPECT_EQ(supply.held, 0) << "the archive is no longer needed";
  }

  Fake heroku{"heroku.mjs"};
  HerokuSupply supply{heroku.folder()};
  SystemClock clock;
  Notes notes;
};

}  // namespace rapt::agent::testing
