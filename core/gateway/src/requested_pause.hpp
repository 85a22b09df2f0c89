// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>

#include "rapt/http/message.hpp"

namespace rapt::gateway {

/// What Retry-After (seconds or a date), or retry-after-ms, asks for; nullopt when neither can be read. `now` counts
/// where the answer has no Date of its own.
std::optional<std::chrono::milliseconds> requested_pause(const http::Headers& headers,
                                                         std::chrono::system_clock::time_point now);

}  // namespace rapt::gateway
