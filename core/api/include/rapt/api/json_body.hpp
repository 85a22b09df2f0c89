// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {

/// Whether a body, which must be UTF-8, is JSON as Body::parse() takes it, of any type: not nested too deep, without a
/// name twice or U+0000. The faults are the same.
Result<void> check_json_body(const http::Request& request);

}  // namespace rapt::api
