// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "openapi.hpp"
#include "openapi_operation.hpp"
#include "routes.hpp"
#include "test_site.hpp"

/// What strangers may send, made from the description of the API.
namespace rapt::api {

using nlohmann::json;

/// Refused for another field first, which is as good: the link or the present password is looked at before the new one.
inline const std::set<std::string> kAnotherFieldIsNamed{"confirmPasswordReset password too long",
                                                        "changePassword new_password too long"};
/// A browser on the way to a provider or back is led to the login page, which says what was wrong.
inline const std::set<std::string> kLeadBack{"beginProviderLogin", "finishProviderLogin"};
inline const std::set<std::string> kAskARegistry{"searchMarketplace", "getOfferedModule"};
/// Refused for a cookie that nobody has, whatever the provider's name is.
inline constexpr const char* kWantsACookie = "finishProviderLoginWithCode";

inline constexpr const char* kUnknown = "00000000-0000-7000-8000-00000000ffff";

/// A value that fits a schema.
class Sample {
 public:
  explicit Sample(const json& document) : document_(document) {}

  [[nodiscard]] const json& resolved(const json& schema) const {
    if (!schema.contains("$ref")) return schema;
    return resolved(document_.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1))));
  }
  [[nodiscard]] json of(const json& given) const {
    const auto& schema = resolved(given);
    if (schema.contains("examples")) return schema["examples"][0];
    if (schema.contains("const")) return schema["const"];
    if (schema.contains("enum")) return schema["enum"][0];
    for (const char* several : {"anyOf", "oneOf"}) {
      if (schema.contains(several)) return of(schema[several][0]);
    }
    const auto type = type_of(schema);
    if (type == "object") return object(schema);
    if (type == "array") return schema.value("minItems", 0) > 0 ? json::array({of(schema["items"])}) : json::array();
    if (type == "integer") return schema.value("minimum", 1);
    if (type == "boolean") return true;
    if (schema.value("format", "") == "uuid") return kUnknown;
    if (schema.value("format", "") == "date-time") return "2026-03-02T08:00:00Z";
    if (schema.value("format", "") == "email") return "nobody@example.org";
    return std::string(schema.value("minLength", std::size_t{1}), 'a');
  }
  /// As of(), with everything that may be there.
  [[nodiscard]] json full(const json& given) const {
    const auto& schema = resolved(given);
    const auto type = type_of(schema);
    if (type == "array" && schema.contains("items")) return json::array({full(schema["items"])});
    if (type != "object") return of(schema);
    json out = json::object();
    const auto properties = schema.value("properties", json::object());
    for (const auto& [name, inner] : properties.items()) out[name] = full(inner);
    return out;
  }
  /// The first type; "" when any will do.
  [[nodiscard]] static std::string type_of(const json& schema) {
    const auto type = schema.value("type", json(""));
    return type.is_array() ? type[0].get<std::string>() : type.get<std::string>();
  }
  [[nodiscard]] static bool allows(const json& schema, const std::string& type) {
    const auto types = schema.value("type", json());
    if (types.is_array()) {
      return std::any_of(types.begin(), types.end(),
                         [&](const json& one) { return one == type || (one == "number" && type == "integer"); });
    }
    return types.is_null() || types == type || (types == "number" && type == "integer");
  }

 private:
  [[nodiscard]] json object(const json& schema) const {
    json out = json::object();
    for (const auto& name : schema.value("required", json::array()))
      out[name.get<std::string>()] = of(schema["properties"][name.get<std::string>()]);
    // One that must change something changes the first thing.
    if (out.empty() && schema.value("minProperties", 0) > 0) {
      const auto first = schema["properties"].begin();
      out[first.key()] = of(first.value());
    }
    return out;
  }
  const json& document_;
};

class BadInput : public Site {
 protected:
  BadInput() {
    settings.registration_open = true;
    settings.rate_limit_api_max = settings.rate_limit_address_max = 1'000'000;
    settings.rate_limit_auth_max = settings.rate_limit_auth_address_max = 1'000'000;
    scratch->script(
        "INSERT INTO groups (id, name, type) VALUES ('" + id(6) +
        "', 'Far', 'district'); INSERT INTO ai_models (id, name) VALUES ('model', 'Model');" +
        "INSERT INTO classes (id, group_id, name) VALUES ('" + id(4) + "', '" + id(1) + "', 'Class'), ('" + id(8) +
        "', '" + id(6) + "', 'Far class');" +
        "INSERT INTO users (id, email, name, status, password_hash) SELECT x.id::uuid, x.email, 'T', 'active', "
        "u.password_hash FROM users u, (VALUES ('" +
        id(5) + "', '" + tia + "'), ('" + id(7) + "', '" + far + "')) x (id, email) WHERE u.id = '" + id(2) +
        "'; INSERT INTO group_members (user_id, group_id, role) VALUES ('" + id(5) + "', '" + id(1) +
        "', 'teacher'), ('" + id(7) + "', '" + id(6) +
        "', 'student'); INSERT INTO class_members (class_id, "
        "user_id, role) VALUES ('" +
        id(4) + "', '" + id(5) + "', 'teacher'), ('" + id(4) + "', '" + id(3) + "', 'student')");
    scratch->script(
        "INSERT INTO modules (name, version, digest, manifest) VALUES ('filter', '1.0.0', repeat('a', 64), '{}')");
    scripted.describe({"filter", "1.0.0", "Filter", "Filters", R"({"type": "object", "properties": {
      "note": {"type": "string"}, "some_name": {"type": "string", "x-rapt-secret": true}}})"});
    cookie_ = cookie_of(ada);
    roles_ = {{"system administrator", cookie_}, {"teacher", cookie_of(tia)}, {"student", cookie_of(sam)}};
  }

  /// Runs `asks` in each role, the system administrator's first. Others may also be told that they may not.
  template <class Asks>
  void in_every_role(const Asks& asks) {
    for (const auto& [role, cookie] : roles_) {
      SCOPED_TRACE(role);
      cookie_ = cookie;
      others_ = cookie != roles_.front().second;
      asks();
    }
  }

  /// All rows of all tables, as one digest.
  std::string stored() {
    static constexpr store::Statement kAll{"test.all_rows", R"(
      SELECT coalesce(string_agg(table_name || md5(query_to_xml('SELECT t::text AS row FROM ' || quote_ident(table_name) ||
               ' t ORDER BY 1', true, false, '')::text), ',' ORDER BY table_name), '') AS rows
      FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE')"};
    const auto rows = runtime::run_blocking((**scratch).query(kAll));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return (*rows)[0].text("rows");
  }

  std::string path(const Route& route, const std::string& parameter = "", const std::string& value = "") const {
    std::string out = "/api/v1";
    const std::string pattern = route.pattern;
    for (std::size_t at = 0; at < pattern.size();) {
      const auto end = std::min(pattern.find('/', at + 1), pattern.size());
      const auto part = pattern.substr(at, end - at);
      const auto name = part.starts_with("/:") ? part.substr(2) : "";
      out += name.empty() ? part : "/" + (name == parameter ? value : usual(pattern, name));
      at = end;
    }
    return out;
  }
  static std::string usual(const std::string& pattern, const std::string& name) {
    if (name == "user") return id(3);
    if (name == "name") return pattern.find("/settings") == std::string::npos ? "none-such" : "filter";
    if (name == "id" && pattern.starts_with("/admin/ai/models")) return "model";
    if (name == "id" && pattern.starts_with("/admin/ai/settings")) return id(1);
    if (name == "id" && pattern.starts_with("/groups")) return id(1);
    if (name == "id" && pattern.starts_with("/classes")) return id(4);
    return kUnknown;
  }

  const json& operation(const Route& route) const {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
    return document_["paths"][openapi_path(route.pattern)][method];
  }
  /// The schema of the JSON body; null when there is none.
  json body_schema(const Route& route) const {
    const auto& asked = operation(route);
    if (!asked.contains("requestBody") || !asked["requestBody"]["content"].contains("application/json")) return {};
    return sample_.resolved(asked["requestBody"]["content"]["application/json"]["schema"]);
  }

  json parsed(const Heard& heard) const { return heard.body.empty() ? json() : json::parse(heard.body); }

  /// Refused before there are fields.
  static bool is_no_json(const std::string& what) {
    for (const char* ending :
         {"huge number", "lone surrogate", "invalid UTF-8", "too deep", "half a code", "{\"a\":1,\"a\":2}"}) {
      if (what.ends_with(ending)) return true;
    }
    return false;
  }
  /// A refusal of the field or parameter that starts with `place`; "" for one of the whole body.
  void expect_refused(const Route& route, const std::string& place, const std::string& what, const Heard& heard,
                      const std::set<int>& statuses = {400}) {
    ++asked_;
    const auto key = operation(route)["operationId"].get<std::string>() + " " + place + " " + what;
    if (heard.status == 302 && kLeadBack.contains(operation(route)["operationId"].get<std::string>())) return;
    if (heard.status == 400 && operation(route)["operationId"] == kWantsACookie && place.starts_with(':')) return;
    // The host of these tests has no registry, and says so before it says what it thinks of the rest.
    if (heard.status == 409 && kAskARegistry.contains(operation(route)["operationId"].get<std::string>())) return;
    const bool forbidden = others_ && (heard.status == 403 || heard.status == 404);
    ASSERT_TRUE(forbidden || statuses.contains(heard.status)) << key << ": " << heard.status << " " << heard.body;
    if (heard.status != 400 || place.empty() || is_no_json(what) || what.find("holds ") != std::string::npos ||
        kAnotherFieldIsNamed.contains(key))
      return;
    SCOPED_TRACE(key);
    const auto answer = parsed(heard);
    bool named = false;
    for (const auto& field : answer.value("details", json::object()).value("fields", json::array()))
      named = named || field["path"].get<std::string>().starts_with(place);
    EXPECT_TRUE(named) << key << " is not named: " << heard.body;
  }

  Heard send(const Route& route, const std::string& body, const std::string& more = "") {
    return ask(route.method, path(route), cookie_ + more, body);
  }

  json document_ = json::parse(own_description().document);
  Sample sample_{document_};
  const std::string tia = new_uuid() + "@example.org";
  const std::string far = new_uuid() + "@example.org";
  std::vector<std::pair<std::string, std::string>> roles_;
  std::string cookie_;
  bool others_ = false;
  int asked_ = 0;
};

/// What a field must not be: {what, JSON text}.
inline std::vector<std::pair<std::string, std::string>> wrong_values(const json& schema) {
  std::vector<std::pair<std::string, std::string>> out;
  const std::pair<const char*, const char*> kinds[] = {{"null", "null"},    {"string", "\"text\""}, {"integer", "7"},
                                                       {"boolean", "true"}, {"array", "[]"},        {"object", "{}"}};
  if (schema.contains("type")) {
    for (const auto& [type, text] : kinds) {
      if (!Sample::allows(schema, type)) out.emplace_back(std::string("is ") + type, text);
    }
  }
  if (schema.contains("enum") || schema.value("format", "") == "uuid")
    out.emplace_back("no such value", "\"nonsense\"");
  if (schema.value("minLength", 0) > 0) out.emplace_back("empty", "\"\"");
  if (schema.contains("maxLength"))
    out.emplace_back("too long", "\"" + std::string(schema["maxLength"].get<std::size_t>() + 1, 'a') + "\"");
  if (schema.contains("minimum") && Sample::allows(schema, "integer"))
    out.emplace_back("too small", std::to_string(schema["minimum"].get<std::int64_t>() - 1));
  if (schema.contains("maximum") && Sample::allows(schema, "integer"))
    out.emplace_back("too large", std::to_string(schema["maximum"].get<std::int64_t>() + 1));
  if (Sample::allows(schema, "string")) out.emplace_back("NUL", R"("a\u0000b")");
  out.emplace_back("lone surrogate", R"("\ud800")");
  out.emplace_back("invalid UTF-8", "\"\xc3\x28\"");
  out.emplace_back("huge number", "1e999");
  return out;
}

/// What must not stand within a field, written into a value of it that is good otherwise: {where and what, JSON text}.
/// A field that takes whatever an object holds still holds text that can be stored.
class Within {
 public:
  Within(const Sample& sample, const json& field) : sample_(sample), whole_(sample.full(field)) {
    walk(field, json::json_pointer(), 0);
  }
  std::vector<std::pair<std::string, std::string>> found;

 private:
  static constexpr int kDeepest = 4;
  static constexpr const char* kMark = "\"the place of what is wrong\"";

  void put(const json::json_pointer& at, const std::string& what, const std::string& value) {
    auto changed = whole_;
    changed[at] = json::parse(kMark);
    auto text = changed.dump();
    text.replace(text.find(kMark), std::string_view(kMark).size(), value);
    found.emplace_back(at.to_string() + " " + what, std::move(text));
  }
  void walk(const json& given, const json::json_pointer& at, int depth) {
    const auto& schema = sample_.resolved(given);
    if (depth > kDeepest) return;
    if (depth > 0) {
      for (const auto& [what, value] : wrong_values(schema)) put(at, what, value);
    }
    if (Sample::allows(schema, "object") && schema.contains("type")) object(schema, at, depth);
    if (!schema.contains("items")) return;
    walk(schema["items"], at / 0, depth + 1);
    if (schema.contains("maxItems")) {
      auto many = json::array();
      for (std::size_t i = 0; i <= schema["maxItems"].get<std::size_t>(); ++i)
        many.push_back(sample_.full(schema["items"]));
      put(at, "too many", many.dump());
    }
  }
  void object(const json& schema, const json::json_pointer& at, int depth) {
    const auto properties = schema.value("properties", json::object());
    for (const auto& [name, inner] : properties.items()) walk(inner, at / name, depth + 1);
    for (const auto& name : schema.value("required", json::array())) {
      auto less = whole_;
      less[at].erase(name.get<std::string>());
      found.emplace_back(at.to_string() + " without " + name.get<std::string>(), less.dump());
    }
    const auto more = schema.value("additionalProperties", json(true));
    if (more == false) put(at / "no_such_member", "unknown", "1");
    if (more.is_object()) walk(more, at / "some_name", depth + 1);
    if (more == false || !properties.empty()) return;
    for (const char* text :
         {R"("a\u0000b")", R"({"a\u0000b":1})", R"("\ud800")", "\"\xc3\x28\"", "1e999", R"({"a":1,"a":2})"})
      put(at / "some_name", std::string("holds ") + text, text);
    put(at / "some_name", "too deep", std::string(100, '[') + std::string(100, ']'));
    put(at / "some_name", "too large", "\"" + std::string(70'000, 'a') + "\"");
  }

  const Sample& sample_;
  json whole_;
};
inline std::vector<std::pair<std::string, std::string>> wrong_within(const Sample& sample, const json& field) {
  return Within(sample, field).found;
}

/// The body with one field of another value, written as it stands.
inline std::string with(const json& body, const std::string& field, const std::string& value) {
  json others = body;
  others.erase(field);
  std::string text = others.dump();
  text.pop_back();
  return text + (others.empty() ? "" : ",") + json(field).dump() + ":" + value + "}";
}

}  // namespace rapt::api
