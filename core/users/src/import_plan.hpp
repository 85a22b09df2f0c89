// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "import_rows.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::users {

/// Decides what is to be done because of each line: sets outcome, user, group_id and role, or adds faults.
Result<void> plan_lines(store::Transaction& tx, const ImportId& id, const identity::Actor& actor,
                        std::vector<Planned>& plans);

}  // namespace rapt::users
