// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "call.hpp"
#include "rapt/base/clock.hpp"

namespace rapt::api {

/// A text in the query, "" without it; kInvalid when it is empty, longer than that many bytes, or no text.
Result<std::string> query_text(const Call& call, const std::string& name, std::size_t most_bytes);
/// A time in the query, if it is there; kInvalid when it is not RFC 3339, or not of the years 1970 to 9999.
Result<std::optional<TimePoint>> query_time(const Call& call, const std::string& name);

}  // namespace rapt::api
