// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <iosfwd>
#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "instance.hpp"
#include "rapt/updates/standing.hpp"

namespace rapt::cli {

using Standings = std::map<std::string, updates::Standing>;
Result<Standings> load_standings(Instance& instance);
/// What an administrator should know of the module's versions, a line each: yanked, advisories, what is newer and why
/// it has not been taken. Nothing when there is nothing.
void show_standing(std::ostream& out, const updates::Standing& standing, const std::string& indent);
/// The same for programs, and the policy.
nlohmann::json to_json(const updates::Standing& standing);

}  // namespace rapt::cli
