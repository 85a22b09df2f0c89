// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "rapt/agent/keeper.hpp"
#include "rapt/agent/strategy.hpp"
#include "update_site.hpp"

namespace rapt::cli {

/// What DEPLOYMENT_TYPE says. `keeper` is needed for bare alone; all outlive it. kInvalid names the setting that is
/// missing.
Result<std::unique_ptr<agent::Strategy>> make_strategy(UpdateSite& site, agent::Keeper* keeper);

}  // namespace rapt::cli
