// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/schema/example.hpp"

#include <gtest/gtest.h>

namespace rapt::schema {
namespace {

std::string made(const char* schema) {
  const auto example = example_of(schema);
  return example ? *example : "none: " + example.error().message;
}

TEST(Example, HasWhatIsRequiredAndNoMore) {
  EXPECT_EQ(made(R"({"type":"object","required":["a","b"],"properties":{"a":{"type":"string","minLength":3},
      "b":{"type":"integer","minimum":2},"c":{"type":"string"}}})"),
            R"({"a":"xxx","b":2})");
  EXPECT_EQ(made(R"({"type":"array","minItems":2,"items":{"type":"boolean"}})"), "[false,false]");
  EXPECT_EQ(made(R"({"type":["string","null"],"format":"uri"})"), R"("https://example.org/")");
  EXPECT_EQ(made(R"({"type":"number","exclusiveMinimum":3})"), "4");
  EXPECT_EQ(made(R"({"type":"number","maximum":-3})"), "-3");
}

TEST(Example, TakesWhatTheSchemaNamesItself) {
  EXPECT_EQ(made(R"({"enum":["red","green"]})"), R"("red")");
  EXPECT_EQ(made(R"({"type":"string","default":"d","enum":["a","d"]})"), R"("d")");
  EXPECT_EQ(made(R"({"definitions":{"x":{"const":7}},"type":"object","required":["n"],
      "properties":{"n":{"$ref":"#/definitions/x"}}})"),
            R"({"n":7})");
  EXPECT_EQ(made(R"({"anyOf":[{"type":"object","required":["k"]}]})"), R"({"k":""})");
}

TEST(Example, SaysWhenItFindsNone) {
  EXPECT_EQ(example_of("nonsense").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(example_of(R"({"type":"integer","minimum":1,"multipleOf":7})").error().kind, ErrorKind::kUnprocessable);
}

}  // namespace
}  // namespace rapt::schema
