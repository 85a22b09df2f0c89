// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/cli/command.hpp"

namespace rapt::cli {

/// Parses the words after a command's name. kInvalid with a sentence that names the wrong word.
Result<Arguments> parse_arguments(const Program& program, const Command& command,
                                  const std::vector<std::string>& words);
/// Usage, summary, options and examples of one command.
std::string help_of(const Program& program, const Command& command);
/// The list of all commands, or of those whose name begins with the word `group`.
std::string overview(const Program& program, std::string_view group = "");
/// The known name that is nearest to a mistyped one; "" when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace rapt::cli
