// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/tools/tool_service.hpp"
#include "reading.hpp"

namespace rapt::tools {

/// Adds what is wrong with the attached modules to the faults. `modules` and `reading` must outlive the task.
Task<Result<void>> check_attachments(Reading& reading, GroupId group, Modules modules);
/// What those who look after a tool should know of its modules: one sentence each.
Task<std::vector<std::string>> attachment_warnings(DefinitionPtr definition, GroupId group, Modules modules);

}  // namespace rapt::tools
