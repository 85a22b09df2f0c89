// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/cli/command.hpp"
#include "rapt/config/settings.hpp"

namespace rapt::cli {

/// Every command of the program, in the order of the help.
const std::vector<Command>& commands();

/// The program `rapt`. `words` is argv without the program's name.
int run(Console& console, const std::vector<std::string>& words);

/// All settings, or the faults in them.
Result<config::Settings> settings_of(const Console& console);
/// For words that work on this host's files alone: a database and a Redis need not be set.
Result<config::Settings> local_settings_of(const Console& console);

}  // namespace rapt::cli
