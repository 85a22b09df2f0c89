// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

/// Versions of modules: what an administrator says about them, and what the registry warns of.
namespace rapt::api {

Task<Result<Answer>> get_module_policy(Call& call);
Task<Result<Answer>> put_module_policy(Call& call);
Task<Result<Answer>> get_advisories(Call& call);

}  // namespace rapt::api
