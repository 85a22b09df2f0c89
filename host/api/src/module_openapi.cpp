// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_openapi.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "module_routes.hpp"
#include "openapi_operation.hpp"

namespace rapt::api {
namespace {

using nlohmann::ordered_json;

ordered_json reference(const char* to) {
  return ordered_json::object({{"$ref", to}});
}

ordered_json parameters_of(std::string_view pattern) {
  auto out = ordered_json::array();
  for (auto at = pattern.find("/:"); at != std::string_view::npos; at = pattern.find("/:", at + 1)) {
    const auto name = pattern.substr(at + 2, pattern.find('/', at + 1) - at - 2);
    auto one = ordered_json::object();
    one["name"] = name;
    one["in"] = "path";
    one["required"] = true;
    one["schema"]["type"] = "string";
    out.push_back(std::move(one));
  }
  return out;
}

/// Of letters that may stand in an address, as tools make names of it.
std::string id_of(const ModuleRoute& route) {
  std::string out = route.declared.method + route.pattern;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '/' || c == ':'; }, '_');
  return out;
}

std::string who_may(bundle::ManifestAccess access) {
  switch (access) {
    case bundle::ManifestAccess::kPublic:
      return "Needs no login.";
    case bundle::ManifestAccess::kUser:
      return "Needs a login.";
    case bundle::ManifestAccess::kTeacher:
      return "For teachers and administrators.";
    case bundle::ManifestAccess::kGroupAdmin:
      return "For administrators of the system or of a group.";
    case bundle::ManifestAccess::kSystemAdmin:
      break;
  }
  return "For system administrators.";
}

ordered_json operation_of(const ModuleRoute& route) {
  const auto& declared = route.declared;
  auto out = ordered_json::object();
  out["operationId"] = id_of(route);
  out["tags"].push_back("module " + route.offer->module);
  out["summary"] = declared.method + " " + declared.path + " of " + route.offer->title;
  out["description"] = "Answered by the module " + route.offer->module + ". " + who_may(declared.access);
  out["security"] = ordered_json::array();
  if (declared.access != bundle::ManifestAccess::kPublic)
    out["security"].push_back(ordered_json::object({{"cookieAuth", ordered_json::array()}}));
  if (auto parameters = parameters_of(route.pattern); !parameters.empty()) out["parameters"] = std::move(parameters);
  out["x-max-body-bytes"] = declared.body_bytes;
  out["x-rate-per-minute"] = declared.rate_per_minute;
  out["x-timeout-ms"] = declared.timeout_ms;
  auto& success = out["responses"]["2XX"];
  success["description"] = "What the module answers.";
  for (const char* type : {"application/json", "application/xml", "text/csv", "text/markdown", "text/plain"})
    success["content"][type]["schema"] = ordered_json::object();
  auto& failure = out["responses"]["default"];
  failure["description"] = "A failure, also one of the module's: 502 MODULE_FAILED, 504 MODULE_TIMEOUT.";
  failure["content"]["application/json"]["schema"] = reference("#/components/schemas/Error");
  return out;
}

}  // namespace

std::string described_with_modules(const std::string& document, const ModuleRouteTable& table) {
  if (table.routes.empty()) return document;
  auto out = ordered_json::parse(document);
  std::set<std::string> tagged;
  for (const auto& route : table.routes) {
    const auto& offer = *route->offer;
    if (tagged.insert(offer.module).second) {
      auto tag = ordered_json::object();
      tag["name"] = "module " + offer.module;
      tag["description"] = offer.title + ", version " + offer.version + ".";
      out["tags"].push_back(std::move(tag));
    }
    std::string method = route->declared.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c + ('a' - 'A')); });
    out["paths"][openapi_path(route->pattern)][method] = operation_of(*route);
  }
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace rapt::api
