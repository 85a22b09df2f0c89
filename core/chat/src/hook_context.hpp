// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/hooks/hook.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/tools/definition.hpp"
#include "session_store.hpp"

namespace rapt::chat {

/// What the modules are told of a conversation: tool, pseudonymizable user, group, session, history.
hooks::Context context_of(const identity::Actor& actor, const OpenSession& open, const tools::ToolDefinition& tool);

}  // namespace rapt::chat
