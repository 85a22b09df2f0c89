// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "call.hpp"

namespace rapt::api {

/// "/groups/:id/members" in OpenAPI: "/groups/{id}/members".
std::string openapi_path(std::string_view pattern);

/// The OpenAPI operation of a route: what the route itself says joined with what its area's file says. Throws
/// nlohmann's exceptions when `said` has another shape than it should.
nlohmann::ordered_json openapi_operation(const Route& route, const nlohmann::ordered_json& said,
                                         const std::string& tag);

}  // namespace rapt::api
