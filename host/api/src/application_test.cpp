// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kProduct = R"(name: Planner
type: product
version: 1.0.0
behavior: Plan a lesson.
input_schema:
  type: object
  required: [topic]
  properties:
    topic: { type: string, title: Topic }
    grade: { type: integer }
    alpha: { type: string }
output_schema: { type: object, properties: { title: { type: string }, activities: { type: string } } }
)";
constexpr const char* kChat = "name: Tutor\ntype: chat\nversion: 1.0.0\nbehavior: Ask questions.\n";

std::string code(const Heard& heard) {
  return json::parse(heard.body).value("code", "");
}

auto is_guarded() {
  return AllOf(HasSubstr("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"),
               HasSubstr("X-Content-Type-Options: nosniff\r\n"), HasSubstr("Referrer-Policy: same-origin\r\n"),
               HasSubstr("Cross-Origin-Opener-Policy: same-origin\r\n"), HasSubstr("Cache-Control: no-store\r\n"),
               HasSubstr("X-Request-Id: "));
}

TEST_F(Site, GuardsEveryAnswerWhateverItsStatus) {
  const std::string student = cookie_of(sam);
  gateway.throws = true;
  const std::pair<int, Heard> answers[] = {
      {200, ask("GET", "/health")},
      {200, ask("GET", "/api/v1/auth/me", student)},
      {401, ask("GET", "/api/v1/auth/me")},
      {401, ask("GET", "/api/v1/tools", "Cookie: rapt_session=" + std::string(43, 'A') + "\r\n")},
      {403, ask("GET", "/api/v1/admin/modules", student)},
      {404, ask("GET", "/api/v1/nowhere")},
      {404, ask("GET", "/no-page")},
      {405, ask("DELETE", "/api/v1/tools")},
      {400, raw("GET /%zz HTTP/1.1\r\nHost: site.example\r\n\r\n")},
      {431, ask("GET", "/api/v1/tools?q=" + std::string(20000, 'x'))},
      {500, ask("GET", "/ready")}};
  for (const auto& [status, heard] : answers) {
    EXPECT_EQ(heard.status, status) << heard.head << heard.body;
    EXPECT_THAT(heard.head, is_guarded());
    if (status == 200) continue;
    EXPECT_TRUE(json::parse(heard.body).at("error").is_string()) << heard.body;
  }
}

TEST_F(Site, NamesTheMethodsOfARoute) {
  const auto heard = ask("DELETE", "/api/v1/tools");
  EXPECT_EQ(code(heard), "METHOD_NOT_ALLOWED");
  EXPECT_THAT(heard.head, HasSubstr("Allow: GET, POST\r\n"));
}

TEST_F(Site, RefusesWhatAnotherSiteHasABrowserSend) {
  for (const char* origin : {"Origin: http://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
                             "Sec-Fetch-Site: same-site\r\nOrigin: http://site.example\r\n"}) {
    const auto heard = ask("POST", "/api/v1/auth/logout", origin);
    EXPECT_EQ(heard.status, 403) << origin;
    EXPECT_EQ(code(heard), "CSRF_REJECTED");
  }
  EXPECT_EQ(ask("POST", "/api/v1/auth/logout", "Origin: http://site.example\r\n").status, 204);
  EXPECT_EQ(ask("POST", "/api/v1/auth/logout", "Sec-Fetch-Site: same-origin\r\n").status, 204);
  EXPECT_EQ(ask("GET", "/health", "Sec-Fetch-Site: cross-site\r\n").status, 200);
}

TEST_F(Site, HandsOutItsCookieToTheBrowserAlone) {
  EXPECT_THAT(log_in(sam, "right").head,
              AllOf(HasSubstr("; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000\r\n"), Not(HasSubstr("Secure"))));
  settings.production = true;
  const std::string cookie = cookie_of(sam);
  EXPECT_THAT(log_in(sam, "right").head, HasSubstr("; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure\r\n"));
  const auto left = ask("POST", "/api/v1/auth/logout", cookie);
  EXPECT_EQ(left.status, 204);
  EXPECT_THAT(left.head, HasSubstr("Set-Cookie: rapt_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure\r\n"));
  EXPECT_EQ(ask("GET", "/api/v1/auth/me", cookie).status, 401);
}

TEST_F(Site, SendsTheCookieOfAnExtendedLoginAgain) {
  const std::string cookie = cookie_of(sam);
  EXPECT_THAT(ask("GET", "/api/v1/auth/me", cookie).head, Not(HasSubstr("Set-Cookie")));
  clock.move(std::chrono::hours(24 * 16));
  const auto extended = ask("GET", "/api/v1/auth/me", cookie);
  EXPECT_EQ(extended.status, 200);
  EXPECT_THAT(extended.head, HasSubstr("Set-" + cookie.substr(0, cookie.size() - 2) + "; Path=/; HttpOnly"));
}

TEST_F(Site, GuardsAStreamAndExtendsItsLoginToo) {
  const std::string cookie = cookie_of(ada);
  const auto tool = ask("POST", "/api/v1/tools", cookie, json{{"definition", kChat}}.dump());
  ASSERT_EQ(tool.status, 201) << tool.body;
  const auto session =
      ask("POST", "/api/v1/sessions", cookie, json{{"tool_id", json::parse(tool.body)["data"]["id"]}}.dump());
  ASSERT_EQ(session.status, 201) << session.body;
  clock.move(std::chrono::hours(24 * 16));
  const auto heard =
      ask("POST", "/api/v1/sessions/" + json::parse(session.body)["data"]["id"].get<std::string>() + "/messages",
          cookie + "Accept: text/event-stream\r\n", R"({"content":"Hello"})");
  EXPECT_EQ(heard.status, 200);
  EXPECT_THAT(heard.head, AllOf(is_guarded(), HasSubstr("Content-Type: text/event-stream\r\n"),
                                HasSubstr("Set-" + cookie.substr(0, cookie.size() - 2) + ";")));
  EXPECT_THAT(heard.body, HasSubstr("event: done\n"));
}

TEST_F(Site, AnswersWithTheIdOfTheRequest) {
  EXPECT_THAT(ask("GET", "/health", "X-Request-Id: mine.1\r\n").head, HasSubstr("X-Request-Id: mine.1\r\n"));
}

TEST_F(Site, KeepsTheReasonOfAnExceptionToItself) {
  gateway.throws = true;
  const auto heard = ask("GET", "/ready", "X-Request-Id: broken-1\r\n");
  EXPECT_EQ(heard.status, 500);
  EXPECT_EQ(code(heard), "INTERNAL_ERROR");
  EXPECT_EQ(json::parse(heard.body)["details"]["request_id"], "broken-1");
  EXPECT_THAT(heard.body, Not(HasSubstr("hidden")));
  gateway.throws = false;
  EXPECT_EQ(ask("GET", "/ready").status, 200);
}

TEST_F(Site, AsksTheGatewayOnceForManyWhoAskWhetherItIsReady) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("GET", "/ready").status, 200);
  EXPECT_EQ(gateway.asked, 1);
}

TEST_F(Site, AnswersHeadAsGetWithoutTheBody) {
  const auto got = ask("GET", "/api/v1/instance");
  const auto heard = ask("HEAD", "/api/v1/instance");
  EXPECT_EQ(heard.status, 200);
  EXPECT_EQ(heard.body, "");
  EXPECT_THAT(heard.head, HasSubstr("Content-Length: " + std::to_string(got.body.size()) + "\r\n"));
}

TEST_F(Site, StopsGuessingAtOneAccountHoweverItIsSpelled) {
  for (int i = 0; i < settings.rate_limit_auth_max; ++i) EXPECT_EQ(log_in(sam, "wrong").status, 401);
  std::string shouted = " " + sam + "  ";
  for (char& c : shouted) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (const auto& spelling : {sam, shouted}) {
    const auto heard = log_in(spelling, "right");
    EXPECT_EQ(heard.status, 429);
    EXPECT_EQ(code(heard), "RATE_LIMIT_EXCEEDED");
    EXPECT_THAT(heard.head, testing::ContainsRegex("Retry-After: [1-9][0-9]*\r\n"));
  }
  EXPECT_EQ(log_in(ada, "right").status, 200);
}

TEST_F(Site, AnswersNoMoreGuessesThanThatWhenTheyComeAtOnce) {
  std::atomic<int> refused{0};
  std::atomic<int> told_apart{0};
  std::vector<std::thread> guesses;
  for (int i = 0; i < 3 * settings.rate_limit_auth_max; ++i) {
    guesses.emplace_back([&] {
      const int status = log_in(sam, "wrong").status;
      ++(status == 429 ? refused : told_apart);
    });
  }
  for (auto& guess : guesses) guess.join();
  EXPECT_EQ(told_apart, settings.rate_limit_auth_max);
  EXPECT_EQ(refused, 2 * settings.rate_limit_auth_max);
}

TEST_F(Site, HasItsRoutesBelowItsPrefixOnly) {
  const std::string cookie = cookie_of(ada);
  for (const char* path : {"/api/v1admin/modules", "/api/admin/modules", "/api/v2/admin/modules",
                           "/apiv1/admin/modules", "/api/v1//admin/modules", "/api/v1", "/api"}) {
    EXPECT_EQ(ask("GET", path, cookie).status, 404) << path;
  }
  EXPECT_EQ(ask("GET", "/api/v1/admin/modules", cookie).status, 200);
}

TEST_F(Site, TakesNothingHostileFromPathsAndQueries) {
  const std::string cookie = cookie_of(ada);
  const std::pair<std::string, int> asked[] = {
      {"/api/v1/tools/%0d%0aSet-Cookie:%20evil=1", 400},
      {"/api/v1/tools/x%22%7D%7B", 404},
      {"/api/v1/tools?limit=101", 400},
      {"/api/v1/tools?limit=1%0d%0aX:1", 400},
      {"/api/v1/tools?limit=99999999999999999999", 400},
      {"/api/v1/tools?cursor=" + std::string(8000, 'c'), 400},
      {"/api/v1/tools?cursor=%27%3B--%00", 400},
      {"/api/v1/sessions?scope=teaching&class_id=%27%20or%201=1", 400},
  };
  for (const auto& [target, status] : asked) {
    const auto heard = ask("GET", target, cookie);
    EXPECT_EQ(heard.status, status) << target << heard.body;
    EXPECT_THAT(heard.head, Not(HasSubstr("evil")));
    EXPECT_LT(heard.body.size(), 1000u) << "an answer does not repeat what was sent";
  }
}

TEST_F(Site, ShowsTheFieldsOfASchemaInTheOrderOfItsAuthor) {
  const std::string cookie = cookie_of(ada);
  const auto made = ask("POST", "/api/v1/tools", cookie, json{{"definition", kProduct}}.dump());
  ASSERT_EQ(made.status, 201) << made.body;
  const auto heard = ask("GET", "/api/v1/tools/" + json::parse(made.body)["data"]["id"].get<std::string>(), cookie);
  for (const auto& body : {made.body, heard.body}) {
    EXPECT_THAT(body, HasSubstr(R"("properties":{"topic":{"type":"string","title":"Topic"},"grade":{"type":"integer"},)"
                                R"("alpha":{"type":"string"}}})"));
    EXPECT_THAT(body, HasSubstr(R"("properties":{"title":{"type":"string"},"activities":{"type":"string"}}})"));
  }
}

}  // namespace
}  // namespace rapt::api
