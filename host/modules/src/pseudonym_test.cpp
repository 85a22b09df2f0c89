// SPDX-License-Identifier: AGPL-3.0-or-later
#include "pseudonym.hpp"

#include <gtest/gtest.h>

namespace rapt::host {
namespace {

TEST(Pseudonym, IsTheSameWithinOneToolAndModule) {
  EXPECT_EQ(pseudonym("key", "tool", "filter", "user"), pseudonym("key", "tool", "filter", "user"));
  EXPECT_EQ(pseudonym("key", "tool", "filter", "user").size(), 32u);
}

TEST(Pseudonym, DiffersWithEverythingElse) {
  const auto one = pseudonym("key", "tool", "filter", "user");
  EXPECT_NE(one, pseudonym("other", "tool", "filter", "user"));
  EXPECT_NE(one, pseudonym("key", "other", "filter", "user"));
  EXPECT_NE(one, pseudonym("key", "tool", "other", "user"));
  EXPECT_NE(one, pseudonym("key", "tool", "filter", "other"));
  EXPECT_NE(pseudonym("key", "ab", "c", "user"), pseudonym("key", "a", "bc", "user"));
}

TEST(Pseudonym, IsHmacSha256) {
  // python3: hmac.new(b"k" * 100, b"t\0m\0u\0", "sha256").hexdigest()[:32]
  EXPECT_EQ(pseudonym(std::string(100, 'k'), "t", "m", "u"), "4fcbffdf814f764363cfb1ee15b9c50b");
}

TEST(Pseudonym, NobodyHasNone) { EXPECT_EQ(pseudonym("key", "tool", "filter", ""), ""); }

}  // namespace
}  // namespace rapt::host
