// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/http/message.hpp"

namespace rapt::api {

/// Hands the login's cookie to the browser: HttpOnly, SameSite=Lax, thirty days, Secure in production.
void set_session_cookie(http::Headers& headers, const std::string& token, bool production);
/// Has the browser forget it.
void clear_session_cookie(http::Headers& headers, bool production);

}  // namespace rapt::api
