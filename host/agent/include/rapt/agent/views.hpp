// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "rapt/agent/platform.hpp"

namespace rapt::agent {

/// As the API and `rapt update … --json` both tell it (docs/api.md).
nlohmann::json view(const UpdateRecord& update);
/// agents, look, offer, update, history and holds; without what depends on who tells it.
nlohmann::json view(const PlatformState& state);

}  // namespace rapt::agent
