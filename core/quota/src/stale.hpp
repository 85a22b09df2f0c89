// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

namespace rapt::quota {

/// kConflict, PRECONDITION_FAILED, when somebody has changed it since the caller read it.
inline Result<void> check_fresh(const std::optional<TimePoint>& expected, TimePoint present) {
  if (!expected || *expected == present) return {};
  Error error = Error::conflict("Somebody has changed this meanwhile: read it again, then make your change.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

}  // namespace rapt::quota
