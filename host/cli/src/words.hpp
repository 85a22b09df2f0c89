// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <vector>

#include "command.hpp"

namespace rapt::cli {

// The table of commands(), an area each, in the order of the help.
std::vector<Command> system_words();
std::vector<Command> module_words();
std::vector<Command> user_words();
std::vector<Command> usage_words();
std::vector<Command> trust_words();
std::vector<Command> author_words();
std::vector<Command> publish_words();
std::vector<Command> release_words();
std::vector<Command> tool_words();
std::vector<Command> update_words();
std::vector<Command> demo_words();

}  // namespace rapt::cli
