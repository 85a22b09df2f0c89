// SPDX-License-Identifier: AGPL-3.0-or-later
// What administrators see of the routes that a module answers.
#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "module_handlers.hpp"
#include "module_routes.hpp"
#include "rapt/install/installer.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

json view(const bundle::ManifestRoute& declared, const std::string& path, json problem) {
  return {{"method", declared.method},
          {"path", path},
          {"access", std::string(bundle::name(declared.access))},
          {"body_bytes", declared.body_bytes},
          {"rate_per_minute", declared.rate_per_minute},
          {"timeout_ms", declared.timeout_ms},
          {"problem", std::move(problem)}};
}

}  // namespace

Task<Result<Answer>> get_module_routes(Call& call) {
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  const auto table = co_await module_routes_of(call).table();
  json items = json::array();
  for (const auto& route : table->routes) {
    if (route->offer->module == record->name)
      items.push_back(view(route->declared, "/api/v1" + route->pattern, nullptr));
  }
  for (const auto& route : table->refused) {
    if (route.module == record->name) items.push_back(view(route.declared, route.declared.path, route.why));
  }
  co_return list_reply(std::move(items), std::nullopt);
}

}  // namespace rapt::api
