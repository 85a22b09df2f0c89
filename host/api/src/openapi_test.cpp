// SPDX-License-Identifier: AGPL-3.0-or-later
#include "openapi.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "routes.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr DescriptionFile kBase{
    "base", R"({"openapi": "3.1.0", "info": {}, "components": {"parameters": {}, "headers": {}, "responses": {},
    "schemas": {"Error": {"type": "object"}}}})"};

Task<Result<Answer>> nothing(Call&) {
  co_return Answer{};
}

/// The faults of one description of GET /things/:id and POST /things.
std::vector<std::string> faults_of(std::string_view operations, std::string_view schemas = "{}") {
  constexpr std::array kRoutes{Route{"GET", "/things/:id", Access::kPublic, nothing, Tier::kNone},
                               Route{"POST", "/things", Access::kPublic, nothing, Tier::kNone}};
  const std::string text = R"({"tag": {"name": "Things"}, "operations": )" + std::string(operations) +
                           ", \"schemas\": " + std::string(schemas) + "}";
  auto base = json::parse(kBase.text);
  for (const char* status : {"400", "403", "404", "408", "413", "415", "431", "500"})
    base["components"]["responses"][status] = {{"description", "failure"}};
  base["components"]["headers"]["X-Request-Id"] = json::object();
  const std::string base_text = base.dump();
  const std::array files{DescriptionFile{"base", base_text}, DescriptionFile{"things", text}};
  return describe(kRoutes, files).faults;
}

constexpr const char* kGet = R"("GET /things/:id": {"id": "get", "summary": "A thing", "answers": {"204": {}}})";

std::string with_post(const std::string& post) {
  return "{" + std::string(kGet) + R"(, "POST /things": {)" + post + R"("summary": "Makes", "answers": {"204": {}}}})";
}

TEST(OpenApi, EveryRouteOfThisProgramIsDescribedWithoutAFault) {
  EXPECT_THAT(own_description().faults, IsEmpty());
}

TEST(OpenApi, HasEveryRouteAtItsPathWithItsParameters) {
  const auto document = json::parse(own_description().document);
  std::size_t operations = 0;
  for (const auto& path : document["paths"]) operations += path.size();
  EXPECT_EQ(operations, routes().size());
  const auto& change = document["paths"]["/groups/{id}/members/{user}"]["patch"];
  EXPECT_EQ(change["parameters"][0]["name"], "id");
  EXPECT_EQ(change["parameters"][1]["name"], "user");
  EXPECT_EQ(change["security"], json::parse(R"([{"cookieAuth": []}])"));
  EXPECT_EQ(document["paths"]["/auth/login"]["post"]["security"], json::array());
  EXPECT_TRUE(document["paths"]["/admin/modules"]["get"]["responses"].contains("403"));
}

TEST(OpenApi, TakesAWholeDescription) {
  EXPECT_THAT(faults_of(with_post(R"("id": "make", )")), IsEmpty());
}

TEST(OpenApi, FindsARouteWithoutADescription) {
  EXPECT_THAT(faults_of("{" + std::string(kGet) + "}"),
              ElementsAre("POST /things has no description in host/api/openapi"));
}

TEST(OpenApi, FindsADescriptionWithoutARoute) {
  const auto all = with_post(R"("id": "make", )");
  EXPECT_THAT(faults_of(all.substr(0, all.size() - 1) + R"(, "GET /gone": {}})"),
              ElementsAre("GET /gone is described but is no route"));
}

TEST(OpenApi, FindsANameThatIsThereTwice) {
  EXPECT_THAT(faults_of(with_post(R"("id": "get", )")), ElementsAre("the operationId get is there twice"));
}

TEST(OpenApi, FindsAReferenceToNothing) {
  EXPECT_THAT(faults_of(with_post(R"("id": "make", "query": [{"name": "q", "schema": {"$ref": "#/nothing"}}], )")),
              ElementsAre("#/nothing is referred to and not there"));
}

TEST(OpenApi, FindsAFieldThatNobodyExplainsAndASchemaThatNobodyUses) {
  const auto post = with_post(R"("id": "make", "body": {"$ref": "#/components/schemas/New"}, )");
  EXPECT_THAT(
      faults_of(post, R"({"Lost": {}, "New": {"type": "object", "additionalProperties": false, "required": ["b"],
                                  "properties": {"a": {"type": "string"}}}})"),
      ElementsAre("nothing uses the schema Lost", "post /things: the field a has no description",
                  "post /things: b is required and no property"));
  EXPECT_THAT(faults_of(post, R"({"New": {"type": "object", "properties": {}}})"),
              ElementsAre(HasSubstr("additionalProperties false")));
}

TEST(OpenApi, FindsADescriptionOfAnotherShape) {
  EXPECT_THAT(faults_of(with_post(R"("id": 5, )")), Contains(HasSubstr("POST /things: ")));
  EXPECT_THAT(faults_of("[]"), Contains(HasSubstr("things")));
}

TEST_F(Site, TellsWhatItOffers) {
  const auto heard = ask("GET", "/api/openapi.json");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.body, own_description().document);
  EXPECT_EQ(ask("GET", "/api/v1/openapi.json").body, heard.body);
  EXPECT_THAT(heard.head, HasSubstr("Cache-Control: no-cache\r\n"));
  const auto start = heard.head.find("ETag: ") + 6;
  const auto tag = heard.head.substr(start, heard.head.find("\r\n", start) - start);
  const auto again = ask("GET", "/api/openapi.json", "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(ask("GET", "/api/openapi.json", "If-None-Match: \"other\"\r\n").status, 200);
}

}  // namespace
}  // namespace rapt::api
