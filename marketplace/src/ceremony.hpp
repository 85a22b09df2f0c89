// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

/// What a ceremony makes of the documents before it. Pure: no files, no keys that sign.
namespace rapt::marketplace {

/// What becomes of a role's keys.
struct RoleChange {
  std::vector<security::PublicKey> add{};
  std::vector<std::string> remove{};  ///< ids, or their first eight characters at least
  std::optional<int> threshold{};
};
using RoleChanges = std::map<std::string, RoleChange>;

/// A publisher whose keys the ceremony vouches for.
struct Admitted {
  std::string name;
  std::vector<security::PublicKey> keys;
};

struct TargetsChange {
  RoleChanges roles{};  ///< "releases", "community", "registry"
  std::vector<Admitted> admit{};
  std::vector<std::string> expel{};
};

/// The next root. Of an empty one (version 0) the first. kInvalid with the role at fault.
Result<tuf::Root> change_root(tuf::Root before, const RoleChanges& changes, TimePoint expires);
/// The next top-level targets. kInvalid with the role or publisher at fault.
Result<tuf::Targets> change_targets(tuf::Targets before, const TargetsChange& change, TimePoint expires);

/// The publishers of a list as JSON: [{"name", "suspended_because"?, "keys": [{"public_key", "revoked_at"?}]}], or that
/// below "data" or "publishers". Suspended publishers and revoked keys are left out. kInvalid with the field.
Result<std::vector<Admitted>> parse_publishers(std::string_view json);

}  // namespace rapt::marketplace
