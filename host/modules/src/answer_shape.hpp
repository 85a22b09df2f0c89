// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/hooks/hook.hpp"

namespace rapt::host {

/// What is wrong with a module's answer to a route, panel, export, job or event, as a clause; "" when nothing is, and
/// for all other calls. Whether caches may keep a route's answer for all depends on who may ask: that is not decided
/// here.
std::string shape_fault(hooks::Point point, const std::string& answer_json);

}  // namespace rapt::host
