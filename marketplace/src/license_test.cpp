// SPDX-License-Identifier: AGPL-3.0-or-later
#include "license.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::marketplace {
namespace {

using ::testing::ElementsAre;

TEST(License, ReadsExpressions) {
  EXPECT_THAT(licenses_of("MIT").value(), ElementsAre("MIT"));
  EXPECT_THAT(licenses_of("(MIT OR Apache-2.0 WITH LLVM-exception) AND GPL-2.0+").value(),
              ElementsAre("MIT", "Apache-2.0", "GPL-2.0"));
  EXPECT_THAT(licenses_of("ANDOR-1.0").value(), ElementsAre("ANDOR-1.0"));
  for (const auto* wrong :
       {"", " ", "MIT OR", "OR MIT", "MIT Apache-2.0", "(MIT", "MIT)", "MIT WITH", "see LICENSE!", "AND"})
    EXPECT_FALSE(licenses_of(wrong)) << wrong;
  EXPECT_FALSE(licenses_of(std::string(100, '(') + "MIT" + std::string(100, ')')));
}

TEST(License, KnowsTheUsualOnes) {
  for (const auto* known : {"MIT", "AGPL-3.0-or-later", "LicenseRef-school"})
    EXPECT_TRUE(is_known_license(known)) << known;
  for (const auto* other : {"mit", "proprietary", "GPL"}) EXPECT_FALSE(is_known_license(other)) << other;
}

}  // namespace
}  // namespace rapt::marketplace
