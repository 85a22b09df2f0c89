// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry's way of a request, on the real server with a real database.
#include "application.hpp"

#include <gmock/gmock.h>

#include "test_site.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Registry : public ::testing::Test {
 protected:
  TestSite site_;
};

TEST_F(Registry, AnswersFaultsAsTheProductsApiDoes) {
  for (const auto* path : {"/", "/api", "/api/nothing", "/api/modules/nope", "/api/modules/nope/versions/1.0.0",
                           "/api/modules/nope/download/1.0.0", "/api/publishers/nope", "/metadata/nope.json",
                           "/metadata/..json", "/metadata/01.root.json", "/targets/modules/a/b/c", "/targets/x"}) {
    const auto answer = site_.get(path);
    EXPECT_EQ(answer.status, 404) << path << answer.body;
    EXPECT_EQ(json::parse(answer.body).at("code"), "NOT_FOUND") << path;
    EXPECT_FALSE(json::parse(answer.body).at("error").get<std::string>().empty());
    EXPECT_TRUE(answer.headers.get("X-Request-Id"));
    EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(std::string(answer.headers.get("Content-Security-Policy").value_or("")),
                HasSubstr("default-src 'none'"));
  }
}

TEST_F(Registry, NamesTheMethodsThatARouteTakes) {
  const auto answer = site_.ask("DELETE", "/api/categories");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.get("Allow"), "GET");
  EXPECT_EQ(json::parse(answer.body).at("code"), "METHOD_NOT_ALLOWED");
}

TEST_F(Registry, RefusesWhatIsWrongInAQueryWithItsPlace) {
  const std::map<std::string, std::string> faults{{"limit=0", "limit"},
                                                  {"limit=x", "limit"},
                                                  {"limit=1&limit=2", "limit"},
                                                  {"sort=size", "sort"},
                                                  {"category=nothing", "category"},
                                                  {"channel=nightly", "channel"},
                                                  {"abi=1", "abi"},
                                                  {"abi=1.x", "abi"},
                                                  {"q=%21%21", "q"},
                                                  {"q=%00", "q"},
                                                  {"hook=", "hook"},
                                                  {"cursor=x", "cursor"},
                                                  {"cursor=downloads_1", "cursor"},
                                                  {"cursor=name_1_a", "cursor"}};
  for (const auto& [query, field] : faults) {
    const auto answer = site_.get("/api/modules?" + query);
    ASSERT_EQ(answer.status, 400) << query;
    EXPECT_EQ(json::parse(answer.body).at("details").at("fields").at(0).at("path"), field) << query;
  }
}

TEST_F(Registry, TellsWhoAsksTooOften) {
  int status = 200;
  int asked = 0;
  for (; status == 200 && asked < 1300; ++asked) status = site_.get("/api/publishers/nope").status == 429 ? 429 : 200;
  EXPECT_EQ(status, 429);
  EXPECT_GT(asked, 1200);
  const auto answer = site_.get("/api/publishers/nope");
  EXPECT_TRUE(answer.status != 429 || answer.headers.get("Retry-After"));
  EXPECT_EQ(site_.get("/api/categories").status, 200) << "another route counts for itself";
}

TEST_F(Registry, ServesTheMetadataAndKeepsWhatNeverChanges) {
  const auto timestamp = site_.get("/metadata/timestamp.json");
  ASSERT_EQ(timestamp.status, 200);
  EXPECT_THAT(std::string(timestamp.headers.get("Cache-Control").value_or("")), HasSubstr("max-age=10"));
  const auto root = site_.get("/metadata/1.root.json");
  ASSERT_EQ(root.status, 200);
  EXPECT_EQ(root.body, site_.made.file("1.root.json"));
  EXPECT_THAT(std::string(root.headers.get("Cache-Control").value_or("")), HasSubstr("immutable"));
  EXPECT_TRUE(site_.files.find("1.root.json"));
  EXPECT_FALSE(site_.files.find("timestamp.json"));
  const auto again = site_.get("/metadata/1.root.json", {{"If-None-Match", std::string(*root.headers.get("ETag"))}});
  EXPECT_EQ(again.status, 304);
}

TEST_F(Registry, AnswersThatItsDatabaseIsAway) {
  store::Database away({.url = "postgresql://nobody@127.0.0.1:1/none", .connections = 1});
  Site without{away, *site_.made.repository, site_.blobs, site_.clock, "http://registry.test"};
  Application application(without, std::nullopt);
  runtime::Runtime loop{1};
  http::Server server(loop.executor(), {}, application);
  server.start().value();
  std::jthread thread([&loop] { loop.run(); });
  http::Client client;
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/api/modules";
  const auto answer = runtime::run_blocking(client.fetch(std::move(request))).value();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(json::parse(answer.body).at("code"), "SERVICE_UNAVAILABLE");
  std::function<Task<void>()> stop = [&]() -> Task<void> {
    co_await server.stop(std::chrono::seconds(5));
    loop.stop();
  };
  loop.spawn(stop());
}

}  // namespace
}  // namespace rapt::marketplace
