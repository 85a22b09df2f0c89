// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "rapt/agent/looker.hpp"
#include "rapt/agent/platform.hpp"
#include "rapt/agent/reporter.hpp"
#include "rapt/agent/strategy.hpp"
#include "rapt/base/daily_window.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::agent {

class Ledger;

/// Brings one machine, Docker host, cluster or app to another release: when an administrator asks for it, or by itself.
/// Of all agents of a database one works at a time. One task.
class Agent {
 public:
  struct Options {
    std::string name;          ///< RAPT_HOST_NAME: by it the agent is known again after a restart
    bool auto_update = false;  ///< AUTO_UPDATE
    DailyWindow window;        ///< UPDATE_WINDOW: when it takes something by itself
    Looker::Options look;      ///< name and auto_update are filled in
    std::chrono::milliseconds pause = std::chrono::seconds(3);    ///< between two turns
    std::chrono::milliseconds survey = std::chrono::seconds(30);  ///< between two questions after what runs
    std::chrono::seconds gone = std::chrono::minutes(10);         ///< after which another agent counts as dead
  };
  /// All outlive it. Without a source nothing is looked for, and without a reporter nothing is told.
  struct Parts {
    store::Database& database;
    const Clock& clock;
    const security::SecretBox& box;
    Strategy& strategy;
    ReleaseSource* source = nullptr;
    Reporter* reporter = nullptr;
  };
  Agent(Parts parts, Options options);
  ~Agent();

  /// Ends what an earlier process had begun, then works until stop().
  Task<void> run();
  /// Once, while run() runs: waits until a turn has ended, for 20 seconds at most. An update that takes longer is left
  /// to recover().
  Task<void> stop();

  /// One turn of run(). Nothing is done before what was begun earlier has been ended.
  Task<Result<void>> turn();
  /// Called after an update that went well: the program itself may have become another.
  void on_updated(std::function<void()> updated) { updated_ = std::move(updated); }

 private:
  Task<Result<void>> recover();
  Task<Result<void>> settle_recovered();
  Task<Result<void>> say_present();
  Task<Result<void>> do_requested(UpdateRecord update);
  Task<Result<void>> take_by_itself();
  Task<Result<void>> perform(UpdateRecord update, std::optional<marketplace::VouchedRelease> release);
  Task<Result<void>> finish(UpdateRecord update, Outcome outcome, bool began);
  Task<Result<marketplace::VouchedRelease>> find_requested(UpdateRecord update);
  Task<void> report(std::string updating);

  Parts parts_;
  Options options_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Looker> looker_;
  std::function<void()> updated_;
  std::string running_;  ///< version, as the strategy last said; "" before
  std::chrono::steady_clock::time_point survey_at_{};
  bool recovered_ = false, settled_ = false;
  std::optional<Outcome> recovered_outcome_;
  std::optional<TimePoint> considered_;  ///< the look after which nothing was taken
  runtime::Wakeup wake_, ended_;
  std::atomic<bool> stopping_{false};
  std::string told_;  ///< the fault that was logged last
};

}  // namespace rapt::agent
