// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/http/message.hpp"

namespace rapt::api {

/// Pages of other sites that may use the API (CORS_ORIGINS): exact origins, named one by one. What no origin is listed
/// for gets no header of CORS at all.
using Origins = std::vector<std::string>;

bool is_listed(std::string_view origin, const Origins& origins);
/// For any answer: lets the listed origin that asks read it.
void add_cors_headers(http::Headers& headers, const http::Request& request, const Origins& origins);
/// The answer to OPTIONS for a path that takes the methods `allowed` ("GET, POST").
http::Response options_reply(const http::Request& request, const std::string& allowed, const Origins& origins);

}  // namespace rapt::api
