// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::marketplace {

/// What lists show of a tool that a publisher offers.
struct ToolForm {
  std::string name, type, subject, grade_level, description;
  std::vector<std::string> modules;  ///< that it asks for, by name
};

/// Whether a text has the form of a tool's definition: UTF-8, at most 256 KiB, one document of YAML without anchors,
/// aliases and tags, with what every tool has; schemas compile. Whether it is sound, the host says that takes it in.
/// kInvalid with the field, below "yaml".
Result<ToolForm> read_tool_form(std::string_view yaml);

}  // namespace rapt::marketplace
