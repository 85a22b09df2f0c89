// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "instance.hpp"
#include "rapt/journal/module_journal.hpp"

namespace rapt::cli {

/// What one host last said of one module, as GET /admin/modules shows it. Hosts may be older or newer than this
/// program, so what is missing or of another type counts as not said.
struct ModuleReport {
  struct Hook {
    std::string point{};
    std::int64_t limit_ms = 0, calls = 0, failures = 0;
    std::optional<std::int64_t> p50_us{}, p99_us{};
  };
  struct Service {
    std::string name{};
    bool offered = false;
    std::int64_t calls = 0, refused = 0, failures = 0;
    std::optional<std::int64_t> p50_us{}, p99_us{};
  };
  /// A figure that the module counts itself; of a counter only `count` is there.
  struct Metric {
    std::string name{};
    std::int64_t count = 0;
    std::optional<double> p50{}, p99{}, max{};
  };
  struct Failure {
    std::string at{}, reason{};
  };
  /// Another process of it: of its pages, or of its work.
  struct Room {
    std::string name{}, state{};
    std::string reason{};  ///< why it does not run, or is not asked
    std::string circuit{};
    std::int64_t restarts = 0;
    std::optional<Failure> quarantine{};
  };
  struct Upgrade {
    std::string version{}, reason{};
    bool failed = false;
  };
  std::string module{}, host{};
  std::chrono::seconds age{};
  bool stale = false;  ///< the host has said nothing for a while: it may be gone
  std::string version{}, state{}, reason{};
  std::int64_t pid = 0, restarts = 0;
  std::optional<Failure> last_failure{}, quarantine{};
  std::string circuit{}, circuit_reason{};
  std::optional<Upgrade> upgrade{};
  std::vector<Hook> hooks{};
  std::vector<Service> services{};
  std::vector<Metric> metrics{};
  std::vector<Room> rooms{};
  std::vector<std::string> layers_off{};
  std::string status_json{};
};

/// Whether any of its processes is.
bool is_quarantined(const ModuleReport& report);

/// A host says something every few seconds; one that has been silent for longer than this is marked.
inline constexpr std::chrono::seconds kStaleAfter{15};

/// `now` by the clock that gave the report its time: the database's.
ModuleReport read_report(const journal::Report& report, TimePoint now);
/// All hosts' reports, or those of one module, by module and host.
Result<std::vector<ModuleReport>> load_reports(Instance& instance, const std::string& module = "");
/// The newest one of that module that is not stale; nullptr when there is none.
const ModuleReport* newest_report(const std::vector<ModuleReport>& reports, const std::string& module);

}  // namespace rapt::cli
