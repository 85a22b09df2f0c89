// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

// The modules of an instance.
int run_module_list(Console& console, const Arguments& arguments);
int run_module_install(Console& console, const Arguments& arguments);
int run_module_remove(Console& console, const Arguments& arguments);
int run_module_verify(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
