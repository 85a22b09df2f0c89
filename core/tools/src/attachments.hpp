// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/tools/tool_service.hpp"

namespace rapt::tools {

/// Whether every attached module is installed and takes its config under the settings of the tool's group; kInvalid
/// with a field for each fault.
Task<Result<void>> check_attachments(DefinitionPtr definition, GroupId group, Modules modules);

}  // namespace rapt::tools
