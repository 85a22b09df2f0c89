// SPDX-License-Identifier: AGPL-3.0-or-later
// All routes of the registry, and the shape of their answers.
#include <array>
#include <vector>

#include "call.hpp"
#include "openapi.hpp"
#include "rapt/base/json_text.hpp"

namespace rapt::marketplace {
namespace {

Task<Result<http::Response>> get_health(Call&) {
  co_return reply(200, R"({"status":"ok"})");
}

constexpr std::array kOwn{Route{"GET", "/health", Access::kPublic, get_health, 0, 6000},
                          Route{"GET", "/api/openapi.json", Access::kPublic, get_openapi, 0, 120}};

http::Response json_answer(int status, std::string body) {
  http::Response out;
  out.status = status;
  out.headers.set("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

}  // namespace

std::span<const Route> all_routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> out;
    // Those of publishers before those with a publisher's name: "/api/publishers/me".
    for (const auto routes :
         {std::span<const Route>(kOwn), publish_routes(), module_routes(), metadata_routes(), release_routes()})
      out.insert(out.end(), routes.begin(), routes.end());
    return out;
  }();
  return all;
}

http::Response reply(int status, std::string_view data_json) {
  std::string body = R"({"data":)";
  body.append(data_json).append("}\n");
  return json_answer(status, std::move(body));
}

http::Response reply_page(std::string_view data_json, std::string_view next_cursor) {
  std::string body = R"({"data":)";
  body.append(data_json).append(R"(,"meta":{"next_cursor":)");
  if (next_cursor.empty()) {
    body.append("null");
  } else {
    append_json_string(body, next_cursor);
  }
  body.append("}}\n");
  return json_answer(200, std::move(body));
}

}  // namespace rapt::marketplace
