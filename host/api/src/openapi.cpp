// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openapi.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "openapi_operation.hpp"
#include "rapt/api/version.hpp"
#include "routes.hpp"

namespace rapt::api {
namespace {

using nlohmann::ordered_json;

struct Said {
  ordered_json operation;
  std::string tag;
};

class Writer {
 public:
  Description write(std::span<const Route> routes, std::span<const DescriptionFile> files) {
    for (const auto& file : files) read(file);
    for (const auto& route : routes) add(route);
    for (const auto& [key, said] : said_) fault(key + " is described but is no route");
    use_components();
    check_bodies();
    return {document_.dump(-1, ' ', false, ordered_json::error_handler_t::replace), std::move(faults_)};
  }

 private:
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  void read(const DescriptionFile& file) {
    const std::string area(file.area);
    auto parsed = ordered_json::parse(file.text, nullptr, false);
    if (!parsed.is_object()) return fault(area + " is no JSON object");
    if (area == "base") {
      base_ = std::move(parsed);
      return;
    }
    try {
      read_area(parsed);
    } catch (const ordered_json::exception& wrong) {
      fault(area + ": " + wrong.what());
    }
  }

  void read_area(const ordered_json& area) {
    const auto tag = area.at("tag").at("name").get<std::string>();
    const bool known = std::any_of(tags_.begin(), tags_.end(), [&](const auto& one) { return one.at("name") == tag; });
    if (!known) tags_.push_back(area.at("tag"));
    for (const auto& [key, operation] : area.at("operations").items()) {
      if (!said_.emplace(key, Said{operation, tag}).second) fault(key + " is described twice");
    }
    const auto schemas = area.value("schemas", ordered_json::object());
    for (const auto& [name, schema] : schemas.items()) {
      if (schemas_.contains(name)) fault("the schema " + name + " is defined twice");
      schemas_[name] = schema;
    }
  }

  void add(const Route& route) {
    const std::string key = std::string(route.method) + " " + route.pattern;
    const auto found = said_.find(key);
    if (found == said_.end()) return fault(key + " has no description in host/api/openapi");
    try {
      auto operation = openapi_operation(route, found->second.operation, found->second.tag);
      const auto id = operation.at("operationId").get<std::string>();
      if (!ids_.insert(id).second) fault("the operationId " + id + " is there twice");
      std::string method = route.method;
      std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
      paths_[openapi_path(route.pattern)][method] = std::move(operation);
    } catch (const std::exception& wrong) {
      fault(key + ": " + wrong.what());
    }
    said_.erase(found);
  }

  /// Puts everything together; of the base's components those that something refers to.
  void use_components() {
    document_ = base_;
    document_["info"]["version"] = version();
    document_["tags"] = tags_;
    document_["paths"] = paths_;
    auto& components = document_["components"];
    for (const auto& [name, schema] : schemas_.items()) {
      if (components["schemas"].contains(name)) fault("the schema " + name + " is defined twice");
      components["schemas"][name] = schema;
    }
    for (auto& [status, response] : components["responses"].items()) dress_failure(status, response);
    std::set<std::string> used;
    follow(document_["paths"], used);
    for (const auto& [name, schema] : schemas_.items()) {
      if (!used.contains("#/components/schemas/" + name)) fault("nothing uses the schema " + name);
    }
    for (const char* kind : {"parameters", "headers", "responses", "schemas"}) drop_unused(kind, used);
  }

  void drop_unused(const std::string& kind, const std::set<std::string>& used) {
    auto kept = ordered_json::object();
    for (const auto& [name, component] : document_["components"][kind].items()) {
      if (used.contains("#/components/" + kind + "/" + name)) kept[name] = component;
    }
    document_["components"][kind] = std::move(kept);
  }

  static void dress_failure(const std::string& status, ordered_json& response) {
    const auto header = [](const std::string& name) {
      return ordered_json::object({{"$ref", "#/components/headers/" + name}});
    };
    response["headers"]["X-Request-Id"] = header("X-Request-Id");
    if (status == "429") response["headers"]["Retry-After"] = header("Retry-After");
    response["content"]["application/json"]["schema"]["$ref"] = "#/components/schemas/Error";
  }

  void follow(const ordered_json& node, std::set<std::string>& used) {
    if (node.is_object() && node.contains("$ref") && node["$ref"].is_string()) {
      const auto target = node["$ref"].get<std::string>();
      if (!used.insert(target).second) return;
      const auto pointer = target.starts_with("#/") ? target.substr(1) : std::string("/nowhere");
      const ordered_json::json_pointer place(pointer);
      if (!document_.contains(place)) return fault(target + " is referred to and not there");
      return follow(document_.at(place), used);
    }
    if (!node.is_structured()) return;
    for (const auto& item : node) follow(item, used);
  }

  const ordered_json& resolved(const ordered_json& schema) const {
    if (!schema.contains("$ref")) return schema;
    const ordered_json::json_pointer place(schema["$ref"].get<std::string>().substr(1));
    return document_.contains(place) ? resolved(document_.at(place)) : schema;
  }

  /// Every field of a body says what it is for, and nothing but the described fields may be sent.
  void check_bodies() {
    for (const auto& [path, operations] : paths_.items()) {
      for (const auto& [method, operation] : operations.items()) {
        if (!operation.contains("requestBody")) continue;
        const auto& contents = operation["requestBody"]["content"];
        if (contents.contains("application/json"))
          check_body(method + " " + path, resolved(contents["application/json"]["schema"]));
      }
    }
  }

  void check_body(const std::string& where, const ordered_json& body) {
    if (body.value("type", ordered_json()) != "object" || body.value("additionalProperties", ordered_json()) != false ||
        !body.contains("properties"))
      return fault(where + ": a body is an object with properties and additionalProperties false");
    for (const auto& [name, field] : body["properties"].items()) {
      if (!resolved(field).contains("description")) fault(where + ": the field " + name + " has no description");
    }
    for (const auto& name : body.value("required", ordered_json::array())) {
      if (!body["properties"].contains(name.get<std::string>()))
        fault(where + ": " + name.get<std::string>() + " is required and no property");
    }
  }

  ordered_json base_ = ordered_json::object(), tags_ = ordered_json::array(), schemas_ = ordered_json::object();
  ordered_json paths_ = ordered_json::object(), document_;
  std::map<std::string, Said> said_;
  std::set<std::string> ids_;
  std::vector<std::string> faults_;
};

}  // namespace

Description describe(std::span<const Route> routes, std::span<const DescriptionFile> files) {
  return Writer().write(routes, files);
}

const Description& own_description() {
  static const Description made = describe(routes(), description_files());
  return made;
}

}  // namespace rapt::api
