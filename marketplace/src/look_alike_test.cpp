// SPDX-License-Identifier: AGPL-3.0-or-later
#include "look_alike.hpp"

#include <gtest/gtest.h>

namespace rapt::marketplace {
namespace {

TEST(LookAlike, FindsWhatEyesMiss) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"safety-filter", "safetyfilter"},
                                                                             {"safety-filter", "safety-fi1ter"},
                                                                             {"safety-filter", "safety-fllter"},
                                                                             {"school-tools", "sch0ol-tools"},
                                                                             {"modern-math", "modem-math"},
                                                                             {"letter-box", "leter-box"},
                                                                             {"safety-filter", "safety-filtre"},
                                                                             {"safety-filter", "safety-filters"},
                                                                             {"safety-filter", "safety-filer"},
                                                                             {"safety-filter", "zafety-filter"},
                                                                             {"wordcount", "vvordcount"}}) {
    EXPECT_TRUE(look_alike(a, b)) << a << " " << b;
    EXPECT_TRUE(look_alike(b, a)) << b << " " << a;
  }
}

TEST(LookAlike, LetsOthersBe) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"math", "path"},
                                                                             {"safety-filter", "safety-filter"},
                                                                             {"safety-filter", "safety-filtering"},
                                                                             {"word-count", "word-cloud"},
                                                                             {"reading-log", "writing-log"}}) {
    EXPECT_FALSE(look_alike(a, b)) << a << " " << b;
  }
  EXPECT_EQ(similar_to("safety-fiter", {"other", "safety-filter"}), "safety-filter");
  EXPECT_EQ(similar_to("nothing-like-it", {"other", "safety-filter"}), std::nullopt);
}

TEST(LookAlike, KeepsThePlatformsWords) {
  for (const auto* name : {"official", "0fficial", "off-icial", "raptscallions", "rapt-scallions", "raptscalions",
                           "raptsca11ions-team", "registry", "root", "session"})
    EXPECT_TRUE(is_reserved_name(name)) << name;
  for (const auto* name : {"my-school", "safety-filter", "rooted", "hosting"})
    EXPECT_FALSE(is_reserved_name(name)) << name;
}

}  // namespace
}  // namespace rapt::marketplace
