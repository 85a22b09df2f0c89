// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

using rapt::testkit::is_json;
using rapt::testkit::is_utf8;

TEST(TestKitChecks, KnowsWhatUtf8Is) {
  for (const char* good : {"", "plain", "é", "€", "😀"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(TestKitChecks, KnowsWhatJsonIs) {
  for (const char* good :
       {"1", "-0.5e+3", "\"a\\u00e9\\n\"", "{}", "[]", R"({"a": [1, true, null, {"b": ""}]})", " [ 1 , 2 ] "})
    EXPECT_TRUE(is_json(good)) << good;
  for (const char* bad :
       {"", "01", "1.", "+1", "{a:1}", "[1,]", "{\"a\":1,}", "\"", "\"\n\"", "\"\\x\"", "nul", "1 2", "\"\\u12g4\""})
    EXPECT_FALSE(is_json(bad)) << bad;
  EXPECT_FALSE(is_json(std::string(1000, '[') + std::string(1000, ']')));
}
