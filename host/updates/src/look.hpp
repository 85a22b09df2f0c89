// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/updates/source.hpp"
#include "rapt/updates/standing.hpp"
#include "site.hpp"

namespace rapt::updates {

/// What the registry has for one installed module.
struct Look {
  std::optional<UpdateOffer> update;
  std::string yanked;
  bool known = false;  ///< the registry has this module, of this publisher
};

/// The newest version that the module could have at all, and what stands in the way of taking it by itself.
Task<Result<Look>> look_at(UpdateSource& source, const Installed& installed);

// What is told: the tables module_updates, module_advisories and module_update_events.
Result<void> keep_look(store::Transaction& tx, const Installed& installed, const Look& look);
Result<void> keep_advisories(store::Transaction& tx, const std::vector<marketplace::Advisory>& advisories,
                             const Site& site);
Result<void> keep_event(store::Transaction& tx, const std::string& module, const char* kind, const std::string& version,
                        const std::string& text);

}  // namespace rapt::updates
