// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/install/policies.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/store/database.hpp"

namespace rapt::updates {

/// A newer version that could be had.
struct UpdateOffer {
  std::string version;
  bool needs_consent = false;  ///< it asks for more than was agreed to
  std::string held_because;    ///< why it has not been taken by itself, "" where nothing stands in the way
};

/// What was done without anybody being asked.
struct UpdateEvent {
  std::string module, kind;  ///< "updated", "kept" (its probation is over), "rolled_back", "failed"
  std::string version, text;
  TimePoint at{};
};

/// How an installed module stands, by the last look at the registry.
struct Standing {
  install::ModulePolicy policy;
  std::string installed_version;
  std::optional<UpdateOffer> update;
  std::string yanked;                             ///< why the installed version should not be used, "" when it may
  std::vector<marketplace::Advisory> advisories;  ///< that touch the installed version
  std::vector<std::string> dependents;            ///< "reader 1.0.0 needs filter ^1.2"
  bool on_probation = false;                      ///< it was updated by itself, and is being watched
};

/// An advisory that touches something here.
struct AdvisoryHere {
  marketplace::Advisory advisory;
  std::string version;  ///< of the module, or of the platform
};

/// What the looks at the registry have come to. Thread-safe.
class Standings {
 public:
  explicit Standings(store::Database& database) : database_(database) {}
  /// Of every installed module, by name.
  Task<Result<std::map<std::string, Standing>>> all();
  /// Those that touch what is installed here or the platform at this version, worst first.
  Task<Result<std::vector<AdvisoryHere>>> advisories(std::string platform_version);
  /// The newest fifty about one module, or about all (""); newest first.
  Task<Result<std::vector<UpdateEvent>>> events(std::string module);

 private:
  store::Database& database_;
};

}  // namespace rapt::updates
