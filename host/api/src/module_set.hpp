// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rapt/host/supervisor.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::install {
class Installer;
struct InstalledRecord;
}  // namespace rapt::install

namespace rapt::api {

/// Keeps the running modules equal to the installed ones, and tells the journal how they fare: every two seconds, so
/// that what an admin does on any host reaches all of them, and the folder of trusted keys with it. While the database
/// is away the running set stays as it is, and the newest lines that modules log are kept until it is back.
class ModuleSet {
 public:
  static constexpr std::size_t kLinesKept = 2000;  ///< while the database is away

  struct Parts {
    install::Installer& installer;
    host::Supervisor& supervisor;
    journal::ModuleJournal& journal;
  };
  ModuleSet(Parts parts, std::filesystem::path trust_dir, std::string host_name);

  /// Until stop(). One task.
  Task<void> follow();
  /// Something has changed: look at once instead of in two seconds. Thread-safe.
  void look_again() const { changed_.notify(); }
  /// Whether the supervisor has been given what is installed. Thread-safe.
  [[nodiscard]] bool is_known() const { return known_; }
  /// Ends follow(), then the supervisor; the last report says so. Once, while follow() runs.
  Task<void> stop();

 private:
  Task<void> update();
  Task<void> gather_what_is_missing(const std::vector<install::InstalledRecord>& records);
  Task<void> tidy_after_change(const std::vector<host::InstalledModule>& wanted);
  Task<void> tell(std::vector<host::ModuleStatus> all);
  Task<Result<void>> tell_health(const std::vector<host::ModuleStatus>& all);
  Task<Result<void>> tell_lines();

  Parts parts_;
  std::filesystem::path trust_dir_;
  std::string host_name_;
  runtime::Wakeup changed_, ended_;
  std::atomic<bool> stopping_{false}, known_{false};
  std::string tidied_for_;    ///< the set of modules for which the store was last tidied
  std::string gathered_for_;  ///< the set of modules whose archives are in the store, as far as they can be had
  bool told_lacking_ = false, told_unknown_ = false, told_silent_ = false,
       told_untidy_ = false;                   ///< that has been logged: once for each trouble
  std::map<std::string, std::string> stored_;  ///< health in the journal, by module
  std::map<std::string, std::string> said_;    ///< health of this host when it was last written
  std::deque<journal::Line> lines_;            ///< not stored yet
};

/// What the supervisor is to run: the enabled ones, with the limits of the admin and the health that was kept. Health
/// of another bundle, or that cannot be read, does not count.
std::vector<host::InstalledModule> modules_to_run(std::vector<install::InstalledRecord> records,
                                                  const std::vector<journal::Health>& health);

}  // namespace rapt::api
