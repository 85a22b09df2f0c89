// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openapi.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::ordered_json;

std::string key_of(const Route& route) {
  return std::string(route.method) + " " + std::string(route.pattern);
}

ordered_json component(const std::string& schema) {
  ordered_json out = ordered_json::object();
  out["$ref"] = "#/components/schemas/" + schema;
  return out;
}

ordered_json media(const std::string& type, ordered_json schema) {
  ordered_json out = ordered_json::object();
  out[type]["schema"] = std::move(schema);
  return out;
}

ordered_json object_of(ordered_json properties, std::vector<std::string> required) {
  ordered_json out{{"type", "object"}, {"additionalProperties", false}};
  out["required"] = std::move(required);
  out["properties"] = std::move(properties);
  return out;
}

ordered_json content_of(const ordered_json& answer) {
  if (answer.contains("data")) return media("application/json", object_of({{"data", answer["data"]}}, {"data"}));
  if (answer.contains("schema")) return media("application/json", answer["schema"]);
  if (answer.contains("content_type")) return media(answer["content_type"].get<std::string>(), {{"type", "string"}});
  if (!answer.contains("list")) return nullptr;
  const ordered_json cursor{{"type", {"string", "null"}}, {"description", "Null on the last page."}};
  const ordered_json meta = object_of({{"next_cursor", cursor}}, {"next_cursor"});
  const ordered_json items{{"type", "array"}, {"items", answer["list"]}};
  return media("application/json", object_of({{"data", items}, {"meta", meta}}, {"data", "meta"}));
}

ordered_json query_parameter(const ordered_json& said) {
  if (said == "limit")
    return {{"name", "limit"},
            {"in", "query"},
            {"description", "How many at most."},
            {"schema", {{"type", "integer"}, {"minimum", 1}, {"maximum", 100}, {"default", 20}}}};
  if (said == "cursor")
    return {{"name", "cursor"},
            {"in", "query"},
            {"description", "meta.next_cursor of the page before."},
            {"schema", {{"type", "string"}, {"minLength", 1}}}};
  ordered_json out = said;
  out["in"] = "query";
  return out;
}

/// "/api/modules/:name" as OpenAPI writes it, and its parameters.
std::string path_of(std::string_view pattern, ordered_json& parameters) {
  std::string out;
  while (!pattern.empty()) {
    const auto part = pattern.substr(0, pattern.find('/', 1));
    pattern.remove_prefix(part.size());
    if (!part.starts_with("/:")) {
      out += part;
      continue;
    }
    const std::string name(part.substr(2));
    out += "/{" + name + "}";
    parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  return out;
}

/// The failures that every route of this kind has, whatever it does.
std::map<std::string, std::string> usual_failures(const Route& route) {
  std::map<std::string, std::string> out{{"400", "Something is wrong in the request; details.fields names it."},
                                         {"429", "Too many requests from this address; see Retry-After."},
                                         {"500", "A fault of the registry's."},
                                         {"503", "A part of the registry is away for now."}};
  if (route.pattern.find(':') != std::string_view::npos) out.emplace("404", "There is no such thing.");
  if (route.access != Access::kPublic) out.emplace("401", "The signature or the token does not hold.");
  if (route.access == Access::kPublisher) out.emplace("403", "The publisher may not do this.");
  if (route.access == Access::kReleaser) out.emplace("403", "The key is none of the role releases.");
  if (route.body_bytes > 0) {
    out.emplace("413", "The body is larger than " + std::to_string(route.body_bytes) + " bytes.");
    out.emplace("415", "The body is of another type.");
  }
  return out;
}

ordered_json responses_of(const Route& route, const ordered_json& said) {
  ordered_json out = ordered_json::object();
  for (const auto& [status, answer] : said.at("answers").items()) {
    out[status]["description"] = answer.value("description", said.at("summary").get<std::string>() + ".");
    if (auto content = content_of(answer); !content.is_null()) out[status]["content"] = std::move(content);
  }
  auto failures = usual_failures(route);
  const auto errors = said.value("errors", ordered_json::object());
  for (const auto& [status, text] : errors.items()) failures[status] = text.get<std::string>();
  for (const auto& [status, text] : failures) {
    out[status]["description"] = text;
    out[status]["content"] = media("application/json", component("Error"));
  }
  return out;
}

ordered_json operation_of(const Route& route, const ordered_json& said, const std::string& tag, std::string& path) {
  ordered_json parameters = ordered_json::array();
  path = path_of(route.pattern, parameters);
  const auto query = said.value("query", ordered_json::array());
  for (const auto& one : query) parameters.push_back(query_parameter(one));
  ordered_json out{
      {"operationId", said.at("id")}, {"tags", ordered_json::array({tag})}, {"summary", said.at("summary")}};
  out["security"] = ordered_json::array();
  if (route.access == Access::kPublisher || route.access == Access::kReleaser)
    out["security"].push_back({{"signature", ordered_json::array()}});
  if (route.access == Access::kInstance) out["security"].push_back({{"instance", ordered_json::array()}});
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  if (said.contains("body")) out["requestBody"]["content"] = media("application/json", said["body"]);
  if (said.value("binary", false))
    out["requestBody"]["content"] = media("application/octet-stream", {{"type", "string"}});
  if (route.body_bytes > 0) out["x-max-body-bytes"] = route.body_bytes;
  out["responses"] = responses_of(route, said);
  return out;
}

ordered_json beginning() {
  return ordered_json::parse(R"({
    "openapi": "3.1.0",
    "info": {"title": "RaptScallions registry", "version": "1.0.0",
             "description": "Bodies are JSON in UTF-8. A success is {\"data\": …}, lists add meta.next_cursor. HEAD is answered wherever GET is. docs/registry.md says more.",
             "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}},
    "servers": [{"url": "/"}],
    "tags": [], "paths": {},
    "components": {
      "securitySchemes": {
        "signature": {"type": "http", "scheme": "signature", "description": "HTTP Message Signatures (RFC 9421) by a publisher's key, or one of the role releases: docs/publishing.md, docs/releasing.md."},
        "instance": {"type": "http", "scheme": "bearer", "description": "The token that POST /api/instances/register has given."}},
      "schemas": {
        "Error": {"type": "object", "required": ["error", "code"], "additionalProperties": false, "properties": {
          "error": {"type": "string", "description": "A sentence for people."},
          "code": {"type": "string", "description": "What programs go by."},
          "details": {"type": "object"}}}}}})");
}

struct Said {
  ordered_json operation;
  std::string tag;
};

/// By "METHOD pattern".
using AllSaid = std::map<std::string, Said, std::less<>>;

AllSaid read_files(std::span<const DescriptionFile> files, ordered_json& document, std::vector<std::string>& faults) {
  AllSaid out;
  for (const auto& file : files) {
    const auto area = ordered_json::parse(file.text);
    document["tags"].push_back(area.at("tag"));
    const auto tag = area.at("tag").at("name").get<std::string>();
    for (const auto& [key, operation] : area.at("operations").items()) {
      if (!out.emplace(key, Said{operation, tag}).second) faults.push_back(key + " is described twice");
    }
    for (const auto& [name, schema] : area.at("schemas").items()) {
      if (document["components"]["schemas"].contains(name)) faults.push_back("the schema " + name + " is there twice");
      document["components"]["schemas"][name] = schema;
    }
  }
  return out;
}

const AllSaid& all_said() {
  static const AllSaid said = [] {
    ordered_json document = beginning();
    std::vector<std::string> faults;
    return read_files(description_files(), document, faults);
  }();
  return said;
}

}  // namespace

Description describe(std::span<const Route> routes, std::span<const DescriptionFile> files) {
  Description out;
  ordered_json document = beginning();
  const auto said = read_files(files, document, out.faults);
  std::set<std::string> ids;
  for (const auto& route : routes) {
    const auto found = said.find(key_of(route));
    if (found == said.end()) {
      out.faults.push_back(key_of(route) + " has no description in marketplace/openapi");
      continue;
    }
    std::string path;
    auto operation = operation_of(route, found->second.operation, found->second.tag, path);
    if (!ids.insert(operation.at("operationId").get<std::string>()).second)
      out.faults.push_back(key_of(route) + " has the operationId of another route");
    std::string method(route.method);
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
    document["paths"][path][method] = std::move(operation);
  }
  out.document = document.dump();
  return out;
}

const Description& own_description() {
  static const Description made = describe(all_routes(), description_files());
  return made;
}

Result<void> without_unknown(const Route& route, const http::Request& request) {
  if (request.query.empty()) return {};
  std::string known = " ";
  if (const auto found = all_said().find(key_of(route)); found != all_said().end()) {
    const auto query = found->second.operation.value("query", ordered_json::array());
    for (const auto& one : query)
      known += (one.is_string() ? one.get<std::string>() : one.at("name").get<std::string>()) + " ";
  }
  for (const auto& [name, value] : request.query) {
    // Any list may be asked for a page: programs read all lists alike.
    const bool page = (request.method == "GET" || request.method == "HEAD") && (name == "limit" || name == "cursor");
    if (page || known.find(" " + name + " ") != std::string::npos) continue;
    return Error::invalid(printable(name, 100),
                          known == " " ? "is no parameter of this route, which takes none"
                                       : "is no parameter of this route; known:" + known.substr(0, known.size() - 1));
  }
  return {};
}

Task<Result<http::Response>> get_openapi(Call&) {
  const auto& description = own_description();
  if (!description.faults.empty()) co_return Error::internal("openapi: " + description.faults.front());
  http::Response out;
  out.headers.set("Content-Type", "application/json");
  out.headers.set("Cache-Control", "public, max-age=300");
  out.body = description.document;
  co_return out;
}

}  // namespace rapt::marketplace
