// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "call.hpp"
#include "rapt/updates/standing.hpp"

namespace rapt::api {

nlohmann::json view(const install::ModulePolicy& policy);
nlohmann::json view(const marketplace::Advisory& advisory);
/// Puts what is known of a module's versions into its view: policy, update, yanked, advisories, dependents, probation.
void add_standing(nlohmann::json& module, const updates::Standing& standing);
/// Of one module; as of one that nobody has said anything about when it has been removed meanwhile.
Task<Result<updates::Standing>> standing_of(const Call& call, std::string module);

}  // namespace rapt::api
