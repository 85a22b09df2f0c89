// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "finding.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/store/database.hpp"

/// Submissions in the database: table module_versions before they are published.
namespace rapt::marketplace {

/// A bundle that a publisher hands in, as its request names it.
struct Upload {
  std::string module, version, publisher;
  Channel channel = Channel::kStable;
  std::string category;  ///< "": as before, or "other"
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// Counts it against the publisher's quota of the day. kRateLimited.
Result<void> count_upload(store::Transaction& transaction, const std::string& publisher, int most_a_day);

/// Whether it may come: the module is the publisher's or free, the version is new and follows those that are there, no
/// other submission of the publisher's is being checked. `same` when exactly these bytes were handed in before, and are
/// not published yet. kForbidden, kConflict, kInvalid.
struct Admission {
  bool same = false;
};
Result<Admission> admit_upload(store::Transaction& transaction, const Upload& upload, TimePoint now);

/// Takes it in as `submitted`; a rejected one of the same version is replaced.
Result<void> store_upload(store::Transaction& transaction, const Upload& upload, const bundle::Bundle& bundle,
                          const std::vector<Finding>& findings);

/// The Submission of docs/registry.md as JSON; of this publisher's alone, unless it is "". kNotFound.
Result<std::string> describe_submission(store::Transaction& transaction, const std::string& module,
                                        const std::string& version, const std::string& publisher);
/// The newest hundred of a publisher, or, with "", all that wait for a review.
Result<std::string> list_submissions(store::Transaction& transaction, const std::string& publisher);

/// Whether `version` may follow `others` (published, approved or waiting): higher than every release of its major
/// version, or than every one of its minor version when there is one (a patch of an older line); a pre-release is held
/// against pre-releases, too. The one that is in its way otherwise.
std::optional<std::string> in_the_way(const Version& version, const std::vector<std::string>& others);

}  // namespace rapt::marketplace
