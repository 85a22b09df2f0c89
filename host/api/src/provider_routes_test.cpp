// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "rapt/security/totp.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string field(const Heard& heard, const std::string& name) {
  const auto at = heard.head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto start = at + name.size() + 4;
  return heard.head.substr(start, heard.head.find("\r\n", start) - start);
}

class ProviderRoutes : public Site {
 protected:
  ProviderRoutes() {
    scratch->script("UPDATE users SET email_verified_at = now();");
    const json body{{"name", "school"},
                    {"module", "oidc"},
                    {"title", "School"},
                    {"settings", {{"client_id", "abc"}}},
                    {"secrets", {{"client_secret", "top"}}},
                    {"enabled", true},
                    {"domains", json::array({{{"domain", "example.org"}, {"forced", true}}})}};
    made = ask("POST", "/api/v1/admin/auth-providers", admin, body.dump());
  }
  /// The Cookie field of a login that has begun; the module says that Sam comes.
  std::string begin(const std::string& query = "?return_to=/tools") {
    const auto heard = ask("GET", "/api/v1/auth/school" + query, "Accept: text/html\r\n");
    EXPECT_EQ(heard.status, 302) << heard.body;
    EXPECT_EQ(field(heard, "Location"), "https://id.example/authorize");
    const auto cookie = field(heard, "Set-Cookie");
    EXPECT_THAT(cookie, HasSubstr("rapt_login_flow="));
    EXPECT_THAT(cookie, HasSubstr("; Path=/api/v1/auth; HttpOnly; SameSite=Lax; Max-Age=600"));
    provider.says = {};
    provider.says.claim = providers::Claim{"sam-1", sam, true, "Sam", "", ""};
    return "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  }
  Heard come_back(const std::string& fields) {
    return ask("GET", "/api/v1/auth/school/callback?code=c&state=" + provider.asked.state, fields);
  }

  const std::string admin = cookie_of(ada);
  const std::string sams = cookie_of(sam);  // before his domain is forced
  Heard made;
};

TEST_F(ProviderRoutes, LogsABrowserInAndSendsItBackWhereItBegan) {
  const auto heard = come_back(begin());
  EXPECT_EQ(heard.status, 302) << heard.body;
  EXPECT_EQ(field(heard, "Location"), "/tools");
  EXPECT_THAT(heard.head, HasSubstr("rapt_login_flow=;"));
  const auto at = heard.head.find("rapt_session=");
  ASSERT_NE(at, std::string::npos) << heard.head;
  const auto cookie = "Cookie: " + heard.head.substr(at, heard.head.find(';', at) - at) + "\r\n";
  const auto me = ask("GET", "/api/v1/auth/me", cookie);
  EXPECT_EQ(json::parse(me.body)["data"]["user"]["email"], sam);
  const auto links = json::parse(ask("GET", "/api/v1/auth/links", cookie).body)["data"];
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0]["title"], "School");
  EXPECT_EQ(ask("DELETE", "/api/v1/auth/links/school", cookie).status, 204);
  EXPECT_EQ(ask("DELETE", "/api/v1/auth/links/school", cookie).status, 404);
}

TEST_F(ProviderRoutes, AnAccountWithASecondFactorMustStillGiveIt) {
  const std::string secret = security::new_totp_secret();
  const auto who = (*runtime::run_blocking(
      (**scratch).query({"test.sam", "SELECT id FROM users WHERE email = $1"}, store::params(sam))))[0]
                       .text("id");
  scratch->script("INSERT INTO totp_secrets (user_id, sealed_secret, confirmed_at) VALUES ('" + who + "', '" +
                  box.seal(secret, "totp:" + who) + "', now())");
  // Sam has the same id in each test, and Redis counts their codes for ten minutes.
  std::vector<std::string> forget{"DEL", "login-code:" + who};
  ASSERT_TRUE(runtime::run_blocking(redis.command(std::move(forget))));
  const auto heard = come_back(begin());
  EXPECT_EQ(field(heard, "Location"), "/login?second_factor=school&from=/tools");
  EXPECT_THAT(heard.head, Not(HasSubstr("rapt_session=")));
  const auto waiting = field(heard, "Set-Cookie");
  const std::string cookie = "Cookie: " + waiting.substr(0, waiting.find(';')) + "\r\n";
  const auto send = [&](const std::string& code, const std::string& fields) {
    return ask("POST", "/api/v1/auth/school/code", fields, json{{"totp_code", code}}.dump());
  };
  EXPECT_EQ(send("000000x", cookie).status, 401);
  EXPECT_EQ(send(security::totp_code(secret, clock.now()), "").status, 400) << "without the login that waits";
  const auto in = send(security::totp_code(secret, clock.now()), cookie);
  EXPECT_EQ(in.status, 200) << in.body;
  EXPECT_EQ(json::parse(in.body)["data"]["user"]["email"], sam);
  EXPECT_THAT(in.head, HasSubstr("rapt_session="));
  EXPECT_THAT(in.head, HasSubstr("rapt_login_flow=;"));
  const auto program = come_back("Accept: application/json\r\n" + begin());
  EXPECT_EQ(program.status, 401);
  EXPECT_THAT(program.body, HasSubstr("TOTP_REQUIRED"));
}

TEST_F(ProviderRoutes, EveryFailureLeadsBackToThePageOfTheLogin) {
  const auto cookie = begin();
  EXPECT_EQ(field(ask("GET", "/api/v1/auth/school/callback?state=other", cookie), "Location"),
            "/login?error=state_mismatch");
  EXPECT_EQ(field(come_back(""), "Location"), "/login?error=state_mismatch");
  provider.says.claim->email_verified = false;
  EXPECT_EQ(field(come_back(cookie), "Location"), "/login?error=email_unverified");
  EXPECT_EQ(field(come_back(cookie), "Location"), "/login?error=state_mismatch") << "a state counts once";
  const auto again = begin();
  provider.says = {};
  provider.says.refusal = "You went back.";
  EXPECT_EQ(field(come_back(again), "Location"), "/login?error=provider_refused");
  const auto unknown = begin();
  provider.says.claim->email = "nobody@example.org";
  const auto heard = come_back(unknown);
  EXPECT_EQ(field(heard, "Location"), "/login?error=account_unknown");
  EXPECT_THAT(heard.head, Not(HasSubstr("rapt_session=")));
  EXPECT_EQ(field(ask("GET", "/api/v1/auth/absent"), "Location"), "/login?error=provider_unknown");
  EXPECT_EQ(field(ask("GET", "/api/v1/auth/school?device=x"), "Location"), "/login?error=login_failed");
}

TEST_F(ProviderRoutes, AProgramGetsTheFailureItself) {
  const std::string accept = "Accept: application/json\r\n";
  const auto heard = come_back(accept);
  EXPECT_EQ(heard.status, 400);
  EXPECT_THAT(heard.body, HasSubstr("STATE_MISMATCH"));
  const auto cookie = begin();
  provider.says.claim->email = "nobody@example.org";
  const auto unknown = come_back(accept + cookie);
  EXPECT_EQ(unknown.status, 403);
  EXPECT_THAT(unknown.body, HasSubstr("ACCOUNT_UNKNOWN"));
  EXPECT_EQ(ask("GET", "/api/v1/auth/absent", accept).status, 404);
}

TEST_F(ProviderRoutes, APasswordOfAForcedDomainLetsAdministratorsInAlone) {
  settings.registration_open = true;
  const auto right = log_in(sam, "right"), wrong = log_in(sam, "wrong"), nobody = log_in("nobody@example.org", "wrong");
  for (const auto* heard : {&right, &wrong, &nobody}) {
    EXPECT_EQ(heard->status, 403);
    EXPECT_EQ(heard->body, right.body);
    EXPECT_THAT(heard->head, Not(HasSubstr("rapt_session=")));
  }
  EXPECT_THAT(right.body, HasSubstr(R"("code":"PROVIDER_REQUIRED","details":{"provider":"school"})"));
  EXPECT_EQ(log_in(ada, "wrong").body, right.body);
  EXPECT_EQ(log_in(ada, "right").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/auth/me", sams).status, 200) << "a login that is open stays";
  const std::string email = R"({"email":")" + sam + "\"";
  EXPECT_EQ(ask("POST", "/api/v1/auth/password-reset", "", email + "}").status, 403);
  EXPECT_EQ(
      ask("POST", "/api/v1/auth/register", "", email + R"(,"name":"Sam","password":"seven orange bikes"})").status,
      403);
}

TEST_F(ProviderRoutes, APasswordOfAForcedDomainCanBeGuessedNoMoreOftenThanAnyOther) {
  for (int i = 0; i < settings.rate_limit_auth_max; ++i) EXPECT_EQ(log_in(ada, "wrong").status, 403);
  EXPECT_EQ(log_in(ada, "right").status, 429);
}

TEST_F(ProviderRoutes, SendsNobodyToAnotherSite) {
  EXPECT_EQ(field(come_back(begin("?return_to=https://evil.example/")), "Location"), "/");
  EXPECT_EQ(field(come_back(begin("?return_to=//evil.example/")), "Location"), "/");
}

TEST_F(ProviderRoutes, TellsWhoAnswersForAnAddress) {
  const auto all = json::parse(ask("GET", "/api/v1/auth/providers").body)["data"];
  EXPECT_EQ(all, json::parse(R"([{"name":"school","title":"School"}])"));
  const auto lookup = [this](const std::string& email) {
    return json::parse(ask("POST", "/api/v1/auth/providers/lookup", "", json{{"email", email}}.dump()).body)["data"];
  };
  EXPECT_EQ(lookup("nobody@Example.org"),
            json::parse(R"({"provider":{"name":"school","title":"School"},"forced":true})"));
  EXPECT_EQ(lookup("a@elsewhere.example"), json::parse(R"({"provider":null,"forced":false})"));
}

TEST_F(ProviderRoutes, AdministratorsSetProvidersUp) {
  const std::string path = "/api/v1/admin/auth-providers";
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(field(made, "Location"), path + "/school");
  EXPECT_EQ(json::parse(made.body)["data"]["secrets"], json::array({"client_secret"}));
  EXPECT_THAT(made.body, Not(HasSubstr("top")));
  const auto stale = "If-Match: " + field(made, "ETag") + "\r\n";
  const auto changed = ask("PATCH", path + "/school", admin + stale, R"({"title":"Other","default_group_id":null})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(ask("PATCH", path + "/school", admin + stale, R"({"title":"Late"})").status, 412);
  EXPECT_EQ(ask("GET", path + "/modules", admin).status, 200);
  EXPECT_EQ(json::parse(ask("GET", path, admin).body)["data"].size(), 1U);
  EXPECT_EQ(ask("DELETE", path + "/school", admin + stale).status, 412);
  EXPECT_EQ(ask("DELETE", path + "/school", admin).status, 204);
  EXPECT_EQ(ask("GET", path + "/school", admin).status, 404);
}

TEST_F(ProviderRoutes, FaultyProvidersAreRefusedWithTheirFields) {
  const std::string path = "/api/v1/admin/auth-providers";
  for (const char* body :
       {R"({"name":"providers","module":"oidc","title":"x"})", R"({"name":"links","module":"oidc","title":"x"})",
        R"({"name":"x","module":"oidc","title":"x","secrets":[]})",
        R"({"name":"x","module":"oidc","title":"x","secrets":{"a":1}})",
        R"({"name":"x","module":"oidc","title":"x","domains":{}})",
        R"({"name":"x","module":"oidc","title":"x","domains":["a.example"]})",
        R"({"name":"x","module":"oidc","title":"x","domains":[{"domain":"a.example","more":1}]})",
        R"({"name":"x","module":"oidc","title":"x","default_group_id":5})",
        R"({"name":"x","module":"oidc","title":"x","settings":[]})", R"({"name":"x","title":"x"})",
        R"({"name":"X","module":"oidc","title":"x"})", R"({"name":"x","module":"oidc","title":"x","more":1})"}) {
    const auto heard = ask("POST", path, admin, body);
    EXPECT_EQ(heard.status, 400) << body << heard.body;
    EXPECT_THAT(heard.body, HasSubstr("\"fields\"")) << body;
  }
  EXPECT_EQ(ask("GET", path, sams).status, 403);
}

}  // namespace
}  // namespace rapt::api
