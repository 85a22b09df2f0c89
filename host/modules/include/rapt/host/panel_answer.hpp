// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::host {

/// What a module gave for a panel, as the pages may draw it, in JSON: {"parts": […], "empty": text or null}, each part
/// with every member that its kind has. The answer is hostile: anything else than rapt/panels.h allows is
/// kInvalid with the first fault's path ("parts[2].rows[4][0]") and what it has to be.
Result<std::string> read_panel_answer(std::string_view answer);

/// What is wrong with a panel's Markdown; "" when nothing is: HTML, pictures, links that leave this installation.
std::string markdown_fault(std::string_view text);

}  // namespace rapt::host
