// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::journal {

/// What a host says of one module: the object that GET /admin/modules shows.
struct Report {
  std::string module{};
  std::string host{};         ///< which host says it
  std::string status_json{};  ///< an object
  TimePoint at{};             ///< by the database's clock, when it was stored; not read by report()
};

/// What has to survive a restart of every host.
struct Health {
  std::string module{};
  std::string health_json{};  ///< an object with "digest"; made and read by those who supervise
  std::optional<TimePoint> released_at{};
};

struct Line {
  std::int64_t id = 0;  ///< ascending; 0 for one that is not stored yet
  std::string module{}, host{}, level{}, text{};
  TimePoint at{};
};

/// What the hosts know of their modules, kept in PostgreSQL so that every host, the command line and the pages of an
/// administrator see the same. Thread-safe.
class ModuleJournal {
 public:
  static constexpr int kLinesKept = 500;  ///< for each module

  explicit ModuleJournal(store::Database& database) : database_(database) {}

  /// Replaces everything that `host` said before; `host` counts, not that of each report. Reports of hosts that have
  /// been silent for five minutes go.
  Task<Result<void>> report(std::string host, std::vector<Report> reports);
  /// All hosts' reports, by module and host; of one module when `module` is not empty.
  Task<Result<std::vector<Report>>> reports(std::string module);

  /// Keeps what must not be forgotten; `released_at` is not written. Modules that are not installed are passed over.
  Task<Result<void>> keep_health(std::vector<Health> health);
  Task<Result<std::vector<Health>>> health();
  /// An admin lets a module out of quarantine. kNotFound when it is not installed.
  Task<Result<void>> release(std::string module);

  /// All or none, in their order; ids are given here. Each of UTF-8 without U+0000, with one of the four levels. Those
  /// of modules that are not installed are passed over.
  Task<Result<void>> add_lines(std::vector<Line> lines);
  /// The newest `limit` lines with an id above `after`, oldest first; of all modules when `module` is empty.
  Task<Result<std::vector<Line>>> lines(std::string module, int limit, std::int64_t after);

 private:
  store::Database& database_;
};

}  // namespace rapt::journal
