// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/api/quota.hpp"
#include "rapt/base/error.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {

/// The status of a failure, by docs/api.md's table.
int status_of(const Error& error);
/// Its MACHINE_CODE: the error's own, or its kind's usual one.
std::string_view code_of(const Error& error);
/// The JSON body that a reader gets: {"error","code","details"?}. Never `log_detail`.
std::string error_body(const Error& error, std::string_view request_id, const Quota* quota = nullptr);
/// The whole reply, with Retry-After where it applies. `quota`: the limit that refused, for its details.
http::Response error_reply(const Error& error, std::string_view request_id, const Quota* quota = nullptr);

}  // namespace rapt::api
