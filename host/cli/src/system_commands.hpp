// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

// What runs and keeps an instance.
int run_version(Console& console, const Arguments& arguments);
int run_config(Console& console, const Arguments& arguments);
int run_serve(Console& console, const Arguments& arguments);
int run_migrate(Console& console, const Arguments& arguments);
int run_doctor(Console& console, const Arguments& arguments);
int run_demo_seed(Console& console, const Arguments& arguments);
int run_demo_model_command(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
