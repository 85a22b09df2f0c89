// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_routes.hpp"

#include <gmock/gmock.h>

#include "routes.hpp"

namespace rapt::api {
namespace {

using testing::HasSubstr;
using Kind = Router::Match::Kind;

host::ModuleOfferPtr offer(const std::string& module, std::vector<std::pair<std::string, std::string>> routes,
                           std::vector<std::string> grants = {"routes"}) {
  host::ModuleOffer out;
  out.module = module;
  out.grants = std::move(grants);
  for (auto& [method, path] : routes) out.routes.push_back({.method = method, .path = path});
  return std::make_shared<const host::ModuleOffer>(std::move(out));
}

class ModuleRouteTables : public testing::Test {
 protected:
  ModuleRouteTables() {
    for (const auto& route : routes()) own.add(route.method, route.pattern);
  }
  ModuleRouteTable table(const std::vector<host::ModuleOfferPtr>& offers) { return module_route_table(offers, own); }
  static std::string found(const ModuleRouteTable& table, const std::string& method, const std::string& path) {
    const auto match = table.router.find(method, path);
    if (match.kind != Kind::kFound) return match.allowed;
    return table.routes[match.index]->offer->module + " " + table.routes[match.index]->declared.path;
  }

  Router own;
};

TEST_F(ModuleRouteTables, HoldEachModulesRoutesBelowItsName) {
  const auto made = table({offer("log", {{"GET", "/notes/:id"}, {"POST", "/notes"}, {"GET", "/notes/new"}})});
  EXPECT_TRUE(made.refused.empty());
  EXPECT_EQ(found(made, "GET", "/modules/log/notes/7"), "log /notes/:id");
  EXPECT_EQ(found(made, "HEAD", "/modules/log/notes/7"), "log /notes/:id");
  EXPECT_EQ(found(made, "GET", "/modules/log/notes/new"), "log /notes/new") << "the one with fewer parameters is meant";
  EXPECT_EQ(found(made, "DELETE", "/modules/log/notes"), "POST");
  EXPECT_EQ(found(made, "GET", "/modules/other/notes/7"), "");
}

TEST_F(ModuleRouteTables, WholePathsNeedAGrant) {
  const std::vector<std::string> granted{"routes", "routes:/api/v1/admin/oneroster/"};
  const auto made =
      table({offer("roster", {{"POST", "/api/v1/admin/oneroster/sync"}, {"POST", "/api/v1/admin/other/x"}}, granted)});
  EXPECT_EQ(found(made, "POST", "/admin/oneroster/sync"), "roster /api/v1/admin/oneroster/sync");
  ASSERT_EQ(made.refused.size(), 1u);
  EXPECT_EQ(made.refused[0].declared.path, "/api/v1/admin/other/x");
  EXPECT_THAT(made.refused[0].why, HasSubstr("granted"));
}

TEST_F(ModuleRouteTables, TheHostsOwnRoutesWin) {
  const auto made = table(
      {offer("log", {{"GET", "/exports/:id"}}),
       offer("thief", {{"GET", "/api/v1/users"}, {"POST", "/api/v1/users/:id"}}, {"routes", "routes:/api/v1/users"})});
  EXPECT_TRUE(made.routes.empty());
  ASSERT_EQ(made.refused.size(), 3u);
  for (const auto& refused : made.refused)
    EXPECT_THAT(refused.why, HasSubstr("host has this path")) << refused.declared.path;
}

TEST_F(ModuleRouteTables, OfTwoModulesTheFirstInstalledKeepsAPath) {
  const std::vector<std::string> granted{"routes", "routes:/api/v1/admin/roster/"};
  const auto first = offer("zebra", {{"POST", "/api/v1/admin/roster/:id"}}, granted);
  const auto second =
      offer("ant", {{"POST", "/api/v1/admin/roster/:number"}, {"GET", "/api/v1/admin/roster/all"}}, granted);
  const auto made = table({first, second});
  EXPECT_EQ(found(made, "POST", "/admin/roster/7"), "zebra /api/v1/admin/roster/:id");
  EXPECT_EQ(found(made, "GET", "/admin/roster/all"), "ant /api/v1/admin/roster/all");
  ASSERT_EQ(made.refused.size(), 1u);
  EXPECT_EQ(made.refused[0].module, "ant");
  EXPECT_THAT(made.refused[0].why, HasSubstr("zebra"));
}

TEST_F(ModuleRouteTables, NobodyTakesPathsOfAnotherModulesName) {
  const std::vector<std::string> granted{"routes", "routes:/api/v1/modules/log/"};
  const auto made = table({offer("thief", {{"GET", "/api/v1/modules/log/notes"}}, granted)});
  EXPECT_TRUE(made.routes.empty());
  ASSERT_EQ(made.refused.size(), 1u);
}

TEST_F(ModuleRouteTables, APathOfMorePartsThanTheRouterKnowsIsRefused) {
  std::string path;
  for (int i = 0; i < 15; ++i) path += "/a";
  const auto made = table({offer("log", {{"GET", path}, {"GET", path.substr(2)}})});
  ASSERT_EQ(made.refused.size(), 1u);
  EXPECT_THAT(made.refused[0].why, HasSubstr("more than 16"));
  EXPECT_EQ(made.routes.size(), 1u);
}

}  // namespace
}  // namespace rapt::api
