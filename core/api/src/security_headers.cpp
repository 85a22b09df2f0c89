// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/security_headers.hpp"

namespace rapt::api {
namespace {

/// What the pages need and nothing more: no inline script, no inline style, nothing from elsewhere.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
    "'none'";
constexpr const char* kOneYear = "max-age=31536000";
constexpr const char* kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

}  // namespace

void add_security_headers(http::Headers& headers, bool page, bool https_only) {
  headers.set("Content-Security-Policy", page ? kPagePolicy : kDataPolicy);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "same-origin");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  // Browsers heed it over HTTPS alone, so that it does no harm on a production host without.
  if (https_only) headers.set("Strict-Transport-Security", kOneYear);
  if (!page && !headers.get("Cache-Control")) headers.set("Cache-Control", "no-store");
}

}  // namespace rapt::api
