// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

int run_tool_check(Console& console, const Arguments& arguments);
int run_tool_schema(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
