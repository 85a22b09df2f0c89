// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "blobs.hpp"
#include "rapt/store/database.hpp"
#include "repository.hpp"

namespace rapt::marketplace {

/// What the next document of the role "releases" has changed.
struct PlatformChange {
  std::int64_t document = 0;                                ///< its version
  std::vector<std::string> published, withdrawn, restored;  ///< versions of the platform
};

/// Takes in the next document of the role "releases", and makes what it says so: metadata and rows of `releases` in one
/// transaction. New in it may be archives alone that keep_archive() has kept, with exactly their bytes and what their
/// release.json says; of what was there, only the reason not to take it (withdrawn) may have changed; nothing may have
/// gone. What is new goes to `rollout_percent` of a hundred instances. The current document again changes nothing.
/// kInvalid with every fault, kConflict (somebody was faster), kForbidden.
Task<Result<PlatformChange>> publish_platform(store::Database& database, const Repository& repository, Blobs& blobs,
                                              std::string file, int rollout_percent);

}  // namespace rapt::marketplace
