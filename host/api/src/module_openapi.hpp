// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

namespace rapt::api {

struct ModuleRouteTable;

/// The API's description (an OpenAPI document) with the routes of modules beside the host's own: a tag for each module,
/// and of each route what its manifest says. What it answers, the module alone knows.
std::string described_with_modules(const std::string& document, const ModuleRouteTable& table);

}  // namespace rapt::api
