// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>

#include "rapt/chat/chores.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/tools/definition.hpp"
#include "session_store.hpp"

namespace rapt::chat {

/// Ends a conversation for its owner: session:end is asked, its findings, jobs and the event are stored with it.
/// `silent_since`: only when no message has come since then. kConflict when it has ended already, or is not silent.
Task<Result<void>> complete_session(CompletionParts parts, const identity::Actor& owner, const OpenSession& open,
                                    const tools::ToolDefinition& tool, TimePoint now,
                                    std::optional<TimePoint> silent_since);
/// Pauses or resumes it.
Task<Result<void>> change_session(store::Database& database, SessionId id, SessionState state);

}  // namespace rapt::chat
