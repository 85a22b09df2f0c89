// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::demo {

/// Writes the demonstration data: a district with a school and a department, a class with two teachers and thirty
/// students, an administrator of each kind, the two tools of deploy/demo and an assignment of each. What is there
/// already stays; only the accounts get `password`. All or nothing, in one transaction; hashes passwords first, about a
/// second. `with_model`: the demonstration model answers here, so it is among the models, with a made-up price that says
/// so: reports and budgets have something to count. Returns what ./rapt writes to run.json: {accounts, tools, groups,
/// classes, assignments}.
Result<std::string> seed_demo(store::Database& database, const Clock& clock, const std::string& password,
                              bool with_model);

}  // namespace rapt::demo
