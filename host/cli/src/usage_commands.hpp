// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

// What AI has used: usage_commands.cpp
int run_usage_summary(Console& console, const Arguments& arguments);
int run_usage_by_group(Console& console, const Arguments& arguments);
int run_usage_by_user(Console& console, const Arguments& arguments);
int run_usage_by_model(Console& console, const Arguments& arguments);
int run_usage_by_tool(Console& console, const Arguments& arguments);
int run_usage_by_module(Console& console, const Arguments& arguments);
int run_usage_by_day(Console& console, const Arguments& arguments);
// usage_check.cpp
int run_usage_rollup(Console& console, const Arguments& arguments);
int run_usage_check(Console& console, const Arguments& arguments);

/// For the table of commands: --from, --to, and --limit where there is a list.
const std::vector<Option>& usage_days();
const std::vector<Option>& usage_list();

}  // namespace rapt::cli
