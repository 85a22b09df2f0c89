// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>

#include <rapt/jws.hpp>

namespace rapt::jws {
namespace {

using encoding::to_base64url;

/// A key pair of a provider, made for the test.
class Pair {
 public:
  explicit Pair(bool rsa) : rsa_(rsa), key_(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free) {}

  std::string token(const std::string& header, const std::string& payload = R"({"sub":"u1"})") const {
    const auto input = to_base64url(header) + "." + to_base64url(payload);
    return input + "." + to_base64url(signature(input));
  }
  std::string header(const std::string& key_id = "k1") const {
    return std::string(R"({"alg":")") + (rsa_ ? "RS256" : "ES256") + R"(","kid":")" + key_id + R"("})";
  }
  std::string jwk(const std::string& more = R"("kid":"k1")") const {
    const auto part = [this](const char* name) { return "\"" + to_base64url(number(name)) + "\""; };
    if (rsa_)
      return R"({"kty":"RSA","n":)" + part(OSSL_PKEY_PARAM_RSA_N) + R"(,"e":)" + part(OSSL_PKEY_PARAM_RSA_E) + "," +
             more + "}";
    return R"({"kty":"EC","crv":"P-256","x":)" + part(OSSL_PKEY_PARAM_EC_PUB_X) + R"(,"y":)" +
           part(OSSL_PKEY_PARAM_EC_PUB_Y) + "," + more + "}";
  }

 private:
  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &value), 1);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> owner(value, BN_free);
    std::string out(static_cast<std::size_t>(rsa_ ? BN_num_bytes(value) : 32), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
    return out;
  }
  std::string signature(const std::string& input) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* text = reinterpret_cast<const unsigned char*>(input.data());
    std::string out(1024, '\0');
    auto* room = reinterpret_cast<unsigned char*>(out.data());
    std::size_t size = out.size();
    EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()), 1);
    EXPECT_EQ(EVP_DigestSign(context.get(), room, &size, text, input.size()), 1);
    out.resize(size);
    return rsa_ ? out : raw(out);
  }
  static std::string raw(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    std::string out(64, '\0');
    auto* room = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), room, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), room + 32, 32);
    return out;
  }

  bool rsa_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

Fault fault_of(const std::string& token, const std::string& keys) {
  const auto set = json::parse("{\"keys\":[" + keys + "]}");
  EXPECT_TRUE(set) << keys;
  const auto found = checked(token, *set);
  EXPECT_EQ(found.claims.has("sub"), found.fault == Fault::kNone) << "no claims without a signature";
  return found.fault;
}
bool accepted(const std::string& token, const std::string& keys) {
  return fault_of(token, keys) == Fault::kNone;
}

class Signatures : public ::testing::TestWithParam<bool> {
 protected:
  const Pair ours_{GetParam()}, other_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(RsaAndEc, Signatures, ::testing::Bool());

TEST_P(Signatures, CountByTheKeyThatTheTokenNamesOrAnyWhenItNamesNone) {
  const auto token = ours_.token(ours_.header());
  EXPECT_TRUE(accepted(token, ours_.jwk()));
  EXPECT_TRUE(accepted(token, other_.jwk("\"kid\":\"k0\"") + "," + ours_.jwk()));
  EXPECT_FALSE(accepted(token, ours_.jwk("\"kid\":\"k2\""))) << "another name";
  EXPECT_TRUE(accepted(ours_.token(ours_.header("")), other_.jwk() + "," + ours_.jwk()));
}

TEST_P(Signatures, OfAnotherKeyOrAnotherTextAreRefused) {
  const auto token = ours_.token(ours_.header());
  EXPECT_FALSE(accepted(token, other_.jwk()));
  EXPECT_FALSE(accepted(token, ""));
  const auto first = token.find('.'), last = token.rfind('.');
  const auto forged = token.substr(0, first + 1) + to_base64url(R"({"sub":"u2"})") + token.substr(last);
  EXPECT_FALSE(accepted(forged, ours_.jwk()));
  EXPECT_FALSE(accepted(token.substr(0, last + 1), ours_.jwk())) << "no signature";
  EXPECT_FALSE(accepted(token.substr(0, token.size() - 8), ours_.jwk())) << "a short one";
  for (std::size_t at = last + 1; at < token.size(); at += 7) {
    auto wrong = token;
    wrong[at] = wrong[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(accepted(wrong, ours_.jwk())) << at;
  }
}

TEST_P(Signatures, AKeyForSomethingElseIsNone) {
  const auto token = ours_.token(ours_.header());
  EXPECT_FALSE(accepted(token, ours_.jwk(R"("kid":"k1","use":"enc")")));
  EXPECT_FALSE(accepted(token, ours_.jwk(R"("kid":"k1","alg":"PS256")")));
  EXPECT_FALSE(accepted(token, R"({"kty":"oct","kid":"k1","k":"AAAA"})"));
}

TEST_P(Signatures, BrokenKeysAreNoKeysAndDoNoHarm) {
  const auto token = ours_.token(ours_.header());
  for (const char* key : {"1", "null", R"({"kty":"RSA"})", R"({"kty":"RSA","kid":"k1","n":"AA","e":"AQAB"})",
                          R"({"kty":"RSA","kid":"k1","n":"!!","e":""})", R"({"kty":"EC","kid":"k1","crv":"P-256"})",
                          R"({"kty":"EC","kid":"k1","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",)"
                          R"("y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})",
                          R"({"kty":"EC","kid":"k1","crv":"P-521","x":"AA","y":"AA"})"})
    EXPECT_FALSE(accepted(token, key)) << key;
}

TEST_P(Signatures, EachFaultHasItsName) {
  const auto token = ours_.token(ours_.header());
  EXPECT_EQ(fault_of(token, ours_.jwk("\"kid\":\"k2\"")), Fault::kUnknownKey);
  EXPECT_EQ(fault_of(token, other_.jwk()), Fault::kSignature);
  EXPECT_EQ(fault_of(ours_.token(R"({"alg":"none"})"), ours_.jwk()), Fault::kAlgorithm);
  EXPECT_EQ(fault_of(ours_.token(ours_.header(), "[]"), ours_.jwk()), Fault::kShape);
}

TEST(Checked, KnowsNoAlgorithmButTwo) {
  const Pair pair(true);
  const std::string key = R"({"kty":"RSA"})";
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"HS256"})", R"({"alg":"PS256"})", R"({"alg":"rs256"})", "{}"})
    EXPECT_EQ(fault_of(pair.token(header), key), Fault::kAlgorithm) << header;
  for (const char* header : {R"({"alg":"RS256","crit":["exp"]})", R"({"alg":"RS256","alg":"RS256"})", "no JSON"})
    EXPECT_EQ(fault_of(pair.token(header), key), Fault::kShape) << header;
  for (const char* shape : {"", ".", "..", "a.b", "e30.e30.e30.e30", "e30.e30", "....."})
    EXPECT_EQ(fault_of(shape, key), Fault::kShape) << shape;
}

TEST(IsFor, TakesOneAudienceOrAPartyAmongSeveral) {
  const auto claims = [](const char* text) { return *json::parse(text); };
  EXPECT_TRUE(is_for(claims(R"({"aud":"a"})"), "a"));
  EXPECT_TRUE(is_for(claims(R"({"aud":["a"]})"), "a"));
  EXPECT_TRUE(is_for(claims(R"({"aud":["a","b"],"azp":"a"})"), "a"));
  for (const char* other : {"{}", R"({"aud":"b"})", R"({"aud":[]})", R"({"aud":["a","b"]})", R"({"aud":{"a":1}})",
                            R"({"aud":["b"],"azp":"a"})", R"({"aud":["a","b"],"azp":"b"})"})
    EXPECT_FALSE(is_for(claims(other), "a")) << other;
}

TEST(Base64Url, HasOneTextForItsBytes) {
  EXPECT_EQ(to_base64url("\xFB\xFF"), "-_8");
  EXPECT_EQ(encoding::from_base64url("-_8"), "\xFB\xFF");
  for (const char* text : {"-_9", "-_8=", "A", "+/8", "-_ 8"}) EXPECT_FALSE(encoding::from_base64url(text)) << text;
  EXPECT_EQ(encoding::percent("a b&c/\xC3\xA4~"), "a%20b%26c%2F%C3%A4~");
}

}  // namespace
}  // namespace rapt::jws
