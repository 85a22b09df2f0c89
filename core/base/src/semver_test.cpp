// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/semver.hpp"

#include <gtest/gtest.h>

namespace rapt {
namespace {

TEST(Version, AcceptsWhatTheSpecificationCallsValid) {
  for (const auto* text : {"0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.0.0-alpha.1",
                           "1.0.0-0A.is.legal", "1.0.0-alpha-a.b-c", "2.0.1-rc.1+build.123",
                           "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.0.0+0.build.1-rc.10000aaa-kk-0.1"}) {
    EXPECT_TRUE(Version::parse(text)) << text;
  }
}

TEST(Version, RefusesWhatTheSpecificationCallsInvalid) {
  for (const auto* text : {"",         "1",         "1.2",          "1.2.3-0123",     "1.2.3-0123.0123", "1.1.2+.123",
                           "+invalid", "-invalid",  "alpha",        "1.0.0-alpha..1", "01.1.1",          "1.01.1",
                           "1.1.01",   "1.2.3.DEV", "1.2-SNAPSHOT", "v1.2.3",         " 1.2.3",          "1.2.3-",
                           "1.2.3+",   "1.0.0-a_b", "1.-2.3",       "9999999999.0.0", "1.0.0\n"}) {
    EXPECT_FALSE(Version::parse(text)) << text;
  }
  EXPECT_FALSE(Version::parse("1.0.0-" + std::string(80, 'a')));
}

TEST(Version, OrdersByPrecedence) {
  const char* ascending[] = {"1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                             "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0",
                             "1.0.1",        "1.2.0",         "1.10.0",           "2.0.0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      EXPECT_EQ(*Version::parse(ascending[i]) < *Version::parse(ascending[j]), i < j)
          << ascending[i] << " " << ascending[j];
    }
  }
}

TEST(Version, IgnoresBuildMetadataInComparison) {
  EXPECT_EQ(*Version::parse("1.0.0+a"), *Version::parse("1.0.0+b"));
}

}  // namespace
}  // namespace rapt
