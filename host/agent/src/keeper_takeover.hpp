// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "keeper_state.hpp"

namespace rapt::agent {

/// ServerKeeper::become().
Task<Result<void>> take_over(KeeperState::Self self, std::filesystem::path release, std::vector<std::string> words,
                             std::vector<std::string> environment);

}  // namespace rapt::agent
