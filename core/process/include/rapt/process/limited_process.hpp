// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::process {

struct ProcessLimits {
  std::chrono::seconds time{600};
  std::size_t output_bytes = std::size_t{1} << 20;
};

struct ProcessOutcome {
  int status = 0;  ///< exit status, 128 and the signal that ended it
  std::string output, errors;
  bool too_slow = false, too_much = false;  ///< it was ended for this
};

/// Runs a program with an environment of its own making and nothing to read, in a process group of its own that is
/// killed as a whole when a limit is passed. Blocks; `alive` is called about every second, and false from it ends the
/// program, too (as too_slow). kUnavailable when it cannot be started.
Result<ProcessOutcome> run_limited(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                                   const ProcessLimits& limits, const std::function<bool()>& alive);

}  // namespace rapt::process
