// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>

#include "call.hpp"
#include "rapt/base/clock.hpp"

namespace rapt::api {

/// Says in which state an editable object was answered (RFC 9110, 8.8.3): its ETag is when it last changed.
http::Response with_version(http::Response response, TimePoint updated_at);
/// The state that the caller wants to change, from If-Match; nullopt without the field, or with "*". A tag that is none
/// of ours matches nothing: kConflict, PRECONDITION_FAILED.
Result<std::optional<TimePoint>> expected_version(const Call& call);

}  // namespace rapt::api
