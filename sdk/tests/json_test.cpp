// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <rapt/json.hpp>

namespace rapt::json {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(Json, ReadsAsDeepAsAHostHandsOver) {
  // A context has 64 levels; a body of a route has 32, and stands in an object.
  for (const std::size_t levels : {1U, 32U, 33U, 34U, 64U, 70U}) EXPECT_TRUE(parse(nested(levels))) << levels;
  EXPECT_FALSE(parse(nested(100'000))) << "and not as deep as its own stack";
}

TEST(Json, AsksNoQuestionsOfWhatIsNotThere) {
  const auto value = parse(R"({"a": [1, {"b": "c"}], "n": null})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->get("a").list().at(1).get("b").text(), "c");
  EXPECT_EQ(value->get("nobody").get("home").text(), "");
  EXPECT_FALSE(value->has("n"));
}

TEST(Json, TakesNothingElse) {
  for (const char* no : {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "+1", "nul", "\"\n\"", "\"\\x\"",
                         "\"\\ud800\"", "1 2", "1e999", "'a'"})
    EXPECT_FALSE(parse(no)) << no;
}

}  // namespace
}  // namespace rapt::json
