// SPDX-License-Identifier: AGPL-3.0-or-later
// The program `rapt`: see src/words_*.cpp for what it can do.
#include <unistd.h>

#include <exception>
#include <iostream>

#include "src/command.hpp"

int main(int argc, char** argv) {
  rapt::cli::Console console{std::cin,
                             std::cout,
                             std::cerr,
                             rapt::config::process_environment(),
                             isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
                             false,
                             isatty(STDOUT_FILENO) == 1};
  try {
    return rapt::cli::run(console, {argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "rapt: Something went wrong that should not have: " << error.what() << ". Please report it.\n";
    return rapt::cli::kFailed;
  }
}
