// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRoute = "/api/v1/admin/modules/filter/settings";

class ModuleSettingsRoutes : public Site {
 protected:
  ModuleSettingsRoutes() {
    scratch->script(
        "INSERT INTO modules (name, version, digest, manifest) VALUES ('filter', '1.0.0', repeat('a', 64), '{}')");
    scripted.describe({"filter", "1.0.0", "Filter", "Filters", R"({"type": "object", "properties": {
      "max_words": {"type": "integer", "minimum": 1, "x-rapt-narrow": "max"}, "note": {"type": "string"},
      "api_key": {"type": "string", "minLength": 4, "x-rapt-secret": true}}})"});
  }
  json data(const Heard& heard) {
    EXPECT_LT(heard.status, 300) << heard.body;
    return json::parse(heard.body).at("data");
  }
  static std::string tag_of(const Heard& heard) {
    const auto start = heard.head.find("ETag: ") + 6;
    return heard.head.substr(start, heard.head.find("\r\n", start) - start);
  }
  const std::string admin = cookie_of(ada);
};

TEST_F(ModuleSettingsRoutes, ASecretGoesInAndNeverComesOut) {
  const auto put = ask("PUT", kRoute, admin, R"({"settings":{"note":"n"},"secrets":{"api_key":"s3cret-text"}})");
  EXPECT_EQ(data(put)["secrets"], (json{{"api_key", {{"set", true}}}}));
  EXPECT_THAT(put.head + put.body, Not(HasSubstr("s3cret-text")));
  for (const char* route : {kRoute, "/api/v1/admin/modules/filter/settings/resolved"})
    EXPECT_THAT(ask("GET", route, admin).body, Not(HasSubstr("s3cret-text")));
  const auto bad = ask("PUT", kRoute, admin, R"({"settings":{},"secrets":{"api_key":"xyz"}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, Not(HasSubstr("xyz"))) << "also not when it is refused";
  const auto gone = ask("PUT", kRoute, admin, R"({"settings":{},"secrets":{"api_key":null}})");
  EXPECT_EQ(data(gone)["secrets"]["api_key"]["set"], false);
}

TEST_F(ModuleSettingsRoutes, TellsThePathOfEveryFault) {
  const auto bad = ask("PUT", kRoute, admin,
                       R"({"settings":{"max_words":0,"note":3,"other":1,"api_key":"abcd"},"secrets":{"api_key":5}})");
  EXPECT_EQ(bad.status, 400);
  std::set<std::string> paths;
  const auto told = json::parse(bad.body);
  for (const auto& field : told["details"]["fields"]) paths.insert(field["path"]);
  EXPECT_EQ(paths, (std::set<std::string>{"settings.max_words", "settings.note", "settings.other", "settings.api_key",
                                          "secrets.api_key"}));
  EXPECT_EQ(ask("PUT", kRoute, admin, R"({"secrets":{}})").status, 400) << "settings are what is put";
}

TEST_F(ModuleSettingsRoutes, RefusesToOverwriteWhatSomebodyElseHasWritten) {
  const auto first = ask("PUT", kRoute, admin, R"({"settings":{"note":"1"}})");
  ASSERT_EQ(first.status, 200);
  const auto field = admin + "If-Match: " + tag_of(first) + "\r\n";
  EXPECT_EQ(ask("PUT", kRoute, field, R"({"settings":{"note":"2"}})").status, 200);
  EXPECT_EQ(ask("PUT", kRoute, field, R"({"settings":{"note":"3"}})").status, 412);
  EXPECT_EQ(ask("DELETE", kRoute, field).status, 412);
  EXPECT_EQ(data(ask("GET", kRoute, admin))["settings"]["note"], "2");
  EXPECT_EQ(ask("DELETE", kRoute, admin).status, 204);
  EXPECT_EQ(ask("DELETE", kRoute, admin).status, 404);
}

TEST_F(ModuleSettingsRoutes, AGroupInheritsAndSaysWhereFrom) {
  ASSERT_EQ(ask("PUT", kRoute, admin, R"({"settings":{"note":"all","max_words":90}})").status, 200);
  const auto group = "/api/v1/groups/" + id(1) + "/modules/filter/settings";
  ASSERT_EQ(ask("PUT", group, admin, R"({"settings":{"note":"here"}})").status, 200);
  std::map<std::string, json> by_name;
  const auto resolved = data(ask("GET", group + "/resolved", admin));
  for (const auto& one : resolved["properties"]) by_name[one["name"]] = one;
  EXPECT_EQ(by_name["note"]["value"], "here");
  EXPECT_EQ(by_name["note"]["source"]["name"], "District");
  EXPECT_EQ(by_name["max_words"]["value"], 90);
  EXPECT_EQ(by_name["max_words"]["source"]["kind"], "system");
  EXPECT_EQ(by_name["max_words"]["narrow"], "max");
  const auto list = json::parse(ask("GET", "/api/v1/groups/" + id(1) + "/modules", admin).body)["data"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["has_settings"], true);
}

TEST_F(ModuleSettingsRoutes, AToolThatWidensIsRefusedAndOneThatHasBecomeTooWideSaysSo) {
  const auto tool = [](int words) {
    return json{{"definition",
                 "name: T\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\nmodules:\n  - name: filter\n"
                 "    config: {max_words: " +
                     std::to_string(words) + "}\n"},
                {"group_id", id(1)}}
        .dump();
  };
  ASSERT_EQ(ask("PUT", kRoute, admin, R"({"settings":{"max_words":90}})").status, 200);
  const auto refused = ask("POST", "/api/v1/tools", admin, tool(91));
  EXPECT_EQ(refused.status, 400);
  const auto field = json::parse(refused.body)["details"]["fields"][0];
  EXPECT_THAT(field["message"].get<std::string>(), HasSubstr("at most 90"));
  EXPECT_EQ(field["line"], 7);
  EXPECT_EQ(field["column"], 25);
  EXPECT_EQ(field["excerpt"], (json{{"text", "    config: {max_words: 91}"}, {"column", 25}, {"width", 2}}));
  const auto made = data(ask("POST", "/api/v1/tools", admin, tool(90)));
  const auto route = "/api/v1/tools/" + made["id"].get<std::string>();
  EXPECT_EQ(data(ask("GET", route, admin))["warnings"], json::array());
  ASSERT_EQ(ask("PUT", kRoute, admin, R"({"settings":{"max_words":50}})").status, 200);
  EXPECT_THAT(data(ask("GET", route, admin))["warnings"].dump(),
              HasSubstr("max_words is 90 in the tool, but must be at most 50"));
}

TEST_F(ModuleSettingsRoutes, AModuleThatIsNotThereHasNoSettings) {
  EXPECT_EQ(ask("GET", "/api/v1/admin/modules/absent/settings", admin).status, 404);
  EXPECT_EQ(ask("PUT", "/api/v1/admin/modules/absent/settings", admin, R"({"settings":{}})").status, 404);
}

}  // namespace
}  // namespace rapt::api
