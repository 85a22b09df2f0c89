// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <set>
#include <string>

#include "call.hpp"
#include "module_place.hpp"

namespace rapt::api {

/// The modules of the tools that are used at a place: of a class the tools that are assigned in it, of an assignment
/// or a conversation its own. Empty at other places. Fails as the database does.
Task<Result<std::set<std::string>>> modules_used_at(Call& call, const ModulePlace& place);

/// Whether a module has its place among the panels there. One that teachers attach to tools (it has hooks) belongs to
/// a class, an assignment or a conversation only where such a tool is used; one without hooks belongs everywhere.
bool belongs_at(const Services& services, const ModulePlace& place, const std::set<std::string>& used,
                const std::string& module);

}  // namespace rapt::api
