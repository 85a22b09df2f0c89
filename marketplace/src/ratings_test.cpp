// SPDX-License-Identifier: AGPL-3.0-or-later
// What instances think of a module: one opinion each, of a version that is published.
#include <gmock/gmock.h>

#include "test_site.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Ratings : public ::testing::Test {
 protected:
  struct Instance {
    std::string id, token;
  };
  Ratings() {
    site_.add_publisher("lake");
    site_.publish("sample", "1.0.0");
  }
  Instance instance() {
    const auto answer = site_.post("/api/instances/register", json::object());
    const auto data = json::parse(answer.body).at("data");
    return {data.at("id"), data.at("token")};
  }
  http::Response rate(const std::string& token, const json& body, const std::string& module = "sample") {
    std::map<std::string, std::string> headers{{"Content-Type", "application/json"}};
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    return site_.ask("PUT", "/api/modules/" + module + "/rating", headers, body.dump());
  }
  json shown() { return site_.json("/api/modules/sample").at("data").at("rating"); }
  TestSite site_;
};

TEST_F(Ratings, CountOncePerInstanceAndAreAveraged) {
  const auto first = instance(), second = instance();
  EXPECT_EQ(shown().at("count"), 0);
  const auto answer = rate(first.token, {{"stars", 5}, {"version", "1.0.0"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body).at("data"), (json{{"average", 5.0}, {"count", 1}}));
  EXPECT_EQ(rate(second.token, {{"stars", 2}, {"version", "1.0.0"}}).status, 200);
  EXPECT_EQ(shown(), (json{{"average", 3.5}, {"count", 2}}));
  // Who thinks otherwise later has one opinion still.
  EXPECT_EQ(rate(first.token, {{"stars", 1}, {"version", "1.0.0"}}).status, 200);
  EXPECT_EQ(shown(), (json{{"average", 1.5}, {"count", 2}}));
}

TEST_F(Ratings, AreRefusedWithWhatIsWrong) {
  const auto who = instance();
  for (const json& stars : {json(0), json(6), json(2.5), json("5"), json(nullptr)}) {
    const auto answer = rate(who.token, {{"stars", stars}, {"version", "1.0.0"}});
    EXPECT_EQ(answer.status, 400) << stars << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("stars"));
  }
  EXPECT_EQ(rate(who.token, {{"version", "1.0.0"}}).status, 400);
  EXPECT_EQ(rate(who.token, {{"stars", 5}}).status, 400);
  EXPECT_EQ(rate(who.token, {{"stars", 5}, {"version", "1.0.0"}, {"why", "x"}}).status, 400);
  EXPECT_EQ(rate(who.token, {{"stars", 5}, {"version", "9.9.9"}}).status, 404);
  EXPECT_EQ(rate(who.token, {{"stars", 5}, {"version", "1.0.0"}}, "no-such-module").status, 404);
  for (const auto& token : {std::string(), std::string("x"), who.token + "x"})
    EXPECT_EQ(rate(token, {{"stars", 5}, {"version", "1.0.0"}}).status, 401);
  EXPECT_EQ(shown().at("count"), 0);
  EXPECT_EQ(site_.one("SELECT count(*)::text AS value FROM module_ratings"), "0");
}

TEST_F(Ratings, AddUpWhenManyComeAtOnce) {
  constexpr int kMany = 12;
  std::vector<Instance> instances;
  for (int i = 0; i < kMany; ++i) instances.push_back(instance());
  {
    std::vector<std::jthread> at_once;
    for (int i = 0; i < kMany; ++i) {
      at_once.emplace_back([this, &instances, i] {
        EXPECT_EQ(
            rate(instances[static_cast<std::size_t>(i)].token, {{"stars", 1 + i % 4}, {"version", "1.0.0"}}).status,
            200);
      });
    }
  }
  EXPECT_EQ(shown(), (json{{"average", 2.5}, {"count", kMany}}));
}

}  // namespace
}  // namespace rapt::marketplace
