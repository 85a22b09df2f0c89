// SPDX-License-Identifier: AGPL-3.0-or-later
// What strangers may send, made from the description of the API: for every field, every id in a path and every
// parameter of a query all that it must not be. Each gets its documented refusal, which names the place, and nothing is
// stored.
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "openapi.hpp"
#include "openapi_operation.hpp"
#include "routes.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

/// Refused for another field first, which is as good: the link or the present password is looked at before the new one.
const std::set<std::string> kAnotherFieldIsNamed{"confirmPasswordReset password too long",
                                                 "changePassword new_password too long"};
/// A browser on the way to a provider or back is led to the login page, which says what was wrong.
const std::set<std::string> kLeadBack{"beginProviderLogin", "finishProviderLogin"};

constexpr const char* kUnknown = "00000000-0000-7000-8000-00000000ffff";

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
  /// The first type; "" when any will do.
  [[nodiscard]] static std::string type_of(const json& schema) {
    const auto type = schema.value("type", json(""));
    return type.is_array() ? type[0].get<std::string>() : type.get<std::string>();
  }
  [[nodiscard]] static bool allows(const json& schema, const std::string& type) {
    const auto types = schema.value("type", json());
    if (types.is_array()) return std::find(types.begin(), types.end(), type) != types.end();
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
    scratch->script("INSERT INTO classes (id, group_id, name) VALUES ('" + id(4) + "', '" + id(1) + "', 'Class')");
    cookie_ = cookie_of(ada);
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
    if (name == "name") return "none-such";
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

  /// A refusal of the field or parameter that starts with `place`; "" for one of the whole body.
  void expect_refused(const Route& route, const std::string& place, const std::string& what, const Heard& heard,
                      const std::set<int>& statuses = {400}) {
    ++asked_;
    const auto key = operation(route)["operationId"].get<std::string>() + " " + place + " " + what;
    if (heard.status == 302 && kLeadBack.contains(operation(route)["operationId"].get<std::string>())) return;
    ASSERT_TRUE(statuses.contains(heard.status)) << key << ": " << heard.status << " " << heard.body;
    if (heard.status != 400 || place.empty() || what == "huge number" || what == "lone surrogate" ||
        what == "invalid UTF-8" || kAnotherFieldIsNamed.contains(key))
      return;
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
  std::string cookie_;
  int asked_ = 0;
};

/// What a field must not be: {what, JSON text}.
std::vector<std::pair<std::string, std::string>> wrong_values(const json& schema) {
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

/// The body with one field of another value, written as it stands.
std::string with(const json& body, const std::string& field, const std::string& value) {
  json others = body;
  others.erase(field);
  std::string text = others.dump();
  text.pop_back();
  return text + (others.empty() ? "" : ",") + json(field).dump() + ":" + value + "}";
}

TEST_F(BadInput, SeesWhateverIsStored) {
  const auto before = stored();
  EXPECT_EQ(stored(), before);
  scratch->script("UPDATE classes SET name = 'Other' WHERE id = '" + id(4) + "'");
  EXPECT_NE(stored(), before);
}

TEST_F(BadInput, EveryFieldOfEveryBodyIsNamedWhenItIsWrongAndNothingIsStored) {
  const auto before = stored();
  for (const auto& route : routes()) {
    const auto schema = body_schema(route);
    if (schema.is_null()) continue;
    const auto good = sample_.of(schema);
    for (const auto& [field, given] : schema["properties"].items()) {
      for (const auto& [what, value] : wrong_values(sample_.resolved(given)))
        expect_refused(route, field, what, send(route, with(good, field, value)));
    }
    for (const auto& field : schema.value("required", json::array())) {
      auto body = good;
      body.erase(field.get<std::string>());
      expect_refused(route, field, "missing", send(route, body.dump()));
    }
    EXPECT_EQ(stored(), before) << route.method << " " << route.pattern << " stored something";
  }
  EXPECT_GT(asked_, 300) << "the table is made from the description";
}

TEST_F(BadInput, ABodyThatIsNoneIsRefusedEverywhere) {
  const auto before = stored();
  for (const auto& route : routes()) {
    if (body_schema(route).is_null()) continue;
    const std::string deep = R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}";
    for (const auto& [what, text] :
         std::vector<std::pair<std::string, std::string>>{{"malformed", "{"},
                                                          {"array", "[]"},
                                                          {"text", "\"a\""},
                                                          {"deep", deep},
                                                          {"NUL byte", std::string(1, '\0')}})
      expect_refused(route, "", what, send(route, text));
    const auto form = raw(std::string(route.method) + " " + path(route) +
                          " HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 2\r\n" +
                          cookie_ + "\r\n{}");
    expect_refused(route, "", "other type", form, {415});
    EXPECT_EQ(stored(), before) << route.method << " " << route.pattern << " stored something";
  }
}

TEST_F(BadInput, EveryRouteKnowsTheFieldsThatItsDescriptionNamesAndNoOther) {
  for (const auto& route : routes()) {
    const auto schema = body_schema(route);
    if (schema.is_null()) continue;
    const auto heard = send(route, R"({"no_such_field":1})");
    expect_refused(route, "no_such_field", "unknown", heard);
    std::set<std::string> described, known;
    for (const auto& item : schema["properties"].items()) described.insert(item.key());
    for (const auto& fault : parsed(heard).value("details", json::object()).value("fields", json::array())) {
      if (fault["path"] != "no_such_field") continue;
      auto words = fault["message"].get<std::string>();
      const auto start = words.find("known: ");
      words = start == std::string::npos ? "" : words.substr(start + 7);
      for (std::size_t at = 0; at < words.size(); at = std::min(words.find(", ", at), words.size() - 2) + 2)
        known.insert(words.substr(at, words.find(", ", at) - at));
    }
    EXPECT_EQ(known, described) << route.method << " " << route.pattern << ": " << heard.body;
  }
}

TEST_F(BadInput, AnIdThatIsNoneAndAnUnknownOneAreBothNotThere) {
  const auto before = stored();
  for (const auto& route : routes()) {
    const auto schema = body_schema(route);
    const auto body = schema.is_null() ? "" : sample_.of(schema).dump();
    for (const auto& parameter : operation(route).value("parameters", json::array())) {
      if (parameter.value("in", "") != "path") continue;
      const auto name = parameter["name"].get<std::string>();
      for (const auto& [what, value] : {std::pair<const char*, const char*>{"malformed", "no-uuid"},
                                        {"unknown", kUnknown},
                                        {"quoted", "%27%22%3B--"}})
        expect_refused(route, ":" + name, what, ask(route.method, path(route, name, value), cookie_, body), {404});
    }
    EXPECT_EQ(stored(), before) << route.method << " " << route.pattern << " stored something";
  }
}

TEST_F(BadInput, EveryParameterOfAQueryIsNamedWhenItIsWrongOrThereTwice) {
  for (const auto& route : routes()) {
    for (const auto& given : operation(route).value("parameters", json::array())) {
      const auto& parameter = sample_.resolved(given);
      if (parameter["in"] != "query") continue;
      const auto name = parameter["name"].get<std::string>();
      const auto& schema = sample_.resolved(parameter["schema"]);
      std::vector<std::string> wrong{"a&" + name + "=b"};
      if (Sample::type_of(schema) == "integer") {
        for (const char* one : {"x", "", "1.5", "99999999999999999999"}) wrong.emplace_back(one);
        if (schema.contains("minimum")) wrong.push_back(std::to_string(schema["minimum"].get<int>() - 1));
        if (schema.contains("maximum")) wrong.push_back(std::to_string(schema["maximum"].get<int>() + 1));
      }
      if (schema.contains("enum") || schema.value("format", "") == "uuid" || name == "cursor") {
        for (const char* one : {"nonsense", "%27%3B--", "%00"}) wrong.emplace_back(one);
      }
      for (const auto& value : wrong)
        expect_refused(route, name, "= " + value, ask(route.method, path(route) + "?" + name + "=" + value, cookie_));
    }
  }
  EXPECT_GT(asked_, 50);
}

}  // namespace
}  // namespace rapt::api
