// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/semver.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// Who looks for a release.
struct ReleaseSeeker {
  Channel channel = Channel::kStable;  ///< of beta, stable ones are good as well
  std::optional<Version> current;      ///< only newer ones, and those that it may go to at once
  std::string instance;                ///< "" for one that does not tell: it gets what all get
};

/// Of rows of `releases`, newest first, the first that this seeker may take.
std::optional<store::Row> newest_for(const store::Rows& newest_first, const ReleaseSeeker& seeker);
nlohmann::json release_view(const store::Row& row);

/// Halts the release when too many of the instances that report it have failed with it (a fifth of at least five).
/// The reason, when it was halted now.
Task<Result<std::optional<std::string>>> halt_if_failing(store::Database& database, std::string version);

}  // namespace rapt::marketplace
