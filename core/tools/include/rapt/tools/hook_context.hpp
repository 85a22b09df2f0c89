// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/hooks/hook.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::tools {

/// What a hook is told of the tool and of who uses it: the highest role, and the first of the user's groups.
hooks::Context hook_context(const identity::Actor& actor, const ToolId& id, const ToolDefinition& tool);

}  // namespace rapt::tools
