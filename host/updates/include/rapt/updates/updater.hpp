// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/daily_window.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "rapt/updates/source.hpp"

namespace rapt::security {
class SecretBox;
}

namespace rapt::updates {

struct Installed;
struct Watched;
using Site = std::map<std::string, Installed>;

/// When a new version has gone wrong, and how long that is looked for.
struct Probation {
  std::chrono::seconds time = std::chrono::minutes(15);
  std::uint64_t calls = 200;                            ///< both of them have to be over
  std::chrono::seconds longest = std::chrono::days(7);  ///< for a module that is hardly ever asked
  unsigned failures = 5;                                ///< ends of its processes, or failed calls
  double failed_share = 0.1;          ///< of all calls; and five times the share of the version before
  std::chrono::seconds settling{60};  ///< a host may lack the bundle for a while
};

/// Looks at the registry from time to time, for one of all hosts; takes what policies allow, watches what it has taken,
/// and goes back where that fails. One task.
class Updater {
 public:
  struct Options {
    std::string host;
    std::chrono::seconds check_every = std::chrono::hours(1);  ///< 0: never; what was taken is watched all the same
    DailyWindow window;
    std::chrono::milliseconds pause = std::chrono::seconds(5);  ///< between two looks at what is on probation
    std::chrono::seconds lease = std::chrono::minutes(1);       ///< how long the others wait for a dead host
    Probation probation;
    std::string public_url;  ///< for letters
  };
  /// All must outlive it. Without a source, nothing is looked for, and what is on probation is watched.
  struct Parts {
    store::Database& database;
    const Clock& clock;
    const security::SecretBox& box;
    install::Installer& installer;
    UpdateSource* source = nullptr;
    UpdateSink* sink = nullptr;
  };
  Updater(Parts parts, Options options);
  ~Updater();

  /// Until stop().
  Task<void> run();
  /// Once, while run() runs: waits until what is under way has ended, for 20 seconds at most.
  Task<void> stop();

  /// One look at the registry, with what follows from it. kForbidden, kUnavailable as the source says; kConflict when
  /// another host does that work.
  Task<Result<void>> check();
  /// One look at what is on probation.
  Task<Result<void>> watch();
  /// Whether this host does the work, from now on for as long as the lease.
  Task<Result<bool>> lead();

 private:
  enum class Outcome : std::uint8_t { kNothing, kWaiting, kTaken };
  Task<void> turn();
  Task<Result<void>> check_when_due();
  Task<Result<Outcome>> look_and_take(std::string name, const Site& site);
  Task<Result<void>> keep_looks_after(std::string name);
  Task<Result<void>> settle(std::vector<Watched> together);

  Parts parts_;
  Options options_;
  runtime::Wakeup wake_, ended_;
  std::atomic<bool> stopping_{false};
  std::optional<TimePoint> opening_;  ///< of the window that something waits for
  std::string told_;                  ///< the fault that was logged last
};

}  // namespace rapt::updates
