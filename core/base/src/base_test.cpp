// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "rapt/base/clock.hpp"
#include "rapt/base/error.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/result.hpp"
#include "rapt/base/text.hpp"

namespace rapt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Uuid, NewOnesAreVersionSevenAndDifferAndSortByTime) {
  std::set<std::string> seen;
  const std::string first = new_uuid();
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_uuid();
    EXPECT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '7');
    EXPECT_THAT(std::string("89ab"), HasSubstr(std::string(1, id[19])));
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_GE(id.substr(0, 13), first.substr(0, 13));
  }
}

TEST(Uuid, ParsingAcceptsEitherCaseAndRefusesTheRest) {
  EXPECT_EQ(canonical_uuid("0190A7C2-1111-7ABC-8DEF-0123456789AB"), "0190a7c2-1111-7abc-8def-0123456789ab");
  for (const char* wrong : {"", "0190a7c2", "0190a7c2-1111-7abc-8def-0123456789a",
                            "0190a7c2x1111-7abc-8def-0123456789ab", "{190a7c2-1111-7abc-8def-0123456789ab",
                            "0190a7c2-1111-7abc-8def-0123456789ag", "0190a7c2-1111-7abc-8def-0123456789abc"}) {
    EXPECT_FALSE(canonical_uuid(wrong)) << wrong;
  }
  EXPECT_FALSE(ToolId::parse("nonsense"));
  EXPECT_EQ(ToolId::parse("0190A7C2-1111-7abc-8def-0123456789ab")->str(), "0190a7c2-1111-7abc-8def-0123456789ab");
}

TEST(Time, WritesRfc3339InUtcWithMilliseconds) {
  const auto time = parse_time("2026-01-12T12:34:56.789123Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(to_rfc3339(*time), "2026-01-12T12:34:56.789Z");
  EXPECT_EQ(to_rfc3339(TimePoint{std::chrono::microseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, ReadsRfc3339AndPostgres) {
  const auto expected = parse_time("2026-01-12T12:34:56.700Z");
  EXPECT_EQ(parse_time("2026-01-12 12:34:56.7+00"), expected);
  EXPECT_EQ(parse_time("2026-01-12 18:04:56.7+05:30"), expected);
  EXPECT_EQ(parse_time("2026-01-12t04:34:56.7-0800"), expected);
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* wrong : {"", "infinity", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
                            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

TEST(Utf8, AcceptsWellFormedTextOnly) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("naïve 数学 \xF0\x9F\xA6\x84"));
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
  for (const char* wrong : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xC3", "\xE2\x82",
                            "\xFF", "a\xF0\x9F\xA6"}) {
    EXPECT_FALSE(is_utf8(wrong));
  }
  EXPECT_EQ(count_code_points("naïve 数学 \xF0\x9F\xA6\x84"), 10u);
}

TEST(Printable, EscapesWhatCouldFoolAReader) {
  EXPECT_EQ(printable("plain é"), "plain é");
  EXPECT_EQ(printable("a\nb\x1b[31m"), "a\\x0ab\\x1b[31m");
  EXPECT_EQ(printable("\xff\xc2\x85"), "\\xff\\x85");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "evil"),
            "\\u202eevil");
}

TEST(Printable, CutsAtTheLimitWithoutSplittingACharacter) {
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("ééé", 3), "é…");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(Log, WritesOneJsonObjectALineAndNothingThatBreaksOut) {
  ::testing::internal::CaptureStderr();
  log::info("a.test", {{"text", "say \"hi\"\n{\"level\":\"error\"} \xff \\"}});
  log::debug("too.quiet");
  const std::string line = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(line,
              HasSubstr(R"("level":"info","event":"a.test","text":"say \"hi\"\\x0a{\"level\":\"error\"} \\xff \\"})"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_THAT(line, Not(HasSubstr("too.quiet")));
}

Result<int> half(int value) {
  if (value % 2 != 0) return Error::invalid("value", "must be even");
  return value / 2;
}

Result<void> check(int value) {
  RAPT_TRY(half(value));
  return {};
}

TEST(Result, CarriesAnErrorUpAndThrowsOnlyWhenMisused) {
  EXPECT_EQ(half(4).value(), 2);
  const auto failed = check(3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(failed.error().fields.at(0).path, "value");
  EXPECT_EQ(failed.error().message, "value: must be even");
  EXPECT_THROW(static_cast<void>(half(3).value()), std::logic_error);
}

}  // namespace
}  // namespace rapt
