// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "command.hpp"
#include "rapt/author/trial_host.hpp"

namespace rapt::cli {

/// What `rapt run` and `rapt check` take of the host behind a module: put to a command's own options.
std::vector<Option> with_trial_options(std::vector<Option> options);
/// kInvalid for --secret without a name or with a file that cannot be read, and for an option that needs another.
Result<author::TrialOptions> trial_options(const Console& console, const Arguments& arguments);

}  // namespace rapt::cli
