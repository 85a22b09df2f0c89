// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"

namespace rapt::api {

/// kForbidden PROVIDER_REQUIRED (with the provider's name) for an address whose domain an administrator has given to a
/// login provider alone. Decided by the domain, so it tells nothing about accounts.
Task<Result<void>> check_no_forced_provider(Call& call, std::string email);

}  // namespace rapt::api
