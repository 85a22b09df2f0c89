// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include <rapt/json.hpp>
#include <rapt/testkit.hpp>

#include "encoding.hpp"

namespace oidc {
namespace {

using rapt::json::Value;
using testing::HasSubstr;

const std::string kSettings =
    R"({"issuer":"https://id.example","authorization_endpoint":"https://id.example/auth","token_endpoint":"https://id.example/token",)"
    R"("userinfo_endpoint":"https://id.example/me","client_id":"school 1")";

/// The payload of a token that nobody has signed.
std::string token(const std::string& payload) {
  return "e30." + to_base64url(payload) + ".c2ln";
}

class Oidc : public testing::Test {
 protected:
  Value ask(const rapt::testkit::Answer& answer) {
    EXPECT_EQ(answer.fault, "");
    return rapt::json::parse(answer.replacement.value_or("")).value_or(Value());
  }
  Value step(const std::string& parameters, const std::string& memo = "", const std::string& body = "",
             int status = 200, const std::string& more = "") {
    std::string in = "{\"settings\":" + kSettings + more +
                     "},\"redirect_uri\":\"https://s.example/cb\",\"nonce\":\"n1\"," +
                     "\"now_ms\":1700000000000,\"parameters\":[" + parameters + "],\"memo\":" + rapt::json::quote(memo);
    if (!memo.empty())
      in += ",\"answered\":{\"status\":" + std::to_string(status) + R"(,"content_type":"application/json","body":)" +
            rapt::json::quote(body) + "}";
    return ask(module_.provider_step(in + "}"));
  }
  static constexpr const char* kCode = R"({"name":"code","value":"c&1"})";
  rapt::testkit::Module module_;
};

TEST_F(Oidc, SendsTheBrowserWithEverythingThatProtectsALogin) {
  const auto answer = ask(module_.provider_start(
      "{\"settings\":" + kSettings +
      R"(},"redirect_uri":"https://s.example/cb?a=b","state":"s1","nonce":"n1","code_challenge":"ch"})"));
  EXPECT_EQ(answer.get("url").text(),
            "https://id.example/"
            "auth?response_type=code&client_id=school%201&redirect_uri=https%3A%2F%2Fs.example%2Fcb%3Fa%3Db"
            "&scope=openid%20email%20profile&state=s1&nonce=n1&code_challenge=ch&code_challenge_method=S256");
}

TEST_F(Oidc, NamesEverySettingThatIsMissing) {
  const auto answer = ask(module_.provider_start(
      R"({"settings":{"issuer":"http://x"},"redirect_uri":"","state":"","nonce":"","code_challenge":""})"));
  EXPECT_EQ(answer.get("invalid").list().size(), 5U);
  EXPECT_EQ(answer.get("invalid").list()[0].get("field").text(), "issuer");
}

TEST_F(Oidc, TradesTheCodeWithoutSeeingASecret) {
  const auto answer = step(kCode);
  const Value& fetch = answer.get("fetch");
  EXPECT_EQ(fetch.get("method").text(), "POST");
  EXPECT_EQ(fetch.get("url").text(), "https://id.example/token");
  EXPECT_EQ(fetch.get("body").text(),
            "grant_type=authorization_code&code=c%261&redirect_uri=https%3A%2F%2Fs.example%2Fcb&client_id=school%201"
            "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}");
}

TEST_F(Oidc, AsksWhoItIsWithAGoodToken) {
  const std::string good =
      token(R"({"sub":"u1","iss":"https://id.example","aud":"school 1","nonce":"n1","exp":1700000300})");
  const auto answer = step(kCode, "token", R"({"access_token":"at","id_token":")" + good + "\"}");
  EXPECT_EQ(answer.get("fetch").get("headers").list().at(0).get("value").text(), "Bearer at");
  EXPECT_EQ(answer.get("memo").text(), "userinfo:u1");
}

TEST_F(Oidc, AsksForTheKeysFirstWhenItKnowsWhereTheyAre) {
  const std::string keys = R"(,"jwks_uri":"https://id.example/keys")";
  const auto good = token(R"({"sub":"u1","iss":"https://id.example","aud":"school 1","nonce":"n1","exp":1700000300})");
  const auto body = [](const std::string& id_token) {
    return R"({"access_token":"at","id_token":")" + id_token + "\"}";
  };
  EXPECT_TRUE(step(kCode, "token", body(good), 200, keys).has("refuse")) << "it names no algorithm";
  const auto signed_one = to_base64url(R"({"alg":"RS256","kid":"k"})") + good.substr(good.find('.'));
  const auto answer = step(kCode, "token", body(signed_one), 200, keys);
  EXPECT_EQ(answer.get("fetch").get("url").text(), "https://id.example/keys");
  EXPECT_TRUE(answer.get("fetch").get("headers").list().size() == 1) << "nothing secret goes there";
  const std::string memo(answer.get("memo").text());
  EXPECT_THAT(memo, testing::StartsWith("keys:"));
  for (const char* set :
       {"{}", R"({"keys":[]})", "[]", "no JSON", R"({"keys":[{"kty":"RSA","kid":"k","n":"AQ","e":"AQ"}]})"})
    EXPECT_TRUE(step(kCode, memo, set, 200, keys).has("refuse")) << set;
  EXPECT_TRUE(step(kCode, memo, "{}", 500, keys).has("refuse"));
  const auto none = to_base64url(R"({"alg":"none"})") + good.substr(good.find('.'));
  EXPECT_TRUE(step(kCode, "token", body(none), 200, keys).has("refuse"));
}

TEST_F(Oidc, RefusesAProviderThatSendsNoIdToken) {
  EXPECT_TRUE(step(kCode, "token", R"({"access_token":"at"})").has("refuse"));
  EXPECT_TRUE(step(kCode, "userinfo:", R"({"sub":"u1"})").has("refuse"));
}

TEST_F(Oidc, RefusesATokenOfSomebodyElse) {
  for (const char* payload :
       {R"({"sub":"u1","iss":"https://evil.example","aud":"school 1","nonce":"n1","exp":1700000300})",
        R"({"sub":"u1","iss":"https://id.example","aud":"other","nonce":"n1","exp":1700000300})",
        R"({"sub":"u1","iss":"https://id.example","aud":["school 1","other"],"nonce":"n1","exp":1700000300})",
        R"({"sub":"u1","iss":"https://id.example","aud":"school 1","nonce":"n2","exp":1700000300})",
        R"({"sub":"u1","iss":"https://id.example","aud":"school 1","nonce":"n1","exp":1699999000})", "no JSON"}) {
    const auto answer = step(kCode, "token", R"({"access_token":"at","id_token":")" + token(payload) + "\"}");
    EXPECT_THAT(std::string(answer.get("refuse").text()), HasSubstr("cannot be used")) << payload;
  }
}

TEST_F(Oidc, SaysWhoItIs) {
  const auto answer =
      step(kCode, "userinfo:u1", R"({"sub":"u1","email":"a@b.example","email_verified":true,"name":"A B"})");
  const Value& claim = answer.get("claim");
  EXPECT_EQ(claim.get("subject").text(), "u1");
  EXPECT_EQ(claim.get("email").text(), "a@b.example");
  EXPECT_TRUE(claim.get("email_verified").truth());
  EXPECT_TRUE(step(kCode, "userinfo:u1", R"({"sub":"u2"})").has("refuse")) << "somebody else";
}

TEST_F(Oidc, LetsInOnlyItsDomain) {
  const std::string domain = R"(,"hosted_domain":"b.example")";
  EXPECT_TRUE(step(kCode, "userinfo:u", R"({"sub":"u","hd":"b.example"})", 200, domain).has("claim"));
  EXPECT_TRUE(step(kCode, "userinfo:u", R"({"sub":"u","hd":"c.example","email":"a@b.example","email_verified":true})",
                   200, domain)
                  .has("refuse"));
  EXPECT_TRUE(step(kCode, "userinfo:u", R"({"sub":"u","email":"a@b.example"})", 200, domain).has("refuse"))
      << "not verified";
  EXPECT_TRUE(step(kCode, "userinfo:u", R"({"sub":"u","email":"a@b.example","email_verified":"true"})", 200, domain)
                  .has("claim"));
}

TEST_F(Oidc, TellsAPersonKindlyWhatWentWrong) {
  EXPECT_THAT(std::string(step(R"({"name":"error","value":"access_denied"})").get("refuse").text()),
              HasSubstr("cancelled"));
  EXPECT_TRUE(step("").has("refuse")) << "no code";
  EXPECT_TRUE(step(kCode, "token", "not JSON").has("refuse"));
  EXPECT_TRUE(step(kCode, "token", R"({"access_token":"a"})", 400).has("refuse"));
  EXPECT_TRUE(step(kCode, "token", R"({"access_token":"a\r\nX: y"})").has("refuse"));
  EXPECT_TRUE(step(kCode, "token", R"({"access_token":"{{secret:client_secret}}"})").has("refuse"));
}

}  // namespace
}  // namespace oidc
