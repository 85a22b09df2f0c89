// SPDX-License-Identifier: AGPL-3.0-or-later
// The program `rapt-marketplace`: see src/words.cpp for what it can do.
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>

#include "src/words.hpp"

int main(int argc, char** argv) {
  const auto environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  rapt::cli::Console console{std::cin,
                             std::cout,
                             std::cerr,
                             environment,
                             isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
                             false,
                             isatty(STDOUT_FILENO) == 1};
  try {
    return rapt::marketplace::run_marketplace(console, {argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "rapt-marketplace: Something went wrong that should not have: " << error.what()
              << ". Please report it.\n";
    return rapt::cli::kFailed;
  }
}
