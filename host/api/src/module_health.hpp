// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/host/supervisor.hpp"

namespace rapt::api {

/// A module's health as the journal keeps it: JSON, without `released_at`, which is a column of its own.
std::string health_text(const host::ModuleHealth& health);
/// nullopt for everything that health_text() has not made: what somebody else has written there decides nothing.
std::optional<host::ModuleHealth> read_health(const std::string& text);

}  // namespace rapt::api
