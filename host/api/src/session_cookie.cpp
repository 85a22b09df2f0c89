// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session_cookie.hpp"

#include "rapt/identity/auth_service.hpp"

namespace rapt::api {
namespace {

std::string cookie(const std::string& value, std::chrono::seconds max_age, bool secure) {
  return std::string(identity::kSessionCookie) + "=" + value +
         "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(max_age.count()) + (secure ? "; Secure" : "");
}

}  // namespace

void set_session_cookie(http::Headers& headers, const std::string& token, bool production) {
  headers.add("Set-Cookie", cookie(token, identity::kSessionLifetime, production));
}

void clear_session_cookie(http::Headers& headers, bool production) {
  headers.add("Set-Cookie", cookie("", std::chrono::seconds(0), production));
}

}  // namespace rapt::api
