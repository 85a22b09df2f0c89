// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/secret_box.hpp"

#include <gtest/gtest.h>

namespace rapt::security {
namespace {

const std::string kKey(32, 'k');

TEST(SecretBox, OpensWhatItSealed) {
  const SecretBox box(kKey);
  for (const std::string& plain : {std::string(), std::string("JBSWY3DP"), std::string(100000, '\0')}) {
    const auto sealed = box.seal(plain, "totp:1");
    EXPECT_EQ(sealed.find(plain.empty() ? "x y" : plain), std::string::npos);
    const auto opened = box.open(sealed, "totp:1");
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain);
  }
}

TEST(SecretBox, SealsTheSameTextDifferentlyEachTime) {
  const SecretBox box(kKey);
  EXPECT_NE(box.seal("same", "a"), box.seal("same", "a"));
}

TEST(SecretBox, StaysShutUnderOtherWords) {
  const SecretBox box(kKey);
  EXPECT_FALSE(box.open(box.seal("secret", "totp:1"), "totp:2"));
}

TEST(SecretBox, StaysShutWithAnotherKeyAndNamesIt) {
  const SecretBox box(kKey), other(std::string(32, 'o'));
  const auto opened = other.open(box.seal("secret", "a"), "a");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().log_detail.find(box.key_id()), std::string::npos);
}

TEST(SecretBox, StaysShutWhenAnyCharacterWasChangedOrCut) {
  const SecretBox box(kKey);
  const auto sealed = box.seal("secret", "a");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(box.open(changed, "a")) << i;
    EXPECT_FALSE(box.open(sealed.substr(0, i), "a")) << i;
  }
}

TEST(SecretBox, FingerprintsDependOnTextAndKey) {
  const SecretBox box(kKey), other(std::string(32, 'o'));
  EXPECT_EQ(box.fingerprint("a"), box.fingerprint("a"));
  EXPECT_NE(box.fingerprint("a"), box.fingerprint("b"));
  EXPECT_NE(box.fingerprint("a"), other.fingerprint("a"));
  EXPECT_EQ(box.fingerprint("a").size(), 64U);
}

}  // namespace
}  // namespace rapt::security
