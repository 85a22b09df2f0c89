// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/http/message.hpp"

namespace rapt::api {

/// Headers that every answer carries. `page`: the answer is one of the pages and may load its own scripts and styles;
/// anything else may load nothing. `https_only`: browsers are told never to come back over plain HTTP.
void add_security_headers(http::Headers& headers, bool page, bool https_only);

}  // namespace rapt::api
