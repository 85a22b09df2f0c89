// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::marketplace {

Task<Result<http::Response>> get_tools(Call& call);
Task<Result<http::Response>> get_tool(Call& call);
Task<Result<http::Response>> post_tool(Call& call);

}  // namespace rapt::marketplace
