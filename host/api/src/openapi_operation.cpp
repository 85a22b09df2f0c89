// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openapi_operation.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "idempotency.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {
namespace {

using nlohmann::ordered_json;

ordered_json component(const std::string& what) {
  return ordered_json::object({{"$ref", "#/components/" + what}});
}

/// An object of one member; braces alone might make an array of it.
ordered_json one(const std::string& name, ordered_json value) {
  auto out = ordered_json::object();
  out[name] = std::move(value);
  return out;
}

bool changes_state(const Route& route) {
  return std::string_view(route.method) != "GET";
}

/// Somebody who is logged in may send it twice (idempotency.hpp).
bool takes_key(const Route& route) {
  return std::string_view(route.method) == "POST" && route.access != Access::kPublic && !may_hold_secrets(route);
}

std::vector<std::string> path_parameters(std::string_view pattern) {
  std::vector<std::string> names;
  for (auto at = pattern.find(':'); at != std::string_view::npos; at = pattern.find(':', at + 1))
    names.emplace_back(pattern.substr(at + 1, pattern.find('/', at) - at - 1));
  return names;
}

ordered_json path_parameter(const std::string& name, const ordered_json& said) {
  const ordered_json usual{{"description", name == "id" ? "Its id." : "The id of the " + name + "."},
                           {"schema", {{"type", "string"}, {"format", "uuid"}}}};
  const auto about = said.value("path", ordered_json::object()).value(name, usual);
  return {{"name", name},
          {"in", "path"},
          {"required", true},
          {"description", about.at("description")},
          {"schema", about.at("schema")}};
}

ordered_json parameters(const Route& route, const ordered_json& said) {
  auto out = ordered_json::array();
  for (const auto& name : path_parameters(route.pattern)) out.push_back(path_parameter(name, said));
  for (const auto& query : said.value("query", ordered_json::array())) {
    if (query == "limit") {
      out.push_back(component("parameters/Limit"));
    } else if (query == "cursor") {
      out.push_back(component("parameters/Cursor"));
    } else {
      ordered_json parameter{{"name", query.at("name")}, {"in", "query"}};
      parameter.update(query);
      out.push_back(std::move(parameter));
    }
  }
  if (said.value("if_match", false)) out.push_back(component("parameters/IfMatch"));
  if (takes_key(route)) out.push_back(component("parameters/IdempotencyKey"));
  return out;
}

ordered_json request_body(const ordered_json& said) {
  const auto& body = said.at("body");
  const bool other = body.contains("content_type");
  const std::string type = other ? body.at("content_type").get<std::string>() : "application/json";
  return {{"required", !said.value("body_optional", false)},
          {"content", one(type, one("schema", other ? body.at("schema") : body))}};
}

/// {"data": …}, as views.cpp writes it.
ordered_json data_schema(const ordered_json& data) {
  return {{"type", "object"},
          {"required", ordered_json::array({"data"})},
          {"additionalProperties", false},
          {"properties", one("data", data)}};
}

ordered_json list_schema(const ordered_json& item) {
  const ordered_json cursor{{"type", {"string", "null"}}, {"description", "Null on the last page."}};
  const ordered_json meta{{"type", "object"},
                          {"required", ordered_json::array({"next_cursor"})},
                          {"additionalProperties", false},
                          {"properties", one("next_cursor", cursor)}};
  return {{"type", "object"},
          {"required", {"data", "meta"}},
          {"additionalProperties", false},
          {"properties", {{"data", {{"type", "array"}, {"items", item}}}, {"meta", meta}}}};
}

ordered_json content(const ordered_json& answer) {
  auto out = ordered_json::object();
  if (answer.contains("data")) out["application/json"] = one("schema", data_schema(answer["data"]));
  if (answer.contains("list")) out["application/json"] = one("schema", list_schema(answer["list"]));
  if (answer.contains("schema"))
    out[answer.value("content_type", "application/json")] = one("schema", answer["schema"]);
  const auto also = answer.value("also", ordered_json::object());
  for (const auto& [type, media] : also.items()) out[type] = media;
  return out;
}

void add_headers(ordered_json& response, const Route& route) {
  response["headers"]["X-Request-Id"] = component("headers/X-Request-Id");
  if (route.tier == Tier::kNone) return;
  for (const char* name : {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"})
    response["headers"][name] = component(std::string("headers/") + name);
}

ordered_json response(const Route& route, const std::string& status, const ordered_json& answer,
                      const ordered_json& said) {
  const std::string usual(http::reason_phrase(std::stoi(status)));
  ordered_json out{{"description", answer.value("description", usual + ".")}};
  add_headers(out, route);
  if (status.starts_with('2')) {
    for (const auto& name : said.value("answer_headers", ordered_json::array()))
      out["headers"][name.get<std::string>()] = component("headers/" + name.get<std::string>());
  }
  if (auto body = content(answer); !body.empty()) out["content"] = std::move(body);
  return out;
}

/// The failures that every route of this kind has, whatever it does.
std::set<std::string> usual_failures(const Route& route, const ordered_json& said) {
  std::set<std::string> out{"400", "431", "500"};
  if (route.access != Access::kPublic) out.insert({"401", "503"});
  if (route.access == Access::kAdmin || route.access == Access::kSystemAdmin || changes_state(route)) out.insert("403");
  if (std::string_view(route.pattern).find(':') != std::string_view::npos) out.insert("404");
  if (said.contains("body")) out.insert({"408", "413", "415"});
  if (said.value("if_match", false)) out.insert("412");
  if (route.tier != Tier::kNone) out.insert({"429", "503"});
  if (takes_key(route)) out.insert({"409", "422"});
  return out;
}

ordered_json responses(const Route& route, const ordered_json& said) {
  auto out = ordered_json::object();
  for (const auto& [status, answer] : said.at("answers").items()) out[status] = response(route, status, answer, said);
  const auto errors = said.value("errors", ordered_json::object());
  for (const auto& [status, text] : errors.items()) {
    const ordered_json failure{{"description", text}, {"schema", component("schemas/Error")}};
    out[status] = response(route, status, failure, said);
  }
  for (const auto& status : usual_failures(route, said)) {
    if (!out.contains(status)) out[status] = component("responses/" + status);
  }
  return out;
}

std::string who_may(Access access) {
  switch (access) {
    case Access::kPublic:
      return "Needs no login.";
    case Access::kLoggedIn:
      return "Needs a login.";
    case Access::kAdmin:
      return "For administrators of the system or of a group.";
    case Access::kSystemAdmin:
      return "For system administrators.";
  }
  return "";
}

}  // namespace

std::string openapi_path(std::string_view pattern) {
  std::string out;
  while (!pattern.empty()) {
    const auto part = pattern.substr(0, pattern.find('/', 1));
    out += part.starts_with("/:") ? "/{" + std::string(part.substr(2)) + "}" : std::string(part);
    pattern.remove_prefix(part.size());
  }
  return out;
}

ordered_json openapi_operation(const Route& route, const ordered_json& said, const std::string& tag) {
  const auto summary = said.at("summary").get<std::string>();
  const auto about = said.contains("description") ? said["description"].get<std::string>() : summary + ".";
  ordered_json out{{"operationId", said.at("id")},
                   {"tags", ordered_json::array({tag})},
                   {"summary", summary},
                   {"description", about + " " + who_may(route.access)},
                   {"security", ordered_json::array()}};
  if (route.access != Access::kPublic) out["security"].push_back(one("cookieAuth", ordered_json::array()));
  if (auto all = parameters(route, said); !all.empty()) out["parameters"] = std::move(all);
  if (said.contains("body")) out["requestBody"] = request_body(said);
  if (route.max_body_bytes > 0) out["x-max-body-bytes"] = route.max_body_bytes;
  out["responses"] = responses(route, said);
  return out;
}

}  // namespace rapt::api
