// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "rapt/cli/command.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

// The table of the program `rapt-marketplace`, an area each, in the order of the help.
std::vector<cli::Command> serve_words();  // serve, migrate
std::vector<cli::Command> release_words();
std::vector<cli::Command> tool_words();
std::vector<cli::Command> root_words();  // root …: ceremonies
std::vector<cli::Command> review_words();  // review, publisher, advisory

/// Where `--database-url` or MARKETPLACE_DATABASE_URL says: for words that work on the registry's database. kInvalid
/// when neither is there.
Result<std::string> database_url(const cli::Console& console, const cli::Arguments& arguments);
/// The option for it, to be put into a command's options.
inline const cli::Option kDatabaseOption{"database-url", "URL",
                                         "the registry's PostgreSQL database; else MARKETPLACE_DATABASE_URL"};

/// The program. `words` is argv without the program's name.
int run_marketplace(cli::Console& console, const std::vector<std::string>& words);

}  // namespace rapt::marketplace
