// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <boost/asio/strand.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "backoff.hpp"
#include "instance.hpp"
#include "nursery.hpp"
#include "prepared_module.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::host {

/// One installed module over the lives of its processes: starts it, watches it, starts it again. Thread-safe; held by
/// shared_ptr.
class Module : public std::enable_shared_from_this<Module> {
 public:
  struct Settings {
    std::chrono::milliseconds restart_initial, restart_maximum, start_timeout;
  };
  /// One that may run.
  Module(Executor executor, std::shared_ptr<const PreparedModule> prepared, Settings settings);
  /// One that may not, and why; it only shows up in status().
  Module(Executor executor, InstalledModule installed, std::string refusal);

  /// Starts the process and looks after it until stop().
  void run(std::shared_ptr<Nursery> nursery);
  /// Ends the process in good order (one second), else by force. Returns when it is gone.
  Task<void> stop();
  /// For a destructor: nothing is started any more; the nursery ends the processes.
  void abandon();

  [[nodiscard]] const InstalledModule& installed() const { return installed_; }
  /// nullptr when the bundle was refused.
  [[nodiscard]] const PreparedModule* prepared() const { return prepared_.get(); }
  [[nodiscard]] ModuleStatus status() const;
  /// The process to ask, or nullptr and why there is none.
  std::shared_ptr<Instance> running(std::string& why) const;

 private:
  enum class Next { kStartAgain, kStop };
  Task<void> live(std::shared_ptr<Nursery> nursery);
  Task<Next> live_once(Nursery& nursery);
  Task<Result<std::shared_ptr<Instance>>> bring_up(Nursery& nursery);
  Task<void> back_off();
  void refuse(const std::string& reason);
  void record_failure(const std::string& what);
  bool stopping() const;

  boost::asio::strand<Executor> strand_;
  const InstalledModule installed_;
  const std::shared_ptr<const PreparedModule> prepared_;
  const std::chrono::milliseconds start_timeout_;
  Backoff backoff_;  ///< used by live() alone
  runtime::Wakeup stop_wakeup_, stopped_wakeup_;

  mutable std::mutex mutex_;  ///< guards what follows
  ModuleState state_ = ModuleState::kStopped;
  std::string reason_, last_failure_;
  std::optional<TimePoint> last_failure_at_;
  unsigned restarts_ = 0;
  std::shared_ptr<Instance> instance_;
  bool stop_ = false, living_ = false;
};

}  // namespace rapt::host
