// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::marketplace {

Task<Result<http::Response>> get_categories(Call& call);
Task<Result<http::Response>> get_publisher(Call& call);
Task<Result<http::Response>> get_advisories(Call& call);

}  // namespace rapt::marketplace
