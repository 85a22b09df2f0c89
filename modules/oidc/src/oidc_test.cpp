// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <openssl/core_names.h>

#include <memory>

#include <rapt/jws.hpp>
#include <rapt/testkit.hpp>

namespace oidc {
namespace {

using rapt::encoding::to_base64url;
using rapt::json::object;
using rapt::json::Value;
using testing::HasSubstr;

const std::string kSettings = R"({"issuer":"https://id.example","client_id":"school 1")";
const std::string kDiscovery =
    R"({"issuer":"https://id.example","authorization_endpoint":"https://id.example/auth","token_endpoint":"https://id.example/token",)"
    R"("userinfo_endpoint":"https://id.example/me","jwks_uri":"https://id.example/keys"})";
const std::string kGood = R"({"sub":"u1","iss":"https://id.example","aud":"school 1","nonce":"n1","exp":1700000300})";

/// A provider's key for ES256.
class SigningKey {
 public:
  std::string token(const std::string& payload, const std::string& header = R"({"alg":"ES256","kid":"k"})") const {
    const auto said = to_base64url(header) + "." + to_base64url(payload);
    std::string der(200, '\0');
    std::size_t size = der.size();
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()), 1);
    EXPECT_EQ(EVP_DigestSign(context.get(), bytes(der), &size, bytes(said), said.size()), 1);
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), ECDSA_SIG_free);
    std::string raw(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes(raw), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes(raw) + 32, 32);
    return said + "." + to_base64url(raw);
  }
  std::string set() const {
    return R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":")" + to_base64url(number(OSSL_PKEY_PARAM_EC_PUB_X)) +
           R"(","y":")" + to_base64url(number(OSSL_PKEY_PARAM_EC_PUB_Y)) + R"("}]})";
  }

 private:
  static unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
  static const unsigned char* bytes(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &value), 1);
    std::string out(32, '\0');
    BN_bn2binpad(value, bytes(out), 32);
    BN_free(value);
    return out;
  }
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{EVP_EC_gen("P-256"), EVP_PKEY_free};
};

class Oidc : public testing::Test {
 protected:
  static Value ask(const rapt::testkit::Answer& answer) {
    EXPECT_EQ(answer.fault, "");
    return rapt::json::parse(answer.replacement.value_or("")).value_or(Value());
  }
  static std::string answered(const std::string& memo, const std::string& body, int status) {
    return R"(,"memo":)" + rapt::json::quote(memo) + R"(,"answered":{"status":)" + std::to_string(status) +
           R"(,"content_type":"application/json","body":)" + rapt::json::quote(body) + "}";
  }
  /// The start of a login; with a body, its second call.
  Value start(const std::string& more = "", const std::string& body = "", int status = 200) {
    std::string in = R"({"settings":)" + kSettings + more +
                     R"(},"redirect_uri":"https://s.example/cb?a=b","state":"s1","nonce":"n1","code_challenge":"ch")";
    in += body.empty() ? R"(,"memo":"")" : answered(R"({"at":"endpoints"})", body, status);
    return ask(module_.provider_start(in + "}"));
  }
  Value step(const std::string& memo = "", const std::string& body = "", int status = 200, const std::string& more = "",
             const std::string& parameters = R"({"name":"code","value":"c&1"})") {
    std::string in = R"({"settings":)" + kSettings + more + R"(},"redirect_uri":"https://s.example/cb","nonce":"n1")" +
                     R"(,"now_ms":1700000000000,"parameters":[)" + parameters + "]";
    in += memo.empty() ? R"(,"memo":"")" : answered(memo, body, status);
    return ask(module_.provider_step(in + "}"));
  }
  /// What is said of an id token when the keys have come.
  Value judged(const std::string& id_token, const std::string& keys) {
    return step(
        object({{"at", "keys"}, {"token", "at"}, {"id_token", id_token}, {"userinfo", "https://id.example/me"}}), keys);
  }
  Value told(const std::string& info, const std::string& more = "", const std::string& subject = "u") {
    return step(object({{"at", "userinfo"}, {"subject", subject}}), info, 200, more);
  }
  static std::string refusal(const Value& answer) { return std::string(answer.get("refuse").text()); }

  SigningKey key_;
  rapt::testkit::Module module_;
};

const std::string kTokenMemo = R"({"at":"token","keys":"https://id.example/keys","userinfo":"https://id.example/me"})";

TEST_F(Oidc, FindsTheEndpointsByTheIssuerAndSendsTheBrowserWithEverythingThatProtectsALogin) {
  const auto looked = start();
  EXPECT_EQ(looked.get("fetch").get("url").text(), "https://id.example/.well-known/openid-configuration");
  EXPECT_EQ(looked.get("fetch").get("headers").list().size(), 1U) << "nothing secret goes there";
  EXPECT_EQ(start("", kDiscovery).get("url").text(),
            "https://id.example/"
            "auth?response_type=code&client_id=school%201&redirect_uri=https%3A%2F%2Fs.example%2Fcb%3Fa%3Db"
            "&scope=openid%20email%20profile&state=s1&nonce=n1&code_challenge=ch&code_challenge_method=S256");
}

TEST_F(Oidc, LooksNothingUpWhenTheEndpointsAreWrittenDown) {
  const auto written =
      "," + kDiscovery.substr(kDiscovery.find("\"auth"), kDiscovery.size() - kDiscovery.find("\"auth") - 1);
  EXPECT_THAT(std::string(start(written).get("url").text()), testing::StartsWith("https://id.example/auth?"));
  EXPECT_EQ(step("", "", 200, written).get("fetch").get("url").text(), "https://id.example/token");
  const auto half = start(R"(,"token_endpoint":"https://id.example/token")").get("invalid");
  EXPECT_EQ(half.list().size(), 3U) << "all four or none";
}

TEST_F(Oidc, SaysWhatIsWrongWithAnIssuer) {
  const auto fault = [&](const std::string& body, int status = 200, const std::string& more = "") {
    const auto answer = start(more, body, status);
    const auto& first = answer.get("invalid").list().empty() ? Value() : answer.get("invalid").list().front();
    return std::string(first.get("field").text()) + ": " + std::string(first.get("message").text());
  };
  EXPECT_THAT(fault("<html>"), HasSubstr("issuer: No provider"));
  EXPECT_THAT(fault(kDiscovery, 404), HasSubstr("issuer: No provider"));
  EXPECT_THAT(fault(R"({"issuer":"https://id.example/"})"), HasSubstr("another issuer"));
  EXPECT_THAT(fault(R"({"issuer":"https://id.example"})"), HasSubstr("no authorization_endpoint"));
  auto elsewhere = kDiscovery;
  elsewhere.replace(elsewhere.find("https://id.example/keys"), 23, "https://keys.example:8443/keys");
  EXPECT_THAT(fault(elsewhere), HasSubstr("also_at: The provider's jwks_uri is at keys.example%3A8443"));
  EXPECT_THAT(fault(elsewhere, 200, R"(,"also_at":["https://keys.example"])"), HasSubstr("also_at")) << "another port";
  EXPECT_TRUE(start(R"(,"also_at":["https://keys.example:8443/"])", elsewhere).has("url"));
  for (const char* plain : {"http://id.example/keys", "", "ftp://id.example/"}) {
    auto other = kDiscovery;
    other.replace(other.find("https://id.example/keys"), 23, plain);
    EXPECT_THAT(fault(other), HasSubstr("no jwks_uri")) << plain;
  }
}

TEST_F(Oidc, NamesEverySettingThatIsMissing) {
  const auto answer = ask(module_.provider_start(
      R"({"settings":{"issuer":"http://x"},"redirect_uri":"","state":"","nonce":"","code_challenge":"","memo":""})"));
  EXPECT_EQ(answer.get("invalid").list().size(), 2U);
  EXPECT_EQ(answer.get("invalid").list()[0].get("field").text(), "issuer");
}

TEST_F(Oidc, TradesTheCodeWithoutSeeingASecret) {
  EXPECT_EQ(step().get("fetch").get("url").text(), "https://id.example/.well-known/openid-configuration");
  const auto answer = step(R"({"at":"endpoints"})", kDiscovery);
  const Value& fetch = answer.get("fetch");
  EXPECT_EQ(fetch.get("method").text(), "POST");
  EXPECT_EQ(fetch.get("url").text(), "https://id.example/token");
  EXPECT_EQ(fetch.get("body").text(),
            "grant_type=authorization_code&code=c%261&redirect_uri=https%3A%2F%2Fs.example%2Fcb&client_id=school%201"
            "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}");
  EXPECT_EQ(answer.get("memo").text(), kTokenMemo);
  EXPECT_THAT(refusal(step(R"({"at":"endpoints"})", R"({"issuer":"https://evil.example"})")),
              HasSubstr("cannot be used"));
}

TEST_F(Oidc, AsksForTheKeysThenWhoItIs) {
  const auto id_token = key_.token(kGood);
  const auto keys = step(kTokenMemo, object({{"access_token", "at"}, {"id_token", id_token}}));
  EXPECT_EQ(keys.get("fetch").get("url").text(), "https://id.example/keys");
  EXPECT_EQ(keys.get("fetch").get("headers").list().size(), 1U) << "nothing secret goes there";
  const auto who = step(std::string(keys.get("memo").text()), key_.set());
  EXPECT_EQ(who.get("fetch").get("url").text(), "https://id.example/me");
  EXPECT_EQ(who.get("fetch").get("headers").list().back().get("value").text(), "Bearer at");
  EXPECT_EQ(who.get("memo").text(), R"({"at":"userinfo","subject":"u1"})");
}

TEST_F(Oidc, RefusesAnAnswerWithoutTheTwoTokens) {
  EXPECT_THAT(refusal(step(kTokenMemo, R"({"access_token":"at"})")), HasSubstr("no id token"));
  EXPECT_TRUE(step(kTokenMemo, object({{"access_token", "a\r\nX: y"}, {"id_token", "x"}})).has("refuse"));
  EXPECT_TRUE(
      step(kTokenMemo, object({{"access_token", "{{secret:client_secret}}"}, {"id_token", "x"}})).has("refuse"));
  EXPECT_TRUE(step(kTokenMemo, object({{"access_token", "at"}, {"id_token", std::string(9000, 'x')}})).has("refuse"));
}

TEST_F(Oidc, RefusesATokenThatItsKeysHaveNotMadeEachWithItsSentence) {
  EXPECT_THAT(refusal(judged(key_.token(kGood), SigningKey().set())), HasSubstr("signature is wrong"));
  EXPECT_THAT(refusal(judged(key_.token(kGood), R"({"keys":[]})")), HasSubstr("does not publish"));
  EXPECT_THAT(refusal(judged(key_.token(kGood, R"({"alg":"none"})"), key_.set())), HasSubstr("not accepted"));
  EXPECT_THAT(refusal(judged("no token", key_.set())), HasSubstr("cannot be used"));
  for (const char* set : {"{}", "[]", "no JSON", R"({"keys":[{"kty":"RSA","kid":"k","n":"AQ","e":"AQ"}]})"})
    EXPECT_TRUE(judged(key_.token(kGood), set).has("refuse")) << set;
}

TEST_F(Oidc, RefusesATokenOfAnotherLoginEachWithItsSentence) {
  const auto said = [&](const std::string& payload) { return refusal(judged(key_.token(payload), key_.set())); };
  const auto changed = [](const std::string& from, const std::string& to) {
    auto out = kGood;
    return out.replace(out.find(from), from.size(), to);
  };
  EXPECT_EQ(said(kGood), "");
  EXPECT_THAT(said(changed("https://id.example", "https://evil.example")), HasSubstr("another provider"));
  EXPECT_THAT(said(changed("school 1", "other")), HasSubstr("another site"));
  EXPECT_THAT(said(changed("\"school 1\"", R"(["school 1","other"])")), HasSubstr("another site"));
  EXPECT_THAT(said(changed("n1", "n2")), HasSubstr("belongs to another one"));
  EXPECT_THAT(said(changed("1700000300", "1699999000")), HasSubstr("expired"));
  EXPECT_THAT(said(changed(R"(,"exp":1700000300)", "")), HasSubstr("expired"));
  EXPECT_THAT(said(changed("u1", "")), HasSubstr("who you are"));
}

TEST_F(Oidc, SaysWhoItIs) {
  const auto answer = told(R"({"sub":"u1","email":"a@b.example","email_verified":true,"name":"A B"})", "", "u1");
  const Value& claim = answer.get("claim");
  EXPECT_EQ(claim.get("subject").text(), "u1");
  EXPECT_EQ(claim.get("email").text(), "a@b.example");
  EXPECT_TRUE(claim.get("email_verified").truth());
  EXPECT_THAT(refusal(told(R"({"sub":"u2"})", "", "u1")), HasSubstr("two different people"));
}

TEST_F(Oidc, LetsInOnlyItsDomain) {
  const std::string domain = R"(,"hosted_domain":"b.example")";
  EXPECT_TRUE(told(R"({"sub":"u","hd":"b.example"})", domain).has("claim"));
  EXPECT_TRUE(
      told(R"({"sub":"u","hd":"c.example","email":"a@b.example","email_verified":true})", domain).has("refuse"));
  EXPECT_TRUE(told(R"({"sub":"u","email":"a@b.example"})", domain).has("refuse")) << "not verified";
  EXPECT_TRUE(told(R"({"sub":"u","email":"a@b.example","email_verified":"true"})", domain).has("claim"));
}

TEST_F(Oidc, TellsAPersonKindlyWhatWentWrong) {
  EXPECT_THAT(refusal(step("", "", 200, "", R"({"name":"error","value":"access_denied"})")), HasSubstr("cancelled"));
  EXPECT_THAT(refusal(step(R"({"at":"endpoints"})", kDiscovery, 200, "", "")), HasSubstr("no code"));
  EXPECT_TRUE(step(kTokenMemo, "not JSON").has("refuse"));
  EXPECT_TRUE(step(kTokenMemo, R"({"access_token":"a"})", 400).has("refuse"));
  EXPECT_TRUE(step("no memo of ours", "{}").has("refuse"));
}

}  // namespace
}  // namespace oidc
