// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>

#include "call.hpp"

namespace rapt::api {

/// Every route, its access rule beside it. Patterns are below /api/v1.
std::span<const Route> routes();

}  // namespace rapt::api
