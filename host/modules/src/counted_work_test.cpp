// SPDX-License-Identifier: AGPL-3.0-or-later
#include "counted_work.hpp"

#include <gtest/gtest.h>

namespace rapt::host {
namespace {

TEST(CountedWork, CountsWorkThatFailsAgainOnceUntilItIsAnswered) {
  CountedWork counted;
  EXPECT_TRUE(counted.count("a"));
  EXPECT_FALSE(counted.count("a"));
  EXPECT_TRUE(counted.count("b"));
  counted.forget("a");
  EXPECT_TRUE(counted.count("a"));
  EXPECT_FALSE(counted.count("b"));
}

TEST(CountedWork, CountsWhatHasNoNameEachTime) {
  CountedWork counted;
  EXPECT_TRUE(counted.count(""));
  EXPECT_TRUE(counted.count(""));
}

TEST(CountedWork, KeepsTheLatest) {
  CountedWork counted;
  for (std::size_t i = 0; i <= CountedWork::kKept; ++i) EXPECT_TRUE(counted.count(std::to_string(i)));
  EXPECT_FALSE(counted.count("1"));
  EXPECT_TRUE(counted.count("0")) << "the oldest was forgotten";
}

}  // namespace
}  // namespace rapt::host
