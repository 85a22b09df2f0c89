// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/request_signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signature_fields.hpp"

namespace rapt::marketplace {
namespace {

using security::PrivateKey;
using ::testing::HasSubstr;

constexpr TimePoint kNow{std::chrono::seconds(1'780'000'000)};
constexpr std::string_view kUrl = "https://registry.example.org/api/modules/sample/versions/1.0.0";

http::ClientRequest request_of(std::string body = "the bundle") {
  http::ClientRequest out;
  out.method = "POST";
  out.url = kUrl;
  out.body = std::move(body);
  return out;
}

Result<void> judge(const http::ClientRequest& request, const security::PublicKey& key, std::string_view method = "POST",
                   std::string_view url = kUrl, TimePoint now = kNow) {
  const auto claimed = read_signature(request.headers, method, url);
  if (!claimed) return claimed.error();
  RAPT_TRY(verify_signature(*claimed, key, now));
  return check_digest(*claimed, request.body);
}

// RFC 9421, appendix B.2.6: the only vector of Ed25519 over a request.
TEST(RequestSignature, KeepsToTheVectorOfTheSpecification) {
  const auto key = PrivateKey::from_text("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU").value();
  EXPECT_EQ(key.public_key().to_text(), "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
  const auto input = parse_signature_input(
      R"(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519")");
  ASSERT_TRUE(input) << input.error().message;
  const std::map<std::string, std::string, std::less<>> values = {{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                                                                  {"@method", "POST"},
                                                                  {"@path", "/foo"},
                                                                  {"@authority", "example.com"},
                                                                  {"content-type", "application/json"},
                                                                  {"content-length", "18"}};
  const auto base = signature_base(*input, [&](std::string_view name) { return values.find(name)->second; });
  const auto signature = parse_binary_member(
      "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:", "sig-b26");
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_TRUE(security::verify(key.public_key(), base, *signature));
  EXPECT_EQ(key.sign(base), *signature);
}

TEST(RequestSignature, IsBelievedAsItWasSigned) {
  const auto key = PrivateKey::generate();
  auto request = request_of();
  sign_request(request, key, kNow);
  EXPECT_TRUE(judge(request, key.public_key()));
  const auto claimed = read_signature(request.headers, "POST", kUrl);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->key_id, key.public_key().key_id());
  auto again = request_of();
  sign_request(again, key, kNow);
  EXPECT_NE(read_signature(again.headers, "POST", kUrl)->nonce, claimed->nonce);
}

TEST(RequestSignature, HoldsForNothingElse) {
  const auto key = PrivateKey::generate();
  auto request = request_of();
  sign_request(request, key, kNow);
  const auto invalid = HasSubstr("does not fit the request");
  EXPECT_THAT(judge(request, PrivateKey::generate().public_key()).error().message, invalid);
  EXPECT_THAT(judge(request, key.public_key(), "DELETE").error().message, invalid);
  EXPECT_THAT(judge(request, key.public_key(), "POST", "https://registry.example.org/api/modules/sample/versions/1.0.1")
                  .error()
                  .message,
              invalid);
  EXPECT_THAT(judge(request, key.public_key(), "POST", "https://other.example.org/api/modules/sample/versions/1.0.0")
                  .error()
                  .message,
              invalid);
  request.body = "another bundle";
  const auto changed = judge(request, key.public_key());
  EXPECT_EQ(changed.error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(changed.error().code, "BODY_CHANGED");
  // Another body with its own right digest does not fit the signature.
  auto other = request_of("another bundle");
  sign_request(other, key, kNow);
  request.headers.set("Content-Digest", *other.headers.get("Content-Digest"));
  EXPECT_THAT(judge(request, key.public_key()).error().message, invalid);
}

TEST(RequestSignature, NamesBothClocksWhenTheyDiffer) {
  const auto key = PrivateKey::generate();
  auto request = request_of();
  sign_request(request, key, kNow);
  const auto at = [&](std::chrono::seconds later) {
    return judge(request, key.public_key(), "POST", kUrl, kNow + later);
  };
  EXPECT_TRUE(at(kMaxClockDifference));
  EXPECT_TRUE(at(-kMaxClockDifference));
  for (const auto off :
       {kMaxClockDifference + std::chrono::seconds(1), -kMaxClockDifference - std::chrono::seconds(1)}) {
    const auto late = at(off);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "CLOCK_DIFFERS");
    EXPECT_THAT(late.error().message, HasSubstr(to_rfc3339(kNow)));
    EXPECT_THAT(late.error().message, HasSubstr(to_rfc3339(kNow + off)));
  }
}

struct Fault {
  std::string header, value, sentence;
};

TEST(RequestSignature, SaysWhatIsMissingOrMalformed) {
  const auto key = PrivateKey::generate();
  auto good = request_of();
  sign_request(good, key, kNow);
  const std::string input(*good.headers.get("Signature-Input")), signature(*good.headers.get("Signature"));
  const auto without = [&](const std::string& part) { return std::string(input).erase(input.find(part), part.size()); };
  const std::string tail = input.substr(input.find(");created"));
  const std::vector<Fault> faults = {
      {"Signature-Input", input + ", sig2" + input.substr(4), "more than one signature"},
      {"Signature", signature + ", sig2=:AAAA:", "more than one"},
      {"Signature-Input", without(" \"content-digest\""), "does not cover \"content-digest\""},
      {"Signature-Input", without("\"@method\" "), "does not cover \"@method\""},
      {"Signature-Input", without(" \"@target-uri\""), "does not cover \"@target-uri\""},
      {"Signature-Input", "sig1=(\"@method\" \"@method\"" + tail, "named twice"},
      {"Signature-Input", without(";alg=\"ed25519\"") + ";alg=\"hmac-sha256\"", "has to be ed25519"},
      {"Signature-Input", without("\"ed25519\"") + "7", "no text in quotes"},
      {"Signature-Input", input + ";created=1", "there twice"},
      {"Signature-Input", input + ";expires=1", "leave it out"},
      {"Signature-Input", input + ";tag=\"x\"", "not known"},
      {"Signature-Input", input + " ", "behind its end"},
      {"Signature-Input", "(", "label"},
      {"Signature-Input", "", "label"},
      {"Signature-Input", std::string(5000, 'a'), "too long"},
      {"Signature", "sig2" + signature.substr(4), "does not begin with sig1="},
      {"Signature", "sig1=:AAAA:", "64 bytes"},
      {"Signature", "sig1=:%%%%:", "not base64"},
      {"Content-Digest", "md5=:AAAA:", "does not begin with sha-256"},
      {"Content-Digest", "sha-256=:AAAA:", "32 bytes"},
  };
  for (const auto& fault : faults) {
    auto request = good;
    request.headers.set(fault.header, fault.value);
    const auto judged = judge(request, key.public_key());
    ASSERT_FALSE(judged) << fault.value;
    EXPECT_EQ(judged.error().kind, ErrorKind::kUnauthorized);
    EXPECT_THAT(judged.error().message, HasSubstr(fault.sentence));
  }
  auto doubled = good;
  doubled.headers.add("signature", signature);
  EXPECT_THAT(judge(doubled, key.public_key()).error().message, HasSubstr("more than once"));
  EXPECT_THAT(judge(request_of(), key.public_key()).error().message, HasSubstr("Signature-Input is missing"));
}

TEST(RequestSignature, WritesAnAddressInOneWay) {
  EXPECT_EQ(target_uri("https://r.example.org", "/api/modules/a b/versions/1.0.0+x",
                       {{"channel", "beta"}, {"caption", "ä & b"}}),
            "https://r.example.org/api/modules/a%20b/versions/1.0.0%2Bx?caption=%C3%A4%20%26%20b&channel=beta");
  EXPECT_EQ(target_uri("https://r.example.org", "/", {}), "https://r.example.org/");
}

}  // namespace
}  // namespace rapt::marketplace
