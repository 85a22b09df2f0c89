// SPDX-License-Identifier: AGPL-3.0-or-later
// Paths and queries that are wrong, asked by everybody: for every id and every parameter all that it must not be.
#include "bad_input.hpp"

namespace rapt::api {
namespace {

using Wrong = std::vector<std::pair<std::string, std::string>>;

/// What no id is.
Wrong wrong_ids() {
  return {{"malformed", "no-uuid"},
          {"unknown", kUnknown},
          {"quoted", "%27%22%3B--"},
          {"number", "12"},
          {"negative", "-1"},
          {"huge", std::string(2000, '9')},
          {"NUL", "%00"},
          {"invalid UTF-8", "%C3%28"},
          {"way out", "..%2F..%2Fadmin"},
          {"braced", "%7B%7D"},
          {"wildcard", "%25"},
          {"blank", "%20"},
          {"longer", std::string(kUnknown) + "%00"}};
}

/// Refused before a route is looked for.
bool is_no_path(const std::string& what) {
  return what == "NUL" || what == "invalid UTF-8" || what == "way out" || what == "longer";
}

/// What a parameter must not be; that it is there twice is wrong for each.
Wrong wrong_words(const std::string& name, const json& schema) {
  Wrong out{{"twice", "a&" + name + "=b"}, {"NUL", "a%00b"}, {"invalid UTF-8", "%C3%28"}, {"half a code", "%4"}};
  const bool chosen = schema.contains("enum") || schema.value("format", "") == "uuid" || name == "cursor" ||
                      Sample::type_of(schema) == "boolean";
  if (Sample::type_of(schema) == "integer") {
    for (const char* one : {"x", "", "1.5", "99999999999999999999", "0x10", "+1", "1e1", "%201"})
      out.emplace_back(one, one);
    if (schema.contains("minimum")) out.emplace_back("too small", std::to_string(schema["minimum"].get<int>() - 1));
    if (schema.contains("maximum")) out.emplace_back("too large", std::to_string(schema["maximum"].get<int>() + 1));
  }
  if (chosen) {
    for (const char* one : {"nonsense", "%27%3B--"}) out.emplace_back(one, one);
    out.emplace_back("long", std::string(2000, 'a'));
  }
  if (schema.contains("maxLength"))
    out.emplace_back("too long", std::string(schema["maxLength"].get<std::size_t>() + 1, 'a'));
  return out;
}

TEST_F(BadInput, AnIdThatIsNoneAndAnUnknownOneAreBothNotThere) {
  const auto before = stored();
  in_every_role([&] {
    for (const auto& route : routes()) {
      const auto schema = body_schema(route);
      const auto body = schema.is_null() ? "" : sample_.of(schema).dump();
      for (const auto& parameter : operation(route).value("parameters", json::array())) {
        if (parameter.value("in", "") != "path") continue;
        const auto name = parameter["name"].get<std::string>();
        for (const auto& [what, value] : wrong_ids())
          expect_refused(route, is_no_path(what) ? "" : ":" + name, what,
                         ask(route.method, path(route, name, value), cookie_, body), {is_no_path(what) ? 400 : 404});
      }
    }
  });
  EXPECT_EQ(stored(), before);
  EXPECT_GT(asked_, 1000);
}

TEST_F(BadInput, OtherPeoplesThingsAreNotThereForTeachersAndStudents) {
  const auto before = stored();
  const std::map<std::string, std::string> others{
      {"/groups", id(6)}, {"/classes", id(8)}, {"/users", id(7)}, {"/admin/users", id(7)}};
  in_every_role([&] {
    if (!others_) return;
    for (const auto& route : routes()) {
      const std::string pattern = route.pattern;
      const auto found = others.find(pattern.substr(0, pattern.find("/:")));
      if (found == others.end() || pattern.find("/:id") == std::string::npos) continue;
      const auto schema = body_schema(route);
      const auto body = schema.is_null() ? "" : sample_.of(schema).dump();
      expect_refused(route, ":id", "far", ask(route.method, path(route, "id", found->second), cookie_, body), {404});
    }
  });
  EXPECT_EQ(stored(), before);
  EXPECT_GT(asked_, 40);
}

TEST_F(BadInput, EveryParameterOfAQueryIsNamedWhenItIsWrongOrThereTwice) {
  in_every_role([&] {
    for (const auto& route : routes()) {
      for (const auto& given : operation(route).value("parameters", json::array())) {
        const auto& parameter = sample_.resolved(given);
        if (parameter["in"] != "query") continue;
        const auto name = parameter["name"].get<std::string>();
        for (const auto& [what, value] : wrong_words(name, sample_.resolved(parameter["schema"])))
          expect_refused(route, name, "= " + what, ask(route.method, path(route) + "?" + name + "=" + value, cookie_),
                         {400, 415});
      }
    }
  });
  EXPECT_GT(asked_, 300);
}

TEST_F(BadInput, AParameterThatTheDescriptionDoesNotNameIsRefused) {
  const auto before = stored();
  in_every_role([&] {
    for (const auto& route : routes()) {
      if (operation(route)["operationId"] == "finishProviderLogin") continue;  // what a provider sends is its own
      const auto schema = body_schema(route);
      const auto body = schema.is_null() ? "" : sample_.of(schema).dump();
      for (const std::string name : {"no_such_parameter", "Limit", "limit%5B%5D", "%00"})
        expect_refused(route, name == "no_such_parameter" ? name : "", "unknown",
                       ask(route.method, path(route) + "?" + name + "=1", cookie_, body));
    }
  });
  EXPECT_EQ(stored(), before);
}

}  // namespace
}  // namespace rapt::api
