// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session_cookie.hpp"

#include <algorithm>
#include <optional>

#include "rapt/identity/auth_service.hpp"

namespace rapt::api {
namespace {

std::string cookie(const std::string& value, std::optional<std::chrono::seconds> max_age, bool secure) {
  const std::string age = max_age ? "; Max-Age=" + std::to_string(max_age->count()) : "";
  return std::string(identity::kSessionCookie) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + age +
         (secure ? "; Secure" : "");
}

bool speaks_of_the_login(const http::Headers& headers) {
  const std::string start = std::string(identity::kSessionCookie) + "=";
  const auto& all = headers.all();
  return std::any_of(all.begin(), all.end(), [&start](const auto& field) {
    return field.first == "Set-Cookie" && field.second.starts_with(start);
  });
}

}  // namespace

void set_session_cookie(http::Headers& headers, const std::string& token, bool production, bool lasting) {
  if (speaks_of_the_login(headers)) return;
  const auto age = lasting ? std::optional<std::chrono::seconds>(identity::kSessionLifetime) : std::nullopt;
  headers.add("Set-Cookie", cookie(token, age, production));
}

void clear_session_cookie(http::Headers& headers, bool production) {
  headers.add("Set-Cookie", cookie("", std::chrono::seconds(0), production));
}

}  // namespace rapt::api
