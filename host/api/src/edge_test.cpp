// SPDX-License-Identifier: AGPL-3.0-or-later
// What every answer of the API goes through, asked over a real socket.
#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(Site, TellsHowTheLimitStandsAndRefusesWhoIsOverIt) {
  settings.rate_limit_api_max = 2;
  const std::string cookie = cookie_of(sam);
  EXPECT_THAT(ask("GET", "/api/v1/auth/me", cookie).head,
              AllOf(HasSubstr("X-RateLimit-Limit: 2\r\n"), HasSubstr("X-RateLimit-Remaining: 1\r\n"),
                    HasSubstr("X-RateLimit-Reset: 1772352060\r\n")));
  EXPECT_EQ(ask("GET", "/api/v1/tools", cookie).status, 200);
  const auto heard = ask("GET", "/api/v1/auth/me", cookie);
  EXPECT_EQ(heard.status, 429);
  EXPECT_THAT(heard.head, AllOf(HasSubstr("Retry-After: 60\r\n"), HasSubstr("X-RateLimit-Remaining: 0\r\n")));
  const auto body = json::parse(heard.body);
  EXPECT_EQ(body["code"], "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(body["details"]["limit"], 2);
  EXPECT_EQ(body["details"]["remaining"], 0);
  EXPECT_EQ(body["details"]["resetAt"], "2026-03-01T08:01:00.000Z");
  EXPECT_EQ(body["details"]["retryAfter"], 60);
  EXPECT_EQ(body["details"]["message"], body["error"]);
  EXPECT_EQ(ask("GET", "/api/v1/auth/me", cookie_of(ada)).status, 200) << "another person behind the same address";
  EXPECT_EQ(ask("GET", "/health", cookie).status, 200);
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(ask("GET", "/api/v1/auth/me", cookie).status, 200);
}

TEST_F(Site, LimitsStrangersByTheirAddressWhateverTheyAskFor) {
  settings.rate_limit_address_max = 4;
  EXPECT_EQ(ask("GET", "/api/v1/instance").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/nowhere").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/tools").status, 405);
  EXPECT_EQ(ask("GET", "/api/v1/tools").status, 401);
  for (const char* path : {"/api/v1/instance", "/api/v1/nowhere", "/api/v1/tools"}) {
    EXPECT_EQ(ask("GET", path).status, 429) << path;
  }
  EXPECT_EQ(ask("GET", "/api/v1/tools", "Cookie: rapt_session=" + std::string(43, 'A') + "\r\n").status, 429);
  EXPECT_EQ(ask("GET", "/ready").status, 200);
  EXPECT_EQ(log_in(sam, "right").status, 200) << "logins are counted by themselves";
}

TEST_F(Site, LetsAClassLogInFromOneAddressAndStopsAScan) {
  for (int i = 0; i < 12; ++i) EXPECT_EQ(log_in(sam, "right").status, 200) << "right ones do not count as guesses";
  settings.rate_limit_auth_address_max = 14;
  EXPECT_EQ(log_in("a@example.org", "wrong").status, 401);
  EXPECT_EQ(log_in("b@example.org", "wrong").status, 401);
  EXPECT_EQ(log_in("c@example.org", "wrong").status, 429);
}

TEST_F(Site, GuessesFromEverywhereStopWithoutKeepingTheOwnerOut) {
  settings.rate_limit_auth_max = 1000;  // as if each came from another address
  const auto home = log_in(sam, "right");
  const auto start = home.head.find("rapt_known=");
  ASSERT_NE(start, std::string::npos) << home.head;
  const auto known = "Cookie: " + home.head.substr(start, home.head.find(';', start) - start) + "\r\n";
  const auto from = [this](const std::string& email, const std::string& password, const std::string& cookie) {
    return ask("POST", "/api/v1/auth/login", cookie, R"({"email":")" + email + R"(","password":")" + password + "\"}")
        .status;
  };
  for (int i = 0; i < 30; ++i) EXPECT_EQ(from(sam, "wrong", ""), 401);
  EXPECT_EQ(from(sam, "wrong", ""), 429);
  EXPECT_EQ(from(" " + sam, "right", ""), 429) << "whoever guessed right now must not learn it";
  EXPECT_EQ(from(sam, "right", known), 200) << "the owner's own browser";
  EXPECT_EQ(from(sam, "wrong", known), 401);
  EXPECT_EQ(from(ada, "right", ""), 200) << "other accounts";
  const std::string forged = "Cookie: rapt_known=" + std::string(256, 'a') + "\r\n";
  EXPECT_EQ(from(sam, "right", forged), 429);
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(from(sam, "right", ""), 200);
}

TEST_F(Site, ASharedDeviceIsNotRemembered) {
  const auto heard =
      ask("POST", "/api/v1/auth/login", "", R"({"email":")" + sam + R"(","password":"right","device":"shared"})");
  EXPECT_EQ(heard.status, 200);
  EXPECT_THAT(heard.head, Not(HasSubstr("rapt_known=")));
}

TEST_F(Site, LeavesNoLoginBehindWhereARightGuessCameTooLate) {
  settings.rate_limit_auth_max = 1;
  EXPECT_EQ(log_in(sam, "wrong").status, 401);
  const auto late = log_in(sam, "right");
  EXPECT_EQ(late.status, 429);
  EXPECT_THAT(late.head, Not(HasSubstr("Set-Cookie")));
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(log_in(sam, "right").status, 200);
}

TEST_F(Site, LimitsTriesOfJoinCodesAndSaysSoLikeAnyLimit) {
  const std::string cookie = cookie_of(sam);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ask("POST", "/api/v1/classes/join", cookie, R"({"code":"AAAA-AAAA"})").status, 404);
  }
  const auto heard = ask("POST", "/api/v1/classes/join", cookie, R"({"code":"AAAA-AAAA"})");
  EXPECT_EQ(heard.status, 429);
  EXPECT_EQ(json::parse(heard.body)["details"]["limit"], 20);
  EXPECT_THAT(heard.head, HasSubstr("Retry-After: 900\r\n"));
}

TEST_F(Site, KnowsClientsBehindAProxyThatItTrusts) {
  settings.rate_limit_address_max = 1;
  settings.trusted_proxies = {*AddressRange::parse("127.0.0.0/8")};
  EXPECT_EQ(ask("GET", "/api/v1/instance", "X-Forwarded-For: 192.0.2.1\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/instance", "X-Forwarded-For: 192.0.2.2\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/instance", "X-Forwarded-For: 192.0.2.9, 192.0.2.1\r\n").status, 429)
      << "what a client claims does not help";
  settings.trusted_proxies.clear();
  EXPECT_EQ(ask("GET", "/api/v1/instance", "X-Forwarded-For: 192.0.2.3\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/instance", "X-Forwarded-For: 192.0.2.4\r\n").status, 429);
}

TEST_F(Site, TellsAnOriginBySchemeWhereAProxySaysWhich) {
  settings.trusted_proxies = {*AddressRange::parse("127.0.0.1")};
  const auto status = [this](const std::string& origin, const std::string& scheme) {
    return raw("POST /api/v1/auth/logout HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\nContent-Length: 0\r\n"
               "Origin: " +
               origin + "://other.example\r\nX-Forwarded-Proto: " + scheme + "\r\n\r\n")
        .status;
  };
  EXPECT_EQ(status("https", "https"), 204);
  EXPECT_EQ(status("http", "https"), 403);
  EXPECT_EQ(status("http", "http"), 204);
}

TEST_F(Site, LetsNoOtherSiteReadUnlessItIsListed) {
  const std::string listed = "Origin: https://school.example\r\nSec-Fetch-Site: cross-site\r\n";
  EXPECT_THAT(ask("GET", "/api/v1/instance", listed).head, Not(HasSubstr("Access-Control")));
  settings.cors_origins = {"https://school.example"};
  EXPECT_THAT(ask("GET", "/api/v1/instance", listed).head,
              AllOf(HasSubstr("Access-Control-Allow-Origin: https://school.example\r\n"),
                    HasSubstr("Access-Control-Allow-Credentials: true\r\n"), HasSubstr("Vary: Origin\r\n")));
  EXPECT_THAT(ask("GET", "/api/v1/tools", listed).head, HasSubstr("Access-Control-Allow-Origin")) << "also failures";
  for (const char* origin : {"https://evil.example", "https://school.example.evil.example", "null", "*",
                             "http://school.example", "https://SCHOOL.example"}) {
    const std::string field = std::string("Origin: ") + origin + "\r\n";
    EXPECT_THAT(ask("GET", "/api/v1/instance", field).head,
                AllOf(Not(HasSubstr("Access-Control")), HasSubstr("Vary: Origin\r\n")))
        << origin;
    EXPECT_EQ(ask("POST", "/api/v1/auth/logout", field).status, 403) << origin;
  }
  EXPECT_EQ(ask("POST", "/api/v1/auth/logout", listed).status, 204);
}

TEST_F(Site, AnswersPreflightsOfListedOriginsAlone) {
  settings.cors_origins = {"https://school.example"};
  const std::string asks = "Access-Control-Request-Method: POST\r\n";
  const auto heard = ask("OPTIONS", "/api/v1/tools", "Origin: https://school.example\r\n" + asks);
  EXPECT_EQ(heard.status, 204);
  EXPECT_THAT(heard.head, AllOf(HasSubstr("Access-Control-Allow-Methods: GET, POST\r\n"), HasSubstr("Idempotency-Key"),
                                HasSubstr("Access-Control-Max-Age: 600\r\n"),
                                HasSubstr("Access-Control-Allow-Origin: https://school.example\r\n")));
  const auto other = ask("OPTIONS", "/api/v1/tools", "Origin: https://evil.example\r\n" + asks);
  EXPECT_EQ(other.status, 204);
  EXPECT_THAT(other.head, Not(HasSubstr("Access-Control")));
  EXPECT_THAT(ask("OPTIONS", "/api/v1/tools").head, HasSubstr("Allow: GET, POST, OPTIONS\r\n"));
  EXPECT_EQ(ask("OPTIONS", "/api/v1/nowhere").status, 404);
}

TEST_F(Site, SendsBrowsersBackOverHttpsInProduction) {
  const char* const kField = "Strict-Transport-Security: max-age=31536000\r\n";
  EXPECT_THAT(ask("GET", "/health").head, Not(HasSubstr("Strict-Transport")));
  settings.production = true;
  EXPECT_THAT(ask("GET", "/health").head, HasSubstr(kField));
  EXPECT_THAT(ask("GET", "/no-page").head, HasSubstr(kField));
  EXPECT_THAT(raw("nonsense\r\n\r\n").head, HasSubstr(kField)) << "what the server answers by itself, too";
}

/// By hand: what is compressed cannot be held against the description.
std::string packed_get(const std::string& path, const std::string& cookie, const std::string& coding) {
  return "GET " + path + " HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n" + cookie +
         "Accept-Encoding: " + coding + "\r\n\r\n";
}

constexpr const char* kLong = "name: Long\ntype: chat\nversion: 1.0.0\nbehavior: ";

TEST_F(Site, CompressesWhatIsLongAndForNobodyWhoDoesNotAsk) {
  const std::string cookie = cookie_of(ada);
  const auto made =
      ask("POST", "/api/v1/tools", cookie, json{{"definition", kLong + std::string(3000, 'x') + "\n"}}.dump());
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = "/api/v1/tools/" + json::parse(made.body)["data"]["id"].get<std::string>();
  const auto plain = ask("GET", path, cookie);
  EXPECT_THAT(plain.head, AllOf(HasSubstr("Vary: Accept-Encoding\r\n"), Not(HasSubstr("Content-Encoding"))));
  for (const char* coding : {"gzip", "br"}) {
    const auto packed = raw(packed_get(path, cookie, coding));
    EXPECT_THAT(packed.head, AllOf(HasSubstr(std::string("Content-Encoding: ") + coding + "\r\n"),
                                   HasSubstr("Vary: Accept-Encoding\r\n"),
                                   HasSubstr("Content-Length: " + std::to_string(packed.body.size()) + "\r\n")));
    EXPECT_LT(packed.body.size(), plain.body.size() / 2);
  }
  EXPECT_THAT(ask("GET", "/health", "Accept-Encoding: gzip\r\n").head, Not(HasSubstr("Content-Encoding")));
}

std::string tool_body(const std::string& name) {
  return json{{"definition", "name: " + name + "\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\n"}}.dump();
}

std::string code_of_heard(const Heard& heard) {
  return json::parse(heard.body).value("code", "");
}

TEST_F(Site, GivesTheFirstAnswerAgainToTheSameRequest) {
  const std::string fields = cookie_of(ada) + "Idempotency-Key: one\r\n";
  const auto first = ask("POST", "/api/v1/tools", fields, tool_body("Twice"));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_THAT(first.head, Not(HasSubstr("Idempotency-Replayed")));
  const auto again = ask("POST", "/api/v1/tools", fields, tool_body("Twice"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_THAT(again.head,
              AllOf(HasSubstr("Idempotency-Replayed: true\r\n"), HasSubstr("Content-Type: application/json\r\n")));
  const auto other = ask("POST", "/api/v1/tools", fields, tool_body("Other"));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(code_of_heard(other), "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(ask("POST", "/api/v1/classes/join", fields, tool_body("Twice")).status, 422) << "another route";
  clock.move(std::chrono::hours(24));
  EXPECT_THAT(ask("POST", "/api/v1/tools", fields, tool_body("Tomorrow")).head, Not(HasSubstr("Idempotency-Replayed")));
}

TEST_F(Site, KnowsAKeyForEachPersonAndTakesNoneThatIsNoKey) {
  const auto mine =
      ask("POST", "/api/v1/classes/join", cookie_of(sam) + "Idempotency-Key: k\r\n", R"({"code":"AAAA"})");
  const auto theirs =
      ask("POST", "/api/v1/classes/join", cookie_of(ada) + "Idempotency-Key: k\r\n", R"({"code":"BBBB"})");
  EXPECT_EQ(mine.status, 404);
  EXPECT_EQ(theirs.status, 404);
  for (const std::string& key : {std::string(256, 'k'), std::string("a b"), std::string("k\xc3\xbc")}) {
    const auto heard =
        ask("POST", "/api/v1/classes/join", cookie_of(sam) + "Idempotency-Key: " + key + "\r\n", R"({"code":"A"})");
    EXPECT_EQ(heard.status, 400) << key;
    EXPECT_EQ(json::parse(heard.body)["details"]["fields"][0]["path"], "Idempotency-Key");
  }
}

TEST_F(Site, MakesOneObjectOfManySubmitsAtOnce) {
  const std::string fields = cookie_of(ada) + "Idempotency-Key: " + new_uuid() + "\r\n";
  std::atomic<int> made{0};
  std::atomic<int> told_to_wait{0};
  std::vector<std::thread> submits;
  for (int i = 0; i < 8; ++i) {
    submits.emplace_back([&] {
      const auto heard = ask("POST", "/api/v1/tools", fields, tool_body("Once"));
      made += heard.status == 201 ? 1 : 0;
      told_to_wait += heard.status == 409 && code_of_heard(heard) == "IDEMPOTENCY_IN_PROGRESS" ? 1 : 0;
    });
  }
  for (auto& submit : submits) submit.join();
  EXPECT_GE(made, 1);
  EXPECT_EQ(made + told_to_wait, 8);
  const auto count = runtime::run_blocking((**scratch).query({"count", "SELECT count(*) AS n FROM tools"}));
  EXPECT_EQ(count->first()->integer("n"), 1);
}

TEST_F(Site, TakesAKeyOverFromAHostThatDiedAndForgetsWhatWasNotFinal) {
  const std::string fields = cookie_of(ada) + "Idempotency-Key: late\r\n";
  ASSERT_EQ(ask("POST", "/api/v1/tools", fields, tool_body("Late")).status, 201);
  scratch->script("UPDATE idempotency_keys SET status = NULL, headers = NULL, body = NULL");
  const auto waiting = ask("POST", "/api/v1/tools", fields, tool_body("Late"));
  EXPECT_EQ(waiting.status, 409);
  EXPECT_THAT(waiting.head, HasSubstr("Retry-After: 1\r\n"));
  clock.move(std::chrono::hours(1));
  EXPECT_NE(ask("POST", "/api/v1/tools", fields, tool_body("Late")).status, 409);
  for (int i = 0; i < 21; ++i) {
    ask("POST", "/api/v1/classes/join", cookie_of(sam) + "Idempotency-Key: j" + std::to_string(i) + "\r\n",
        R"({"code":"AAAA"})");
  }
  const auto kept = runtime::run_blocking(
      (**scratch).query({"kept", "SELECT count(*) AS n FROM idempotency_keys WHERE key LIKE 'j%'"}));
  EXPECT_EQ(kept->first()->integer("n"), 20) << "a refusal for a while is not kept";
}

TEST_F(Site, KeepsNoAnswerOfALogin) {
  const std::string body = json{{"email", sam}, {"password", "right"}}.dump();
  EXPECT_EQ(ask("POST", "/api/v1/auth/login", cookie_of(ada) + "Idempotency-Key: x\r\n", body).status, 200);
  const auto kept = runtime::run_blocking((**scratch).query({"kept", "SELECT 1 AS n FROM idempotency_keys"}));
  EXPECT_TRUE(kept->empty());
}

TEST_F(Site, TakesTheTagOfACompressedAnswer) {
  const std::string cookie = cookie_of(ada);
  const auto made =
      ask("POST", "/api/v1/groups", cookie,
          json{{"name", "Long"}, {"type", "district"}, {"settings", {{"a", std::string(3000, 'x')}}}}.dump());
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = "/api/v1/groups/" + json::parse(made.body)["data"]["id"].get<std::string>();
  const auto packed = raw(packed_get(path, cookie, "br"));
  const auto at = packed.head.find("ETag: ");
  ASSERT_NE(at, std::string::npos) << packed.head;
  const std::string tag = packed.head.substr(at + 6, packed.head.find('\r', at) - at - 6);
  EXPECT_THAT(tag, testing::EndsWith("-br\""));
  const auto change = [&] {
    return ask("PATCH", path, cookie + "If-Match: " + tag + "\r\n", json{{"name", "Longer"}}.dump()).status;
  };
  EXPECT_EQ(change(), 200);
  EXPECT_EQ(change(), 412) << "somebody came first";
}

}  // namespace
}  // namespace rapt::api
