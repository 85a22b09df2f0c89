// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/page_cursor.hpp"

#include <gtest/gtest.h>

namespace rapt::store {
namespace {

TEST(PageCursor, ComesBackAsItWas) {
  const PageCursor cursor{*parse_time("2026-01-12T10:00:00.000001Z"), new_uuid()};
  const auto read = PageCursor::parse(cursor.text());
  ASSERT_TRUE(read.has_value() && read->has_value());
  EXPECT_EQ((*read)->at, cursor.at);
  EXPECT_EQ((*read)->id, cursor.id);
}

TEST(PageCursor, NothingIsTheFirstPage) {
  const auto read = PageCursor::parse("");
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->has_value());
  Params params;
  EXPECT_EQ(add_page(params, *read).values().size(), 2U);
}

TEST(PageCursor, WhatNoListHasAnsweredIsNamed) {
  const std::string id = "00000000-0000-4000-8000-000000000001";
  for (const std::string& text :
       {std::string("x"), std::string("_"), std::string("12"), std::string("12_x"), "_" + id, "-1_" + id, "1 _" + id,
        "12_" + id + "x", "99999999999999999999_" + id, "253402300800000001_" + id}) {
    const auto read = PageCursor::parse(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::kInvalid);
    EXPECT_EQ(read.error().fields.at(0).path, "cursor");
  }
}

}  // namespace
}  // namespace rapt::store
