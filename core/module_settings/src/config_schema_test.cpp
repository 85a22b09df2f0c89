// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/module_settings/config_schema.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "merge.hpp"
#include "test_settings.hpp"

namespace rapt::module_settings {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> paths(const Result<void>& checked) {
  std::vector<std::string> out;
  if (checked) return out;
  const Error error = checked.error();
  for (const auto& field : error.fields) out.push_back(field.path);
  return out;
}

Inherited says(const json& settings, const std::string& place = "District") {
  return inherited({Layer{{"group", "g", place}, settings, json::object()}});
}

std::string refusal(const json& properties) {
  const auto compiled = ConfigSchema::compile(json{{"type", "object"}, {"properties", properties}}.dump());
  return compiled ? "" : compiled.error().message;
}

TEST(ConfigSchema, RefusesMarkersThatNobodyWouldKeep) {
  EXPECT_EQ(refusal({{"a", {{"type", "string"}, {"x-rapt-secret", true}}}}), "");
  EXPECT_THAT(refusal({{"a", {{"type", "integer"}, {"x-rapt-secret", true}}}}), HasSubstr("type string"));
  EXPECT_THAT(refusal({{"a", {{"type", "string"}, {"x-rapt-secret", true}, {"default", "x"}}}}), HasSubstr("default"));
  EXPECT_THAT(refusal({{"a", {{"type", "string"}, {"x-rapt-secret", "yes"}}}}), HasSubstr("neither true nor false"));
  EXPECT_THAT(refusal({{"a", {{"type", "string"}, {"x-rapt-narrow", "max"}}}}), HasSubstr("number"));
  EXPECT_THAT(refusal({{"a", {{"type", "number"}, {"x-rapt-narrow", "subset"}}}}), HasSubstr("list"));
  EXPECT_THAT(refusal({{"a", {{"type", "string"}, {"x-rapt-narrow", "superset"}}}}), HasSubstr("list"));
  EXPECT_THAT(refusal({{"a", {{"type", "number"}, {"x-rapt-narrow", "smaller"}}}}), HasSubstr("none of"));
  EXPECT_THAT(refusal({{"a", {{"type", "string"}, {"x-rapt-secret", true}, {"x-rapt-narrow", "fixed"}}}}),
              HasSubstr("secret"));
  const json deep{{"type", "object"}, {"properties", {{"b", {{"type", "string"}, {"x-rapt-secret", true}}}}}};
  EXPECT_THAT(refusal({{"a", deep}}), HasSubstr("at the top"));
  EXPECT_FALSE(ConfigSchema::compile(R"({"type": "object", "x-rapt-secret": true})"));
}

TEST(ConfigSchema, ChecksAnAdministratorsSettingsPropertyByProperty) {
  const auto schema = *ConfigSchema::compile(kSchema);
  EXPECT_TRUE(schema.check_settings("{}", "settings")) << "nothing is required of one place";
  EXPECT_TRUE(schema.check_settings(R"({"max_words": 5, "words": ["a"]})", "settings"));
  EXPECT_THAT(
      paths(schema.check_settings(R"({"max_words": 0, "words": [3], "api_key": "abcd", "other": 1})", "settings")),
      ::testing::UnorderedElementsAre("settings.max_words", "settings.words[0]", "settings.api_key", "settings.other"));
  EXPECT_FALSE(schema.check_settings("[]", "settings"));
  const auto any = *ConfigSchema::compile("");
  EXPECT_TRUE(any.check_settings("{}", "settings"));
  EXPECT_THAT(paths(any.check_settings(R"({"a": 1})", "settings")), ElementsAre("settings"));
}

TEST(ConfigSchema, ChecksSecretsWithoutRepeatingThem) {
  const auto schema = *ConfigSchema::compile(kSchema);
  EXPECT_TRUE(schema.check_secret("api_key", "abcd", "secrets"));
  const auto short_one = schema.check_secret("api_key", "xyz", "secrets");
  ASSERT_FALSE(short_one);
  EXPECT_THAT(paths(short_one), ElementsAre("secrets.api_key"));
  EXPECT_THAT(short_one.error().fields[0].message, ::testing::Not(HasSubstr("xyz")));
  EXPECT_FALSE(schema.check_secret("note", "abcd", "secrets")) << "no secret";
}

TEST(Merge, TheNearestPlaceCountsPropertyByProperty) {
  const auto schema = *ConfigSchema::compile(kSchema);
  const auto both = inherited({{{"system"}, {{"note", "far"}, {"least", 1}}, json::object()},
                               {{"group", "g", "School"}, {{"note", "near"}, {"gone", 1}}, json::object()}});
  EXPECT_EQ(merged(schema, both, json::object()).config, (json{{"note", "near"}, {"least", 1}}))
      << "what this version does not know is kept back";
  EXPECT_EQ(merged(schema, both, {{"note", "own"}}).config["note"], "own");
}

TEST(Merge, ATooWideToolIsNarrowed) {
  const auto schema = *ConfigSchema::compile(kSchema);
  const auto limits = says({{"max_words", 80}, {"least", 2}, {"words", {"a", "b"}}, {"region", "eu"}});
  const json wide{{"max_words", 200}, {"least", 1}, {"words", {"b", "c"}}, {"region", "us"}};
  const auto result = merged(schema, limits, wide);
  EXPECT_EQ(result.config, (json{{"max_words", 80}, {"least", 2}, {"words", {"b"}}, {"region", "eu"}}));
  ASSERT_EQ(result.widenings.size(), 4u);
  const json within{{"max_words", 80}, {"least", 2.5}, {"words", {"b"}}, {"region", "eu"}};
  EXPECT_EQ(merged(schema, limits, within).config, within);
  EXPECT_THAT(merged(schema, limits, within).widenings, IsEmpty());
}

TEST(Merge, AListThatMustStayMayOnlyGrow) {
  const auto schema = *ConfigSchema::compile(kSchema);
  const auto limits = says({{"blocked", {"a", "b"}}});
  EXPECT_EQ(merged(schema, limits, {{"blocked", json::array()}}).config["blocked"], json({"a", "b"}));
  const auto swapped = merged(schema, limits, {{"blocked", {"c", "b", "c"}}});
  EXPECT_EQ(swapped.config["blocked"], json({"a", "b", "c"})) << "what it adds counts";
  ASSERT_EQ(swapped.widenings.size(), 1u);
  EXPECT_THAT(swapped.widenings[0].limit, HasSubstr(R"(at least all of ["a","b"])"));
  const json more{{"blocked", {"c", "b", "a"}}};
  EXPECT_EQ(merged(schema, limits, more).config, more);
  EXPECT_THAT(merged(schema, limits, more).widenings, IsEmpty());
  EXPECT_EQ(merged(schema, {}, {{"blocked", {"c"}}}).config["blocked"], json({"c"})) << "nobody has set any";
}

TEST(Merge, NobodyWidensByAnotherTypeByNothingOrByALargeNumber) {
  const auto schema = *ConfigSchema::compile(kSchema);
  const auto limits = says({{"max_words", -5}, {"least", 2}, {"words", {"a"}}, {"blocked", {"a"}}, {"region", -1}});
  const json odd[] = {nullptr,
                      true,
                      "2",
                      json::object(),
                      json::array({json::array({"a"})}),
                      json::array({nullptr}),
                      18446744073709551615ULL};
  for (const auto& property : schema.properties()) {
    if (property.narrow == Narrow::kFree) continue;
    const auto& bound = limits.values.at(property.name).value;
    for (const auto& own : odd) {
      if (property.narrow == Narrow::kMin && own.is_number()) continue;  // it is the greater one
      const auto result = merged(schema, limits, {{property.name, own}});
      EXPECT_EQ(result.widenings.size(), 1u) << property.name << " " << own;
      ASSERT_TRUE(result.config.contains(property.name)) << property.name << own;
      const auto& seen = result.config.at(property.name);
      if (property.narrow == Narrow::kSubset) {
        for (const auto& item : seen) EXPECT_EQ(item, "a") << own;
      } else if (property.narrow == Narrow::kSuperset) {
        EXPECT_THAT(seen, ::testing::Contains(json("a"))) << own;
      } else {
        EXPECT_EQ(seen.dump(), bound.dump()) << property.name << " " << own;
      }
    }
    EXPECT_EQ(merged(schema, limits, json::object()).config[property.name], bound) << "saying nothing changes nothing";
  }
}

TEST(Merge, WithoutASettingTheDefaultIsTheLimit) {
  const auto schema = *ConfigSchema::compile(kSchema);
  EXPECT_EQ(merged(schema, {}, {{"max_words", 101}}).config["max_words"], 100);
  EXPECT_EQ(merged(schema, {}, {{"least", -5}}).config["least"], -5) << "it has none";
  const auto fixed = merged(schema, {}, {{"region", "us"}});
  EXPECT_FALSE(fixed.config.contains("region")) << "administrators alone set it";
  EXPECT_EQ(fixed.widenings.size(), 1u);
}

TEST(Merge, ATypeThatCannotBeComparedDoesNotSlipThrough) {
  const auto schema = *ConfigSchema::compile(kSchema);
  EXPECT_EQ(merged(schema, says({{"max_words", 80}}), {{"max_words", "many"}}).config["max_words"], 80);
  EXPECT_EQ(merged(schema, says({{"words", {"a"}}}), {{"words", "a"}}).config["words"], json({"a"}));
}

TEST(Merge, TellsEveryFaultOfAnAttachment) {
  const auto schema = *ConfigSchema::compile(kSchema);
  const auto limits = says({{"max_words", 80}, {"words", {"a"}}});
  EXPECT_TRUE(check_attached(schema, limits, "{}")) << "the required words are inherited";
  EXPECT_THAT(paths(check_attached(schema, {}, "{}")), ElementsAre("config.words"))
      << "the secret is not the tool's to give";
  const auto bad = check_attached(schema, limits, R"({"max_words": 90, "note": 3, "api_key": "abcd", "extra": 1})");
  EXPECT_THAT(paths(bad),
              ::testing::UnorderedElementsAre("config.api_key", "config.max_words", "config.note", "config.extra"));
  const Error error = bad.error();
  for (const auto& field : error.fields) {
    if (field.path != "config.max_words") continue;
    EXPECT_THAT(field.message, HasSubstr(R"(at most 80, as "District" has set it)"));
  }
}

}  // namespace
}  // namespace rapt::module_settings
