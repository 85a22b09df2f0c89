// SPDX-License-Identifier: AGPL-3.0-or-later
#include "version_order.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rapt::marketplace {
namespace {

// In the order of the specification (semver.org, 11.4), with neighbors that a careless encoding confuses.
TEST(VersionOrder, IsThatOfTheVersions) {
  const std::vector<std::string> ordered = {
      "0.0.1",          "0.9.0",         "0.10.0",        "1.0.0-2",       "1.0.0-10",      "1.0.0-123456789012345",
      "1.0.0--",        "1.0.0-1a",      "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.2", "1.0.0-alpha.10",
      "1.0.0-alpha.1a", "1.0.0-alpha.b", "1.0.0-alpha-b", "1.0.0-beta",    "1.0.0-rc.1",    "1.0.0-rc.1.0",
      "1.0.0",          "1.0.1-0",       "1.0.1",         "999999999.0.0"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      const auto a = Version::parse(ordered[i]), b = Version::parse(ordered[j]);
      ASSERT_TRUE(a && b);
      EXPECT_EQ(sort_key(*a) < sort_key(*b), *a < *b) << ordered[i] << " and " << ordered[j];
      EXPECT_EQ(*a < *b, i < j) << ordered[i] << " and " << ordered[j];
    }
  }
  EXPECT_EQ(sort_key(*Version::parse("1.0.0+a")), sort_key(*Version::parse("1.0.0+b")));
}

}  // namespace
}  // namespace rapt::marketplace
