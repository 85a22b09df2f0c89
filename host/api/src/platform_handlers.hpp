// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::api {

// platform_routes.cpp: how the platform is brought to another release
Task<Result<Answer>> get_platform(Call& call);
Task<Result<Answer>> post_platform_update(Call& call);
Task<Result<Answer>> get_platform_update(Call& call);
Task<Result<Answer>> delete_platform_update(Call& call);
Task<Result<Answer>> post_platform_rollback(Call& call);
Task<Result<Answer>> post_platform_look(Call& call);
Task<Result<Answer>> delete_platform_hold(Call& call);

}  // namespace rapt::api
