// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "rapt/agent/available.hpp"
#include "rapt/agent/releases.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"

namespace rapt::agent {

/// Looks for releases when it is time: one process of all, at a moment of the instance's own within each interval.
class Looker {
 public:
  struct Options {
    std::string name;     ///< of this process, among those that look
    std::string version;  ///< of this program: what runs, where no agent says so
    std::string deployment, architecture, pin;
    marketplace::Channel channel = marketplace::Channel::kStable;
    bool auto_update = false;             ///< then nobody is told that there is something to be asked for
    std::chrono::seconds check_every{0};  ///< 0: only when somebody asks for it
    std::string public_url;               ///< for letters
    std::chrono::seconds lease = std::chrono::minutes(5);  ///< how long the others wait for who has died while looking
    std::chrono::milliseconds pause = std::chrono::seconds(10);  ///< of run()
  };
  /// All outlive it.
  Looker(store::Database& database, const security::SecretBox& box, ReleaseSource& source, Options options)
      : database_(database), box_(box), source_(source), options_(std::move(options)) {}

  /// True when it was time, and this process has looked; failures of the look itself are kept in platform_look.
  Task<Result<bool>> look_when_due();
  /// Now. What there is for the oldest version that runs; kept in platform_look.
  Task<Result<std::vector<Available>>> look();
  /// What there is for one who runs `running`. Nothing is kept.
  Task<Result<std::vector<Available>>> find(std::string running);

  /// look_when_due(), until stop(): for hosts without an agent.
  Task<void> run();
  Task<void> stop();

 private:
  Task<Result<std::string>> oldest_running();
  Task<Result<void>> keep(std::string fault, std::vector<Available> all);

  store::Database& database_;
  const security::SecretBox& box_;
  ReleaseSource& source_;
  Options options_;
  bool begun_ = false;
  runtime::Wakeup wake_, ended_;
  std::atomic<bool> stopping_{false};
  std::string told_;  ///< the fault that was logged last
};

}  // namespace rapt::agent
