// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::api {

// marketplace_routes.cpp: what the registry offers
Task<Result<Answer>> get_marketplace(Call& call);
Task<Result<Answer>> get_marketplace_modules(Call& call);
Task<Result<Answer>> get_marketplace_module(Call& call);

// module_operation_routes.cpp: installing, upgrading, removing
Task<Result<Answer>> post_module_plan(Call& call);
Task<Result<Answer>> post_module_upload(Call& call);
Task<Result<Answer>> post_module_operation(Call& call);
Task<Result<Answer>> get_module_operations(Call& call);
Task<Result<Answer>> get_module_operation(Call& call);
Task<Result<Answer>> delete_module(Call& call);

}  // namespace rapt::api
