// SPDX-License-Identifier: AGPL-3.0-or-later
#include "plain_shape.hpp"

#include <gtest/gtest.h>

#include <random>

#include <nlohmann/json.hpp>

#include "rapt/schema/json_schema.hpp"

namespace rapt::schema {
namespace {

constexpr const char* kFinding =
    R"({"type":"object","required":["level","score","indicators"],"additionalProperties":false,
  "title":"A finding","properties":{"level":{"enum":["mild","high"]},"score":{"type":"number","minimum":0},
  "counts":{"type":"object","additionalProperties":{"type":"integer","minimum":1}},"sure":{"type":"boolean"},
  "kind":{"const":"maths"},"indicators":{"type":"array","items":{"type":"object","required":["evidence"],
  "additionalProperties":false,"properties":{"evidence":{"type":"string"},"seqs":{"type":"array","items":{"type":"integer"}}}}}}})";

const std::vector<std::string>& that_fit() {
  static const std::vector<std::string> all = {
      R"({"level":"mild","score":0.5,"indicators":[]})",
      R"( { "score" : 1 , "level" : "high", "indicators" : [ {"evidence":"Zoë said \"no\"\n","seqs":[1,-2,30]} ] } )",
      R"({"level":"high","score":0,"counts":{"email":1,"phone":12},"sure":true,"kind":"maths","indicators":[{"evidence":""}]})"};
  return all;
}

PlainShape finding() {
  return *PlainShape::of(nlohmann::json::parse(kFinding));
}

TEST(PlainShape, TellsOfWhatFits) {
  for (const auto& one : that_fit()) EXPECT_TRUE(finding().surely_fits(one)) << one;
}

TEST(PlainShape, CannotTellOfWhatDoesNot) {
  for (const char* one :
       {"", "{", "[]", "{}", R"({"level":"mild","score":0.5})", R"({"level":"low","score":0.5,"indicators":[]})",
        R"({"level":"mild","score":-1,"indicators":[]})", R"({"level":"mild","score":0.5,"indicators":[{}]})",
        R"({"level":"mild","score":0.5,"indicators":[],"more":1})", R"({"level":"mild","score":0.5,"indicators":[]} x)",
        R"({"level":"mild","score":0.5,"indicators":[],"counts":{"email":0}})",
        R"({"level":"mild","score":01,"indicators":[]})", R"({"level":"mild","score":0.5,"indicators":[],})",
        R"({"level":"mild","score":0.5,"indicators":[],"kind":"other"})",
        "{\"level\":\"mild\",\"score\":0.5,\"indicators\":[{\"evidence\":\"\xff\"}]}",
        R"({"level":"low","level":"mild","score":0.5,"indicators":[]})"})
    EXPECT_FALSE(finding().surely_fits(one)) << one;
}

TEST(PlainShape, KnowsTheUsualKeywordsAlone) {
  for (const char* schema :
       {R"({"type":"object","minProperties":1})", R"({"type":["string","null"]})", R"({"enum":[1]})", R"(true)",
        R"({"$ref":"#/definitions/a"})", R"({"type":"string","maxLength":3})", R"({"allOf":[]})",
        R"({"type":"object","required":["a"]})", R"({"type":"array","items":[{"type":"string"}]})"})
    EXPECT_FALSE(PlainShape::of(nlohmann::json::parse(schema)).has_value()) << schema;
  EXPECT_FALSE(PlainShape::of({{"type", "integer"}, {"enum", {"a", "b"}}})->surely_fits("1"));
  EXPECT_FALSE(PlainShape::of(nlohmann::json::object())->surely_fits("1")) << "anything fits, which is not its to say";
}

TEST(PlainShape, NeverTakesWhatTheValidatorRefuses) {
  auto same = nlohmann::json::parse(kFinding);
  same["minProperties"] = 0;  // which the shape does not know
  ASSERT_FALSE(PlainShape::of(same).has_value());
  const auto validator = JsonSchema::compile(same.dump());
  ASSERT_TRUE(validator.has_value());
  const auto shape = finding();
  std::mt19937 random(5);
  const std::string signs = "{}[]\",:\\u0123456789.-eE truefalsnm\xC3\xAB\n";
  std::size_t taken = 0;
  for (int round = 0; round < 30000; ++round) {
    auto document = that_fit()[random() % that_fit().size()];
    for (auto changes = random() % 3; changes > 0; --changes) {
      const auto at = random() % document.size();
      if (random() % 2 == 0) document.erase(at, 1 + random() % 3);
      if (random() % 2 == 0) document.insert(std::min(at, document.size()), 1, signs[random() % signs.size()]);
      if (document.empty()) document = "0";
    }
    if (!shape.surely_fits(document)) continue;
    ++taken;
    ASSERT_TRUE(validator->validate(document).has_value()) << document;
  }
  EXPECT_GT(taken, 5000U);
}

}  // namespace
}  // namespace rapt::schema
