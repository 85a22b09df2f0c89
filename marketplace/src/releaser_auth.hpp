// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"

namespace rapt::marketplace {

/// Whether a key of the role "releases" has signed this head, as recognize() of publisher_auth.hpp; the key's id.
/// kUnauthorized, kForbidden for a key that is none of that role's.
Task<Result<std::string>> recognize_releaser(Site& site, const http::Request& head);

/// Whether the whole request is a releaser's: recognize_releaser(), the body, and that it is no repetition.
Task<Result<std::string>> authenticate_releaser(Site& site, const http::Request& request);

}  // namespace rapt::marketplace
