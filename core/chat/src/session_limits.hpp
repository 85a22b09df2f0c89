// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rapt/identity/actor.hpp"
#include "rapt/tools/definition.hpp"
#include "session_store.hpp"

namespace rapt::chat {

/// Whether that can be a message at all.
Result<void> check_content(const std::string& content);
/// Whether the owner may write now: the session's state, the assignment's window and time, the tool's time.
Result<void> check_open(const identity::Actor& owner, const OpenSession& open, const tools::ToolDefinition& tool,
                        TimePoint now);
/// Whether the tool allows the owner another message. An answer that is made anew is none.
Result<void> check_message_count(const OpenSession& open, const tools::ToolDefinition& tool);
/// When nothing more can be written, as far as that is known.
std::optional<TimePoint> ends_at(TimePoint started_at, const tools::ToolDefinition& tool,
                                 const std::optional<TimePoint>& closes_at,
                                 const std::optional<std::chrono::seconds>& time_limit);

}  // namespace rapt::chat
