// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/password.hpp"

#include <gtest/gtest.h>

namespace rapt::security {
namespace {

TEST(Password, IsHashedWithTheRecommendedParametersAndItsOwnSalt) {
  const std::string hash = hash_password("correct horse");
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
  EXPECT_NE(hash, hash_password("correct horse"));
}

TEST(Password, VerifiesItselfAndNothingElse) {
  const std::string hash = hash_password("correct horse");
  EXPECT_TRUE(verify_password("correct horse", hash));
  EXPECT_FALSE(verify_password("Correct horse", hash));
  EXPECT_FALSE(verify_password("", hash));
  EXPECT_FALSE(verify_password(std::string("correct horse\0", 14), hash));
}

TEST(Password, MayBeAnyBytes) {
  const std::string odd("p\0ß\xff", 5);
  EXPECT_TRUE(verify_password(odd, hash_password(odd)));
}

TEST(Password, NeverVerifiesAgainstAMalformedHash) {
  for (const char* hash : {"", "x", "$argon2id$", "$argon2i$v=19$m=16,t=2,p=1$c29tZXNhbHQ$aaaa", "$2b$12$abc"}) {
    EXPECT_FALSE(verify_password("x", hash)) << hash;
  }
  EXPECT_FALSE(verify_password("", dummy_hash()));
}

TEST(Password, KnowsItsOwnParametersFromOthers) {
  const std::string own = hash_password("p");
  EXPECT_FALSE(is_outdated(own));
  EXPECT_FALSE(is_outdated(dummy_hash()));
  std::string weaker = own;
  weaker.replace(weaker.find("t=2"), 3, "t=1");
  EXPECT_TRUE(is_outdated(weaker));
  EXPECT_TRUE(is_outdated("$argon2i" + own.substr(9)));
  EXPECT_TRUE(is_outdated(own + "AAAA"));
  EXPECT_TRUE(is_outdated(""));
}

}  // namespace
}  // namespace rapt::security
