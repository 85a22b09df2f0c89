// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {

/// A whole number in the query, or `otherwise` without it; kInvalid when it is none, or not within the bounds.
Result<std::int64_t> query_number(const http::Request& request, const std::string& name, std::int64_t least,
                                  std::int64_t most, std::int64_t otherwise);
/// A text in the query, "" without it; kInvalid when it is empty, longer than that many bytes, or no text.
Result<std::string> query_text(const http::Request& request, const std::string& name, std::size_t most_bytes);
/// A time in the query, if it is there; kInvalid when it is not RFC 3339, or not of the years 1970 to 9999.
Result<std::optional<TimePoint>> query_time(const http::Request& request, const std::string& name);
/// kInvalid when a parameter of the query is there twice: which of them was meant?
Result<void> without_repeats(const http::Request& request);

}  // namespace rapt::api
