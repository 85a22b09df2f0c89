// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rapt/author/trial_host.hpp"
#include "rapt/store/database.hpp"
#include "world.hpp"

namespace rapt::author {

/// What of a world a module can change: by kind ("user", "grade") and the ids of what it is about, as JSON.
using WorldState = std::map<std::pair<std::string, std::string>, std::string>;

/// Puts a world into the core's tables, which must be empty. `module`: whose external ids and attachments they are.
Result<void> put_world(store::Transaction& tx, const World& world, const std::string& module);
Result<WorldState> read_world_state(store::Transaction& tx, const std::string& module);
/// What has come, changed and gone, in the order of kinds and ids.
std::vector<WorldChange> changes_between(const WorldState& before, const WorldState& after, const World& world);

}  // namespace rapt::author
