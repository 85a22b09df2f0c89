// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/storable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rapt::usage {
namespace {

TEST(StorableJson, TakesWhatTheDatabaseTakes) {
  for (const char* text : {"null", "7", "\"text\"", "[]", R"({"indicators":["again"],"score":0.75})"})
    EXPECT_TRUE(storable_json(text)) << text;
  EXPECT_TRUE(storable_json(std::string(64, '[') + std::string(64, ']')));
}

TEST(StorableJson, RefusesWhatWouldSpoilTheTransaction) {
  for (const char* text :
       {"", "{", "[1,]", "1e999999", R"("a\u0000b")", R"({"a\u0000":1})", "\"\xff\"", R"("\ud800")"}) {
    EXPECT_FALSE(storable_json(text)) << text;
  }
  EXPECT_FALSE(storable_json(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(storable_json(std::string(60000, '[')));
}

}  // namespace
}  // namespace rapt::usage
