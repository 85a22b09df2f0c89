// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/http/message.hpp"

namespace rapt::api {

/// Hands the login's cookie to the browser: HttpOnly, SameSite=Lax, Secure in production; for thirty days, or unless
/// `lasting` (a shared device) until the browser ends. An answer that sets or clears it already stays as it is: what a
/// request has replaced or ended is not handed out again because the same request has extended it.
void set_session_cookie(http::Headers& headers, const std::string& token, bool production, bool lasting = true);
/// Has the browser forget it.
void clear_session_cookie(http::Headers& headers, bool production);

}  // namespace rapt::api
