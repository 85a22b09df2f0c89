// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rapt::sandbox {
namespace {

using namespace std::string_view_literals;

TEST(PlainText, AcceptsWellFormedUtf8OfEveryLength) {
  EXPECT_TRUE(is_plain_text(""));
  EXPECT_TRUE(is_plain_text("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
}

TEST(PlainText, RefusesOverlongSurrogateTruncatedAndNul) {
  for (const auto bad : {"\xC0\x80"sv, "\xE0\x80\x80"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\xE2\x82"sv, "\x80"sv,
                         "\xFF"sv, "a\0b"sv}) {
    EXPECT_FALSE(is_plain_text(bad));
  }
}

TEST(PlainJson, AcceptsEveryKindOfValue) {
  for (const auto good : {"null"sv, " true "sv, "-0.5e+12"sv, "\"\\u00e9\\ud83d\\ude00\\n\""sv, "[]"sv, "{}"sv,
                          "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}"sv}) {
    EXPECT_TRUE(is_plain_json(good, 8)) << good;
  }
}

TEST(PlainJson, RefusesWhatIsNoJson) {
  for (const auto bad : {""sv, "nul"sv, "01"sv, "1."sv, "+1"sv, ".5"sv, "[1,]"sv, "{\"a\"}"sv, "{a:1}"sv, "\"\x01\""sv,
                         "\"\\x\""sv, "\"open"sv, "1 2"sv, "[1"sv, "'a'"sv, "NaN"sv, "\"\xFF\""sv}) {
    EXPECT_FALSE(is_plain_json(bad, 8)) << bad;
  }
}

TEST(PlainJson, RefusesWhatADatabaseCannotHold) {
  for (const auto bad : {"\"\\u0000\""sv, "\"\\ud800\""sv, "\"\\udc00\""sv, "\"\\ud800\\u0041\""sv, "1e1000"sv}) {
    EXPECT_FALSE(is_plain_json(bad, 8)) << bad;
  }
  EXPECT_FALSE(is_plain_json(std::string(65, '9'), 8));
}

TEST(PlainJson, CountsLevels) {
  EXPECT_TRUE(is_plain_json("[[[]]]", 3));
  EXPECT_FALSE(is_plain_json("[[[[]]]]", 3));
  EXPECT_FALSE(is_plain_json(std::string(1000000, '['), 64));
}

TEST(ExtractionType, IsLowerCaseWordsJoinedByHyphensOrDots) {
  for (const auto good : {"struggle"sv, "struggle-indicator"sv, "a.b-c9"sv})
    EXPECT_TRUE(is_extraction_type(good)) << good;
  for (const auto bad : {""sv, "A"sv, "-a"sv, "a-"sv, "a--b"sv, "a b"sv, "a.-b"sv})
    EXPECT_FALSE(is_extraction_type(bad)) << bad;
  EXPECT_FALSE(is_extraction_type(std::string(65, 'a')));
}

}  // namespace
}  // namespace rapt::sandbox
