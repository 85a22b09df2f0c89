// SPDX-License-Identifier: AGPL-3.0-or-later
#include "cors.hpp"

#include <algorithm>

namespace rapt::api {
namespace {

constexpr const char* kFieldsTaken =
    "Accept, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "Last-Event-ID, X-Request-Id";
constexpr const char* kFieldsShown =
    "ETag, Idempotency-Replayed, Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
    "X-Request-Id";
constexpr const char* kPreflightSeconds = "600";

}  // namespace

bool is_listed(std::string_view origin, const Origins& origins) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

void add_cors_headers(http::Headers& headers, const http::Request& request, const Origins& origins) {
  if (origins.empty()) return;
  headers.add("Vary", "Origin");
  const auto origin = request.headers.get("Origin");
  if (!origin || !is_listed(*origin, origins)) return;
  headers.set("Access-Control-Allow-Origin", *origin);
  headers.set("Access-Control-Allow-Credentials", "true");
  headers.set("Access-Control-Expose-Headers", kFieldsShown);
}

http::Response options_reply(const http::Request& request, const std::string& allowed, const Origins& origins) {
  http::Response response;
  response.status = 204;
  response.headers.set("Allow", allowed + ", OPTIONS");
  const auto origin = request.headers.get("Origin");
  const bool preflight = origin && request.headers.get("Access-Control-Request-Method");
  if (!preflight || !is_listed(*origin, origins)) return response;
  response.headers.set("Access-Control-Allow-Methods", allowed);
  response.headers.set("Access-Control-Allow-Headers", kFieldsTaken);
  response.headers.set("Access-Control-Max-Age", kPreflightSeconds);
  return response;
}

}  // namespace rapt::api
