// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/store/database.hpp"
#include "repository.hpp"

namespace rapt::marketplace {

/// What a publisher's next document has changed: "NAME VERSION" each.
struct Released {
  std::int64_t version = 0;  ///< of the document
  std::vector<std::string> published, yanked, restored;
};

/// Takes in a publisher's next document, and makes what it says so, in the caller's transaction. New in it may be
/// approved submissions alone, with exactly their bytes and what the registry has read in their manifests; of what was
/// there, only the reason not to install it (yanked) may have changed; nothing may have gone. kInvalid with every
/// fault, kConflict (somebody was faster), kForbidden.
Result<Released> release(store::Transaction& transaction, const Repository& repository, const std::string& publisher,
                         std::string_view file, TimePoint now);

}  // namespace rapt::marketplace
