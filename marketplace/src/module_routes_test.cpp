// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include "test_site.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Modules : public ::testing::Test {
 protected:
  Modules() {
    site_.add_publisher("lake");
    site_.add_publisher("hill");
  }
  std::vector<std::string> names(const std::string& query) {
    std::vector<std::string> out;
    const auto found = site_.json("/api/modules" + query);
    for (const auto& one : found.at("data")) out.push_back(one.at("name"));
    return out;
  }
  TestSite site_;
};

TEST_F(Modules, AreFoundByWordsTheirBeginningsAndInSpiteOfATypo) {
  site_.publish("safety-filter", "1.0.0", {.title = "Safety filter", .description = "Stops what harms."});
  site_.publish("reading-log", "1.0.0", {.title = "Reading log", .description = "Notes what was read, safely."});
  EXPECT_THAT(names("?q=safety%20filter"), ElementsAre("safety-filter"));
  EXPECT_THAT(names("?q=filters"), ElementsAre("safety-filter"));
  EXPECT_THAT(names("?q=rea"), ElementsAre("reading-log"));
  EXPECT_THAT(names("?q=safe"), ElementsAre("safety-filter", "reading-log")) << "the name counts for more";
  EXPECT_THAT(names("?q=saefty%20fliter"), ElementsAre("safety-filter"));
  EXPECT_THAT(names("?q=zzzzqqq"), ElementsAre());
  EXPECT_THAT(names("?q=read%27%20%7C%20%21x%3A%2A"), ElementsAre()) << "no operator of PostgreSQL is one here";
}

TEST_F(Modules, AreFilteredByWhatTheyDoAndWhereTheyRun) {
  site_.publish("one", "1.0.0", {.hooks = "chat:after_ai", .permission = "http", .abi_minor = 2});
  site_.publish("two", "1.0.0", {.publisher = "hill", .channel = "beta", .architecture = "aarch64-linux-gnu"});
  site_.sql("UPDATE modules SET category = 'login' WHERE name = 'two'");
  EXPECT_THAT(names("?permission=http"), ElementsAre("one"));
  EXPECT_THAT(names("?hook=chat%3Aafter_ai"), UnorderedElementsAre("one", "two"));
  EXPECT_THAT(names("?abi=1.1"), ElementsAre("two"));
  EXPECT_THAT(names("?abi=1.2"), UnorderedElementsAre("one", "two"));
  EXPECT_THAT(names("?abi=2.0"), ElementsAre());
  EXPECT_THAT(names("?architecture=aarch64-linux-gnu"), ElementsAre("two"));
  EXPECT_THAT(names("?channel=stable"), ElementsAre("one"));
  EXPECT_THAT(names("?category=login"), ElementsAre("two"));
  EXPECT_THAT(names("?publisher=lake"), ElementsAre("one"));
  const auto categories = site_.json("/api/categories").at("data");
  EXPECT_EQ(categories.at(0), (json{{"name", "safety"}, {"title", "Safety and wellbeing"}, {"modules", 1}}));
}

TEST_F(Modules, AreReadPageByPageInEveryOrder) {
  for (int i = 0; i < 7; ++i) {
    const auto name = "module-" + std::to_string(i);
    site_.publish(name, "1.0.0");
    site_.sql("UPDATE modules SET downloads = " + std::to_string(i / 2) + ", rating_sum = " + std::to_string(i * 3) +
              ", rating_count = 3 WHERE name = '" + name + "'");
  }
  for (const std::string order : {"downloads", "rating", "updated", "name", "relevance&q=reading"}) {
    std::vector<std::string> seen;
    std::string cursor;
    for (int page = 0; page < 9; ++page) {
      const auto found = site_.json("/api/modules?limit=2&sort=" + order + cursor);
      for (const auto& one : found.at("data")) seen.push_back(one.at("name"));
      if (found.at("meta").at("next_cursor").is_null()) break;
      cursor = "&cursor=" + found.at("meta").at("next_cursor").get<std::string>();
    }
    EXPECT_EQ(seen.size(), 7U) << order;
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 7U) << order;
    EXPECT_TRUE(order != "name" || std::is_sorted(seen.begin(), seen.end()));
    EXPECT_TRUE((order != "rating" && order != "downloads") || seen.front() == "module-6") << order;
  }
}

TEST_F(Modules, AreNotShownUnpublishedYankedOrOfASuspendedPublisher) {
  site_.publish("shown", "1.0.0");
  site_.publish("yanked", "1.0.0");
  site_.publish("waiting", "1.0.0");
  site_.publish("of-hill", "1.0.0", {.publisher = "hill"});
  site_.sql(
      "UPDATE module_versions SET yanked_because = 'broken', yanked_at = now() WHERE module = 'yanked';"
      "UPDATE module_versions SET state = 'review', published_at = NULL WHERE module = 'waiting';"
      "UPDATE modules SET latest_stable = NULL WHERE name = 'waiting';"
      "SELECT refresh_module('yanked'); UPDATE publishers SET suspended_because = 'spam' WHERE name = 'hill'");
  EXPECT_THAT(names(""), ElementsAre("shown"));
  EXPECT_EQ(site_.get("/api/modules/waiting").status, 404);
  EXPECT_EQ(site_.get("/api/modules/of-hill").status, 404);
  EXPECT_EQ(site_.get("/api/modules/of-hill/download/1.0.0").status, 404);
  EXPECT_EQ(site_.get("/api/publishers/hill").status, 404);
  const auto yanked = site_.json("/api/modules/yanked").at("data");
  EXPECT_EQ(yanked.at("versions").at(0).at("yanked").at("because"), "broken");
  EXPECT_EQ(yanked.at("latest"), (json{{"stable", nullptr}, {"beta", nullptr}}));
}

TEST_F(Modules, ShowTheirVersionsNewestFirstWithWhatConcernsEach) {
  site_.publish("sample", "1.9.0");
  site_.publish("sample", "1.10.0-rc.1", {.channel = "beta"});
  site_.publish("sample", "1.10.0");
  site_.sql(
      "INSERT INTO advisories (id, module, affected, severity, title) VALUES ('RA-2026-0001', 'sample', '<1.10', "
      "'high', 'Leaks'), ('RA-2026-0002', NULL, '<1', 'low', 'Of the platform');"
      "INSERT INTO module_screenshots (module, position, sha256, content_type, caption) SELECT 'sample', 2, sha256, "
      "'image/png', 'A class' FROM module_versions WHERE module = 'sample' LIMIT 1");
  const auto data = site_.json("/api/modules/sample").at("data");
  std::vector<std::string> versions;
  for (const auto& one : data.at("versions")) versions.push_back(one.at("version"));
  EXPECT_THAT(versions, ElementsAre("1.10.0", "1.10.0-rc.1", "1.9.0"));
  EXPECT_EQ(data.at("latest"), (json{{"stable", "1.10.0"}, {"beta", "1.10.0-rc.1"}}));
  EXPECT_EQ(data.at("versions").at(2).at("advisories"), json::array({"RA-2026-0001"}));
  EXPECT_EQ(data.at("versions").at(0).at("advisories"), json::array());
  EXPECT_EQ(data.at("advisories"), 1);
  EXPECT_EQ(data.at("change_log"), "What 1.10.0 changed.");
  EXPECT_EQ(data.at("more_versions"), false);
  EXPECT_EQ(data.at("versions").at(0).at("target_path"), "modules/lake/sample/sample-1.10.0.rapt");
  EXPECT_EQ(
      data.at("versions").at(0).at("permissions"),
      json::parse(
          R"([{"name":"log","reason":"to tell","text":"It writes lines into its own log, which administrators read.","grants":["log"]}])"));
  EXPECT_EQ(data.at("screenshots").at(0).at("url"), "http://registry.test/api/modules/sample/screenshots/2");
  const auto shot = site_.get("/api/modules/sample/screenshots/2");
  EXPECT_EQ(shot.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(shot.body, "the bytes of a bundle");
  EXPECT_EQ(site_.get("/api/modules/sample/screenshots/9").status, 404);
  const auto page = site_.json("/api/modules/sample/versions?limit=2");
  EXPECT_EQ(page.at("meta").at("next_cursor"), "1.10.0-rc.1");
  const auto rest = site_.json("/api/modules/sample/versions?limit=2&cursor=1.10.0-rc.1");
  EXPECT_EQ(rest.at("data").at(0).at("version"), "1.9.0");
  EXPECT_TRUE(rest.at("meta").at("next_cursor").is_null());
  const auto one = site_.json("/api/modules/sample/versions/1.9.0").at("data");
  EXPECT_EQ(one.at("manifest").at("license"), "MIT");
  const auto advisories = site_.json("/api/advisories?module=sample").at("data");
  ASSERT_EQ(advisories.size(), 1U);
  EXPECT_EQ(advisories.at(0).at("severity"), "high");
  EXPECT_EQ(site_.json("/api/advisories?limit=1").at("data").size(), 1U);
  const auto publisher = site_.json("/api/publishers/lake").at("data");
  EXPECT_EQ(publisher.at("modules"), 1);
  EXPECT_EQ(publisher.at("keys").at(0).at("label"), "laptop");
}

}  // namespace
}  // namespace rapt::marketplace
