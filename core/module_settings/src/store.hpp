// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "merge.hpp"
#include "rapt/store/database.hpp"

namespace rapt::module_settings {

/// Everything that holds in a group ("" for none), by module, and the version under which it was read.
struct Loaded {
  std::int64_t version = 0;
  std::map<std::string, std::vector<Layer>> modules;
};
/// For a group that is not there: what the system says.
extern const store::Statement kInGroup, kVersion;
Loaded loaded_from(const store::Rows& rows);

struct Stored {
  Settings settings;
  nlohmann::json secrets = nlohmann::json::object();  ///< by name, sealed
  bool known = false;                                 ///< there is a row
};
Result<Stored> load(store::Transaction& tx, const Place& place, bool for_update);
Result<void> save(store::Transaction& tx, const Place& place, const Stored& stored, const UserId& by);
Result<void> erase(store::Transaction& tx, const Place& place);
/// The group's path; "" when it is not there.
Result<std::string> group_path(store::Transaction& tx, const GroupId& group);
/// `for_update`: who changes settings of the module waits for others who do.
Result<bool> module_stands(store::Transaction& tx, const std::string& module, bool for_update);

}  // namespace rapt::module_settings
