// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "bare_backup.hpp"
#include "bare_home.hpp"
#include "bare_journal.hpp"
#include "bare_tools.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent {

/// What every way from release to release works with.
struct BareParts {
  const BareOptions& options;
  const Home& home;
  const Tools& tools;
  Backups& backups;
  Keeper& keeper;
  const Clock& clock;
  StepObserver* observer;
  runtime::BlockingPool& pool;
  std::function<bool()> alive;  ///< false: the service stops
};

/// "x86_64-linux-gnu" or "aarch64-linux-gnu": this machine's.
std::string_view machine();
/// Whether version `a` comes before `b`; both are versions.
bool is_older(const std::string& a, const std::string& b);

/// One way from a release to another: each step after the journal that tells of it, and all the way back when one
/// fails.
class Passage {
 public:
  Passage(const BareParts& parts, Journal journal, Progress& progress)
      : parts_(parts), journal_(std::move(journal)), progress_(progress) {}

  Task<Outcome> update(marketplace::VouchedRelease release, Supply& supply);
  Task<Outcome> rollback();
  /// Ends what a killed process had begun: forward where the links name the new release, else back.
  Task<Outcome> resume();

 private:
  template <class Work>
  auto blocking(Work work) -> Task<std::invoke_result_t<Work>> {
    return parts_.pool.run(std::move(work));
  }
  Task<Result<void>> enter(Phase phase, std::string detail);
  Task<Result<void>> bring(const marketplace::VouchedRelease& release, Supply& supply);
  Task<Result<void>> unpack(std::filesystem::path archive);
  Task<Result<void>> check(const marketplace::PlatformRelease& release);
  Task<Result<void>> back_up();
  Task<Result<void>> change_schema();
  [[nodiscard]] Result<void> migrate() const;
  Task<Result<void>> switch_over();
  Task<Result<void>> watch();
  Task<Result<void>> serve(std::string version);
  Task<Result<void>> restore();
  Task<Result<void>> forward();
  Task<Result<void>> go_on();
  Task<Outcome> end(Result<void> gone);
  Task<Outcome> finish();
  Task<Outcome> undo(std::string because);
  Task<Result<void>> go_back();
  [[nodiscard]] Outcome broken(const Error& error) const;

  const BareParts& parts_;
  Journal journal_;
  Progress& progress_;
  bool recovering_ = false;
};

}  // namespace rapt::agent
