// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/daily_window.hpp"

#include <gtest/gtest.h>

namespace rapt {
namespace {

TimePoint at(const std::string& time) {
  return parse_time("2026-03-01T" + time + ":00Z").value();
}

TEST(DailyWindow, IsAlwaysOpenWithoutTimes) {
  const auto window = DailyWindow::parse("");
  ASSERT_TRUE(window);
  EXPECT_TRUE(window->contains(at("00:00")));
  EXPECT_EQ(window->next_opening(at("12:00")), at("12:00"));
}

TEST(DailyWindow, IsAPartOfTheDay) {
  const auto window = DailyWindow::parse("02:00-05:00").value();
  for (const auto* inside : {"02:00", "03:30", "04:59"}) EXPECT_TRUE(window.contains(at(inside))) << inside;
  for (const auto* outside : {"01:59", "05:00", "23:00", "00:00"})
    EXPECT_FALSE(window.contains(at(outside))) << outside;
  EXPECT_EQ(window.next_opening(at("01:00")), at("02:00"));
  EXPECT_EQ(window.next_opening(at("02:00")), at("02:00") + std::chrono::days(1));
}

TEST(DailyWindow, MayGoOverMidnight) {
  const auto window = DailyWindow::parse("22:00-04:00").value();
  for (const auto* inside : {"22:00", "23:59", "00:00", "03:59"}) EXPECT_TRUE(window.contains(at(inside))) << inside;
  for (const auto* outside : {"21:59", "04:00", "12:00"}) EXPECT_FALSE(window.contains(at(outside))) << outside;
}

TEST(DailyWindow, RefusesWhatIsNone) {
  for (const auto* wrong : {"2-5", "02:00", "02:00-02:00", "24:00-05:00", "02:60-05:00", "02:00 - 05:00", "aa:bb-cc:dd",
                            "02:00-05:00 ", "-1:00-05:00"})
    EXPECT_FALSE(DailyWindow::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace rapt
