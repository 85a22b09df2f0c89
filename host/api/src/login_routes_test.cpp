// SPDX-License-Identifier: AGPL-3.0-or-later
#include "account_site.hpp"

namespace rapt::api {
namespace {

TEST_F(Accounts, ListsAndEndsTheOwnLogins) {
  const auto here = cookie_of(sam), there = cookie_of(sam), other = cookie_of(ada);
  const auto list = data(ask("GET", "/api/v1/auth/sessions", here));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["ip_address"], "127.0.0.1");
  EXPECT_EQ(list[0]["provider"], nullptr);
  const auto& elsewhere = list[0]["current"] == true ? list[1] : list[0];
  EXPECT_EQ(elsewhere["current"], false);
  const std::string path = "/api/v1/auth/sessions/" + elsewhere["id"].get<std::string>();
  EXPECT_EQ(ask("DELETE", path, other).status, 404) << "not somebody else's";
  EXPECT_EQ(me(there).status, 200);
  EXPECT_EQ(ask("DELETE", path, here).status, 204);
  EXPECT_EQ(ask("DELETE", path, here).status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/auth/sessions/x", here).status, 404);
  EXPECT_EQ(me(there).status, 401);
  const auto mine = data(ask("GET", "/api/v1/auth/sessions", here));
  ASSERT_EQ(mine.size(), 1u);
  const auto ended = ask("DELETE", "/api/v1/auth/sessions/" + mine[0]["id"].get<std::string>(), here);
  EXPECT_THAT(ended.head, HasSubstr("rapt_session=;"));
  EXPECT_EQ(me(here).status, 401);
}

TEST_F(Accounts, LogsOutEverywhereOrElsewhere) {
  const auto here = cookie_of(sam), there = cookie_of(sam);
  EXPECT_EQ(post("logout-all", {{"keep_current", true}}, here).status, 204);
  EXPECT_EQ(me(here).status, 200);
  EXPECT_EQ(me(there).status, 401);
  EXPECT_EQ(ask("POST", "/api/v1/auth/logout-all", here).status, 204);
  EXPECT_EQ(me(here).status, 401);
}

TEST_F(Accounts, RenewsTheTokenOfALogin) {
  const auto old = cookie_of(sam);
  clock.move(std::chrono::hours(24 * 16));
  const auto heard = ask("POST", "/api/v1/auth/refresh", old);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const auto renewed = cookie_in(heard);
  EXPECT_NE(renewed, old);
  EXPECT_EQ(heard.head.find("rapt_session="), heard.head.rfind("rapt_session=")) << "one cookie, the new one";
  EXPECT_EQ(me(old).status, 401);
  EXPECT_EQ(me(renewed).status, 200);
  EXPECT_EQ(ask("POST", "/api/v1/auth/refresh", old).status, 401);
  EXPECT_EQ(data(ask("GET", "/api/v1/auth/sessions", renewed)).size(), 1u);
}

TEST_F(Accounts, EndsTheLoginThatTheBrowserCameWith) {
  const auto planted = cookie_of(ada);
  const auto fresh = ask("POST", "/api/v1/auth/login", planted, json{{"email", sam}, {"password", "right"}}.dump());
  EXPECT_NE(cookie_in(fresh), planted);
  EXPECT_EQ(me(planted).status, 401);
  EXPECT_EQ(data(me(cookie_in(fresh)))["user"]["email"], sam);
}

TEST_F(Accounts, ForgetsALoginOnASharedDevice) {
  const auto heard = log_in_with(sam, {{"device", "shared"}});
  ASSERT_EQ(heard.status, 200);
  EXPECT_THAT(heard.head, AllOf(HasSubstr("Set-Cookie: rapt_session="), Not(HasSubstr("Max-Age"))));
  auto cookie = cookie_in(heard);
  clock.move(std::chrono::hours(8));
  const auto renewed = ask("POST", "/api/v1/auth/refresh", cookie);
  EXPECT_THAT(renewed.head, Not(HasSubstr("Max-Age")));
  cookie = cookie_in(renewed);
  clock.move(std::chrono::hours(3));
  EXPECT_THAT(me(cookie).head, AllOf(HasSubstr("200"), Not(HasSubstr("Set-Cookie"))));
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(me(cookie).status, 401) << "twelve hours after the login, whatever came between";
  EXPECT_EQ(field(log_in_with(sam, {{"device", "mine"}})), "device");
}

}  // namespace
}  // namespace rapt::api
