// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/router.hpp"

#include <gtest/gtest.h>

namespace rapt::api {
namespace {

Router sample() {
  Router router;
  router.add("GET", "/sessions");
  router.add("POST", "/sessions");
  router.add("GET", "/sessions/:id");
  router.add("POST", "/sessions/:id/messages");
  return router;
}

TEST(Router, FindsByMethodAndPattern) {
  const auto router = sample();
  EXPECT_EQ(router.find("POST", "/sessions").index, 1u);
  const auto match = router.find("POST", "/sessions/42/messages");
  EXPECT_EQ(match.index, 3u);
  EXPECT_EQ(match.parameters.at("id"), "42");
  EXPECT_EQ(router.find("HEAD", "/sessions/42").index, 2u);
}

TEST(Router, ListsTheMethodsThatAPathTakes) {
  const auto match = sample().find("DELETE", "/sessions");
  EXPECT_EQ(match.kind, Router::Match::Kind::kOtherMethod);
  EXPECT_EQ(match.allowed, "GET, POST");
}

TEST(Router, KnowsNothingElse) {
  const auto router = sample();
  for (const char* path :
       {"", "/", "/session", "/sessions/", "/sessions/42/", "/sessions//messages", "/sessions/42/messages/1"}) {
    EXPECT_EQ(router.find("GET", path).kind, Router::Match::Kind::kNoSuchPath) << path;
  }
}

TEST(Router, FindsTheFirstOfTwoThatFit) {
  Router router;
  router.add("GET", "/classes/:id");
  router.add("POST", "/classes/join");
  router.add("POST", "/classes/:id");
  router.add("GET", "/:area/join");
  EXPECT_EQ(router.find("POST", "/classes/join").index, 1u);
  EXPECT_EQ(router.find("POST", "/classes/7").index, 2u);
  EXPECT_EQ(router.find("GET", "/classes/join").index, 0u);
  EXPECT_EQ(router.find("GET", "/tools/join").index, 3u);
  EXPECT_EQ(router.find("DELETE", "/classes/join").allowed, "GET, POST, POST, GET");
}

TEST(Router, RefusesPathsLongerThanAnyPattern) {
  std::string path;
  for (int i = 0; i < 5000; ++i) path += "/sessions";
  EXPECT_EQ(sample().find("GET", path).kind, Router::Match::Kind::kNoSuchPath);
}

}  // namespace
}  // namespace rapt::api
