// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/http/message.hpp"

namespace rapt::api {

/// Headers that every answer carries. `page`: the answer is one of the pages and may load its own scripts and styles;
/// anything else may load nothing.
void add_security_headers(http::Headers& headers, bool page);

}  // namespace rapt::api
