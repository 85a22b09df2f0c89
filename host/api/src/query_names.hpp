// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::api {

/// kInvalid for a parameter of the query that the route's description does not name, with those that it does name: a
/// misspelt "limt" is told and not overlooked. A route whose description says "any_query" takes every one, and what is
/// read takes `limit` and `cursor`.
Result<void> without_unknown(const Route& route, const http::Request& request);

}  // namespace rapt::api
