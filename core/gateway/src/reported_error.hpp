// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include "discretion.hpp"
#include "failure.hpp"

namespace rapt::gateway {

/// What an error object (or a bare sentence) means. `status` is the one of the answer that it came with, 0 for a
/// stream.
ReportedError reported_error(const nlohmann::json& error, int status, const Discretion& discretion);

}  // namespace rapt::gateway
