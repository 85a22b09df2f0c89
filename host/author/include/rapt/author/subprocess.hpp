// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::author {

/// What a program did.
struct Finished {
  int status = 0;      ///< its exit status, 128 and its signal when one ended it
  std::string output;  ///< both streams, the last of it when it is very long
};

/// Runs a program of PATH with this process's environment and nothing to read, and waits for it. kUnavailable when it
/// cannot be started.
Result<Finished> run_program(const std::vector<std::string>& words);

/// The first of `names` that can be run: paths, or names to be looked for in `path_variable`.
std::optional<std::string> find_program(const std::vector<std::string>& names, std::string_view path_variable);

}  // namespace rapt::author
