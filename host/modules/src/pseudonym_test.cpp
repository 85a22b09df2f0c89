// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/pseudonym.hpp"

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

TEST(Pseudonym, IsTheSameWhenRememberedAndWhenForgotten) {
  Pseudonyms pseudonyms("key");
  const auto one = pseudonyms.of("tool", "filter", "user");
  EXPECT_EQ(one, pseudonym("key", "tool", "filter", "user"));
  EXPECT_EQ(pseudonyms.of("tool", "filter", "user"), one);
  for (std::size_t i = 0; i <= Pseudonyms::kRemembered; ++i) pseudonyms.of("tool", "filter", std::to_string(i));
  EXPECT_EQ(pseudonyms.of("tool", "filter", "user"), one);
}

TEST(Pseudonym, NobodyHasNone) { EXPECT_EQ(pseudonym("key", "tool", "filter", ""), ""); }

}  // namespace
}  // namespace rapt::host
