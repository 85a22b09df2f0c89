// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "handlers.hpp"

namespace rapt::api {

/// provider_routes.cpp: the rest of a login through a provider, for an account with a second factor.
Task<Result<Answer>> post_provider_code(Call& call);

}  // namespace rapt::api
