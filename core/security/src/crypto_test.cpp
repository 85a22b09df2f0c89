// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/crypto.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rapt::security {
namespace {

std::string bytes_of(std::string_view hex_text) {
  return *from_hex(hex_text);
}

PrivateKey key_of(std::string_view seed_hex) {
  return std::move(*PrivateKey::from_text(to_base64url(bytes_of(seed_hex))));
}

std::string public_hex(const PrivateKey& key) {
  const PublicKey pub = key.public_key();
  return to_hex({reinterpret_cast<const char*>(pub.bytes.data()), pub.bytes.size()});
}

// FIPS 180-4 examples.
TEST(Sha256, MatchesTheKnownVectors) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(std::string(1000000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 8032, section 7.1.
struct Vector {
  const char *seed, *pub, *message, *signature;
};
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519, MatchesTheVectorsOfRfc8032) {
  for (const Vector& vector : kVectors) {
    const PrivateKey key = key_of(vector.seed);
    const std::string message = bytes_of(vector.message);
    EXPECT_EQ(public_hex(key), vector.pub);
    EXPECT_EQ(to_hex(key.sign(message)), vector.signature);
    EXPECT_TRUE(verify(key.public_key(), message, bytes_of(vector.signature)));
  }
}

TEST(Ed25519, RefusesAChangedMessageSignatureOrKey) {
  const PrivateKey key = PrivateKey::generate();
  const std::string signature = key.sign("a bundle");
  EXPECT_TRUE(verify(key.public_key(), "a bundle", signature));
  EXPECT_FALSE(verify(key.public_key(), "A bundle", signature));
  EXPECT_FALSE(verify(PrivateKey::generate().public_key(), "a bundle", signature));
  EXPECT_FALSE(verify(key.public_key(), "a bundle", signature.substr(1)));
  EXPECT_FALSE(verify(key.public_key(), "a bundle", ""));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify(key.public_key(), "a bundle", changed)) << "byte " << i;
  }
}

TEST(Ed25519, KeysSurviveTheirText) {
  const PrivateKey key = PrivateKey::generate();
  const auto again = PrivateKey::from_text(key.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key(), key.public_key());
  const auto pub = PublicKey::from_text(key.public_key().to_text());
  ASSERT_TRUE(pub);
  EXPECT_EQ(*pub, key.public_key());
  EXPECT_EQ(pub->key_id().size(), 16U);
}

TEST(Ed25519, RefusesTextThatIsNoKey) {
  for (const char* text : {"", "abc", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "!!!"}) {
    EXPECT_FALSE(PublicKey::from_text(text)) << text;
    EXPECT_FALSE(PrivateKey::from_text(text)) << text;
  }
}

TEST(Hex, IsStrict) {
  EXPECT_EQ(*from_hex("00fFa1"), std::string("\0\xff\xa1", 3));
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0x"));
  EXPECT_FALSE(from_hex(" 0"));
}

TEST(Base64Url, MatchesRfc4648AndIsStrict) {
  const std::pair<const char*, const char*> known[] = {{"", ""},        {"f", "Zg"},        {"fo", "Zm8"},
                                                       {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff", "-_8"}};
  for (const auto& [plain, encoded] : known) {
    EXPECT_EQ(to_base64url(plain), encoded);
    EXPECT_EQ(*from_base64url(encoded), plain);
  }
  for (const char* bad : {"Z", "Zg==", "Zh", "Zm9+", "Zm 8", "Zm9/"}) EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(Base64Url, GivesBackEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t size = 0; size <= all.size(); ++size)
    EXPECT_EQ(*from_base64url(to_base64url(all.substr(0, size))), all.substr(0, size));
}

TEST(Token, IsLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(new_token());
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(seen.begin()->size(), 43U);
}

TEST(EqualConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secret "));
}

}  // namespace
}  // namespace rapt::security
