// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/host/services.hpp"
#include "rapt/host/sessions.hpp"

namespace rapt::host {

/// What RAPT_ATTACHED_VERSIONS compares with, for a module's name (which has no character that JSON escapes).
inline std::string attachment_of(const std::string& module) {
  return R"([{"name":")" + module + R"("}])";
}

/// A user as the module knows it: the id with the permission "directory", else the pseudonym of the hooks.
std::string shown_user(const ServiceRequest& request, const PseudonymOf& pseudonym, const std::string& tool_id,
                       const std::string& user_id);
bool has_grant(const ServiceRequest& request, std::string_view grant);

}  // namespace rapt::host

/// The versions of tools to which a module is attached, and to whose tool it is attached today as well: detaching it
/// ends what it may read, attaching it gives nothing of what was said before. `attachment`: the place of a parameter.
#define RAPT_ATTACHED_VERSIONS(attachment)                                                                    \
  "(SELECT v.id FROM tool_versions v JOIN tools t ON t.id = v.tool_id"                                        \
  " JOIN tool_versions newest ON newest.id = t.current_version_id WHERE v.parsed -> 'modules' @> " attachment \
  "::jsonb AND newest.parsed -> 'modules' @> " attachment "::jsonb)"
