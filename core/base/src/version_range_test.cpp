// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>

#include "rapt/base/semver.hpp"

namespace rapt {
namespace {

bool in(const char* range, const char* version) {
  const auto parsed = VersionRange::parse(range);
  if (!parsed) ADD_FAILURE() << range << " does not parse";
  return parsed && parsed->contains(*Version::parse(version));
}

TEST(VersionRange, HoldsWhatEveryComparatorHolds) {
  EXPECT_TRUE(in(">=1.2 <2", "1.2.0"));
  EXPECT_TRUE(in(">=1.2 <2", "1.99.7"));
  EXPECT_FALSE(in(">=1.2 <2", "1.1.9"));
  EXPECT_FALSE(in(">=1.2 <2", "2.0.0"));
  EXPECT_TRUE(in("  >=1.2   <2 ", "1.5.0"));
}

TEST(VersionRange, ReadsWhatIsLeftOutAsAnything) {
  EXPECT_TRUE(in("1.2", "1.2.9"));
  EXPECT_FALSE(in("1.2", "1.3.0"));
  EXPECT_TRUE(in("=1", "1.9.0"));
  EXPECT_FALSE(in(">1.2", "1.2.5"));
  EXPECT_TRUE(in(">1.2", "1.3.0"));
  EXPECT_TRUE(in("<=1.2", "1.2.5"));
  EXPECT_FALSE(in("<=1.2", "1.3.0"));
  EXPECT_FALSE(in(">1.2.3", "1.2.3"));
  EXPECT_TRUE(in(">1.2.3", "1.2.4"));
  EXPECT_TRUE(in("<=1.2.3", "1.2.3"));
  EXPECT_TRUE(in("1.2.3", "1.2.3"));
  EXPECT_FALSE(in("1.2.3", "1.2.4"));
}

TEST(VersionRange, CaretAndTildeKeepWhatMustNotBreak) {
  EXPECT_TRUE(in("^1.2", "1.9.0"));
  EXPECT_FALSE(in("^1.2", "2.0.0"));
  EXPECT_FALSE(in("^1.2", "1.1.0"));
  EXPECT_TRUE(in("^0.2.3", "0.2.9"));
  EXPECT_FALSE(in("^0.2.3", "0.3.0"));
  EXPECT_FALSE(in("^0.0.3", "0.0.4"));
  EXPECT_TRUE(in("~1.2.3", "1.2.9"));
  EXPECT_FALSE(in("~1.2.3", "1.3.0"));
  EXPECT_TRUE(in("~1", "1.9.0"));
}

TEST(VersionRange, TakesPreReleasesThatItNamesAlone) {
  EXPECT_FALSE(in("<2", "2.0.0-rc.1")) << "it is before 2.0.0, and nobody means it";
  EXPECT_FALSE(in(">=1", "1.5.0-beta"));
  EXPECT_TRUE(in(">=1.5.0-beta", "1.5.0-rc.1"));
  EXPECT_FALSE(in(">=1.5.0-beta", "1.6.0-beta"));
  EXPECT_TRUE(in(">=1.5.0-beta", "1.6.0"));
}

TEST(VersionRange, RefusesEverythingElse) {
  for (const char* text : {"", " ", "latest", "1.2.3.4", ">", "=>1", ">=1.x", "1 ||  2", "> 1", "1-", "1.2-rc", "^-1",
                           "1..2", "01", ">=1,<2"})
    EXPECT_FALSE(VersionRange::parse(text)) << text;
  EXPECT_FALSE(VersionRange::parse("1 1 1 1 1 1 1 1 1"));
  EXPECT_FALSE(VersionRange::parse(std::string(129, '1')));
  EXPECT_TRUE(VersionRange::parse("<=999999999"));
}

}  // namespace
}  // namespace rapt
