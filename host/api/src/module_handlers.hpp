// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::api {

// module_route_handler.cpp: every route of a module, with `call.module_route`.
Task<Result<Answer>> ask_module_route(Call& call);

// module_export_routes.cpp
Task<Result<Answer>> get_exports(Call& call);
Task<Result<Answer>> get_module_export(Call& call);

// usage_routes.cpp: what modules asked AI for.
Task<Result<Answer>> get_usage_by_module(Call& call);

// module_offer_routes.cpp
Task<Result<Answer>> get_module_routes(Call& call);

}  // namespace rapt::api
