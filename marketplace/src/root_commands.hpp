// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/cli/command.hpp"

namespace rapt::marketplace {

// The words `root …`: ceremonies on files, and `root take`, which hands them to the registry's database.
int run_root_keygen(cli::Console& console, const cli::Arguments& arguments);
int run_root_init(cli::Console& console, const cli::Arguments& arguments);
int run_root_rotate(cli::Console& console, const cli::Arguments& arguments);
int run_root_targets(cli::Console& console, const cli::Arguments& arguments);
int run_root_publishers(cli::Console& console, const cli::Arguments& arguments);
int run_root_sign(cli::Console& console, const cli::Arguments& arguments);
int run_root_show(cli::Console& console, const cli::Arguments& arguments);
int run_root_take(cli::Console& console, const cli::Arguments& arguments);
int run_root_develop(cli::Console& console, const cli::Arguments& arguments);

}  // namespace rapt::marketplace
