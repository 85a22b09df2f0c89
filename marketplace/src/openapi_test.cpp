// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openapi.hpp"

#include <gmock/gmock.h>

#include "rapt/base/ids.hpp"
#include "rapt/schema/json_schema.hpp"
#include "test_site.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

TEST(RegistryDescription, DescribesEveryRoute) {
  EXPECT_EQ(own_description().faults, std::vector<std::string>{});
  const auto document = json::parse(own_description().document);
  std::size_t operations = 0;
  for (const auto& path : document.at("paths")) operations += path.size();
  EXPECT_EQ(operations, all_routes().size());
  EXPECT_EQ(document.at("paths").at("/api/modules/{name}/versions/{version}").at("get").at("parameters").size(), 2U);
}

TEST(RegistryDescription, NoticesARouteThatNobodyDescribes) {
  const std::array routes{Route{"GET", "/api/secret", Access::kPublic, get_openapi}};
  EXPECT_EQ(describe(routes, description_files()).faults,
            std::vector<std::string>{"GET /api/secret has no description in marketplace/openapi"});
}

/// The answers of a registry with something of everything fit what is said of them.
TEST(RegistryDescription, FitsTheAnswers) {
  TestSite site;
  site.add_publisher("lake");
  site.publish("sample", "1.0.0");
  site.publish("sample", "1.1.0");
  const auto tool = new_uuid();
  site.sql(
      "UPDATE module_versions SET yanked_because = 'broken', yanked_at = now() WHERE version = '1.0.0';"
      "INSERT INTO advisories (id, module, affected, severity, title) VALUES ('RA-2026-0001', 'sample', '<2', 'high', "
      "'Leaks');INSERT INTO releases (version, sort_key, channel) VALUES ('1.0.0', '1', 'stable');"
      "INSERT INTO community_tools (id, publisher, name, type, yaml, state) VALUES ('" +
      tool + "', 'lake', 'Tutor', 'chat', 'name: Tutor', 'published')");
  const auto document = json::parse(site.get("/api/openapi.json").body);
  const std::vector<std::pair<std::string, std::string>> places{
      {"/health", "/health"},
      {"/api/modules", "/api/modules"},
      {"/api/modules/sample", "/api/modules/{name}"},
      {"/api/modules/sample/versions", "/api/modules/{name}/versions"},
      {"/api/modules/sample/versions/1.0.0", "/api/modules/{name}/versions/{version}"},
      {"/api/categories", "/api/categories"},
      {"/api/publishers/lake", "/api/publishers/{name}"},
      {"/api/advisories", "/api/advisories"},
      {"/api/releases", "/api/releases"},
      {"/api/releases/latest", "/api/releases/latest"},
      {"/api/releases/1.0.0", "/api/releases/{version}"},
      {"/api/tools", "/api/tools"},
      {"/api/tools/" + tool, "/api/tools/{id}"}};
  for (const auto& [path, pattern] : places) {
    const auto& responses = document.at("paths").at(pattern).at("get").at("responses");
    json schema = responses.at("200").at("content").at("application/json").at("schema");
    schema["components"] = document.at("components");
    const auto compiled = schema::JsonSchema::compile(schema.dump());
    ASSERT_TRUE(compiled) << path << " " << compiled.error().message;
    const auto fits = compiled->validate(site.get(path).body);
    EXPECT_TRUE(fits) << path << " " << (fits ? "" : fits.error().message + " " + fits.error().fields.at(0).path);
  }
}

TEST(RegistryDescription, TellsOfParametersThatNobodyKnows) {
  TestSite site;
  const auto answer = site.get("/api/modules?limt=3");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body).at("details").at("fields").at(0).at("path"), "limt");
  EXPECT_EQ(site.get("/api/categories?limit=3").status, 200);
  EXPECT_EQ(site.get("/api/categories?x=3").status, 400);
}

}  // namespace
}  // namespace rapt::marketplace
