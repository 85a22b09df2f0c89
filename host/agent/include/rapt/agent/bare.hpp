// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/agent/keeper.hpp"
#include "rapt/agent/strategy.hpp"
#include "rapt/base/clock.hpp"

/// A bare machine, whose RAPT_HOME is
///
///   releases/VERSION/…                  unpacked, read-only
///   current, previous -> releases/…     links, each replaced by a rename
///   update.json                         the journal: what an update has come to; absent when none runs
///   update.lock                         held while one process updates
///   backups/TIME-VERSION.dump           0600, in a folder 0700; VERSION is what ran when it was made
///   downloads/                          the Supply's
///
/// The new server gets the connections first, then `previous` and `current` change: a kill in between ends both servers
/// with their keeper, and the next one starts what `current` names, which is the old one, whole.
namespace rapt::agent {

struct BareOptions {
  std::filesystem::path home;                  ///< RAPT_HOME
  std::string database_url;                    ///< DATABASE_URL
  int backups = 3;                             ///< copies that are kept; 0: none is made but where one is indispensable
  std::chrono::seconds watch{600};             ///< how long a new release is on probation
  std::chrono::seconds patience{120};          ///< for a server to become ready, or to end what it has begun
  std::chrono::seconds unready{30};            ///< so long it may be not ready while it is watched
  std::chrono::milliseconds look_every{3000};  ///< how often it is looked at
};

/// Told of every single step before it is taken and after it: journal, rename, link, spawn. So that a test can end the
/// process there.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void before(std::string_view step) = 0;
  virtual void after(std::string_view step) = 0;
};

/// Versions side by side in RAPT_HOME. What is given here outlives this. Thread-safe in so far as a second apply(),
/// rollback() or recover(), also of another process, is refused with kConflict while one runs.
class BareStrategy final : public Strategy {
 public:
  BareStrategy(BareOptions options, Keeper& keeper, Supply& supply, const Clock& clock,
               StepObserver* observer = nullptr);
  ~BareStrategy() override;
  BareStrategy(const BareStrategy&) = delete;
  BareStrategy& operator=(const BareStrategy&) = delete;

  [[nodiscard]] std::string_view name() const override { return "bare"; }
  Task<Result<std::string>> running() override;
  Task<Result<std::optional<std::string>>> previous() override;
  void agree(Consent consent) override;
  Task<Result<Outcome>> apply(marketplace::VouchedRelease release, Progress& progress) override;
  Task<Result<Outcome>> rollback(Progress& progress) override;
  /// Ends what was begun, mends the links, and starts the server: afterwards the keeper runs what `current` names. So
  /// nobody else needs to start it. kUnavailable when that server does not start; kNotFound when no release is here.
  Task<Result<std::optional<Outcome>>> recover(Progress& progress) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::agent
