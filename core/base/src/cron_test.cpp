// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/cron.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rapt {
namespace {

std::string next(const std::string& cron, const std::string& after) {
  const auto parsed = Cron::parse(cron);
  if (!parsed) return parsed.error().fields.at(0).message;
  const auto found = parsed->next(*parse_time(after));
  return found ? to_rfc3339(*found).substr(0, 16) : "never";
}

struct Case {
  const char *cron, *after, *wanted;
};

// 2026-11-21 is a Saturday.
constexpr Case kCases[] = {
    {"* * * * *", "2026-11-21T10:00:00Z", "2026-11-21T10:01"},
    {"* * * * *", "2026-11-21T10:00:59.999Z", "2026-11-21T10:01"},
    {"* * * * *", "2026-12-31T23:59:00Z", "2027-01-01T00:00"},
    {"30 6 * * 1-5", "2026-11-21T06:00:00Z", "2026-11-23T06:30"},
    {"30 6 * * MON-fri", "2026-11-23T06:29:59Z", "2026-11-23T06:30"},
    {"30 6 * * 1-5", "2026-11-23T06:30:00Z", "2026-11-24T06:30"},
    {"*/15 * * * *", "2026-11-21T10:15:00Z", "2026-11-21T10:30"},
    {"10-50/20 * * * *", "2026-11-21T10:31:00Z", "2026-11-21T10:50"},
    {"10-50/20 * * * *", "2026-11-21T10:50:00Z", "2026-11-21T11:10"},
    {"0 0,12 1,15 * *", "2026-11-01T12:00:00Z", "2026-11-15T00:00"},
    {"0 0 31 * *", "2026-03-31T00:00:00Z", "2026-05-31T00:00"},
    {"59 23 31 dec *", "2026-12-31T23:59:00Z", "2027-12-31T23:59"},
    {"0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00"},
    {"0 0 29 FEB *", "2096-03-01T00:00:00Z", "2104-02-29T00:00"},
    {"0 0 * * 0", "2026-11-21T00:00:00Z", "2026-11-22T00:00"},
    {"0 0 * * 7", "2026-11-21T00:00:00Z", "2026-11-22T00:00"},
    {"0 0 * * 5-7", "2026-11-21T00:00:00Z", "2026-11-22T00:00"},
    {"0 0 13 * fri", "2026-11-07T00:00:00Z", "2026-11-13T00:00"},  // both given: either counts
    {"0 0 13 * fri", "2026-11-13T00:00:00Z", "2026-11-20T00:00"},
    {"0 0 13 * fri", "2026-12-11T00:00:00Z", "2026-12-13T00:00"},
    {"0 0 */2 * fri", "2026-11-20T00:00:00Z", "2026-11-27T00:00"},  // "*" in one: both count
    {"0 0 1 * *", "2026-02-28T23:59:00Z", "2026-03-01T00:00"},
    {"  5\t4 *   * *  ", "2026-11-21T04:05:00Z", "2026-11-22T04:05"},
    {"0 0 29 2 */5", "2036-03-01T00:00:00Z", "2060-02-29T00:00"},  // Sunday or Friday, for once
};

TEST(Cron, FindsTheNextTime) {
  for (const auto& one : kCases) EXPECT_EQ(next(one.cron, one.after), one.wanted) << one.cron << " after " << one.after;
}

TEST(Cron, ComesToEveryMinuteThatCountsAndToNoOther) {
  const auto cron = Cron::parse("7,37 */5 1-7 * 3");
  ASSERT_TRUE(cron);
  using namespace std::chrono;
  const TimePoint begin = sys_days{year{2027} / 12 / 20}, end = begin + days{120};
  std::vector<TimePoint> slow, quick;
  for (TimePoint at = begin + minutes{1}; at < end; at += minutes{1}) {
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const auto into = floor<minutes>(at) - day;
    const auto minute = into.count() % 60, hour = into.count() / 60;
    const bool in_days = static_cast<unsigned>(date.day()) <= 7 || weekday{day} == Wednesday;
    if ((minute == 7 || minute == 37) && hour % 5 == 0 && in_days) slow.push_back(at);
  }
  for (auto at = cron->next(begin); at && *at < end; at = cron->next(*at)) quick.push_back(*at);
  EXPECT_EQ(slow, quick);
  EXPECT_GT(slow.size(), 100U);
}

TEST(Cron, SaysWhatIsWrongAndWhere) {
  constexpr std::pair<const char*, const char*> kWrong[] = {
      {"", "At character 1: five fields are needed"},
      {"* * * *", "here are 4"},
      {"* * * * * *", "At character 11: five fields are needed"},
      {"60 * * * *", "At character 1: minute: give 0 to 59."},
      {"0 24 * * *", "At character 3: hour: give 0 to 23."},
      {"0 0 0 * *", "At character 5: day of the month: give 1 to 31."},
      {"0 0 * 13 *", "At character 7: month: give 1 to 12, or a name such as \"jan\"."},
      {"0 0 * * 8", "At character 9: day of the week: give 0 to 7, or a name such as \"sun\"."},
      {"0 0 * * mon-sun", "At character 16: day of the week: the range ends before it begins."},
      {"*/0 * * * *", "a step of 0 leads nowhere"},
      {"5/10 * * * *", "At character 3: minute: a step needs"},
      {"1, * * * *", "At character 3: minute: a number was expected here."},
      {"x * * * *", "At character 1: minute: a number was expected here."},
      {"-1 * * * *", "At character 1: minute: a number was expected here."},
      {"99999999999 * * * *", "a number was expected here"},
      {"*/99999 * * * *", "a number was expected here"},
      {"1x * * * *", "At character 2: minute: this does not belong here."},
      {"0 0 30 2 *", "At character 5: there is no such day in these months, so it would never come."},
      {"0 0 31 4,6,9,11 *", "it would never come"},
      {"@daily", "five fields are needed"},
  };
  for (const auto& [text, part] : kWrong) {
    const auto parsed = Cron::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().fields.at(0).message.find(part), std::string::npos)
        << text << ": " << parsed.error().fields.at(0).message;
  }
}

}  // namespace
}  // namespace rapt
