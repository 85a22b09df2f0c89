// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

int run_update_check(Console& console, const Arguments& arguments);
int run_update_status(Console& console, const Arguments& arguments);
int run_update_release(Console& console, const Arguments& arguments);
// update_apply.cpp
int run_update_apply(Console& console, const Arguments& arguments);
int run_update_rollback(Console& console, const Arguments& arguments);
// agent_command.cpp
int run_agent(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
