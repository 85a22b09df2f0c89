// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/schema/json_schema.hpp"

#include <gmock/gmock.h>

#include <string>

namespace rapt::schema {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr const char* kLesson = R"({"type":"object","required":["topic","grade"],"additionalProperties":false,
  "properties":{"topic":{"type":"string"},"grade":{"type":"integer","minimum":1},
    "steps":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}}}})";

std::vector<FieldError> faults_of(const char* document) {
  auto result = JsonSchema::compile(kLesson)->validate(document, "input");
  return result ? std::vector<FieldError>{} : result.error().fields;
}

auto fault(const std::string& path, const std::string& message) {
  return Contains(::testing::AllOf(Field(&FieldError::path, path), Field(&FieldError::message, HasSubstr(message))));
}

TEST(JsonSchema, AcceptsWhatFits) {
  EXPECT_THAT(faults_of(R"({"topic":"x","grade":2,"steps":[{"name":"a"}]})"), ::testing::IsEmpty());
}

TEST(JsonSchema, NamesEveryFaultByItsPath) {
  const auto faults = faults_of(R"({"topic":7,"grade":"eight","steps":[{},{"name":1}],"colour":1})");
  EXPECT_THAT(faults, fault("input.topic", "wrong type"));
  EXPECT_THAT(faults, fault("input.grade", "wrong type"));
  EXPECT_THAT(faults, fault("input.steps[1].name", "wrong type"));
  EXPECT_THAT(faults, fault("input.colour", "not known"));
  EXPECT_EQ(faults.size(), 4u);
}

TEST(JsonSchema, NamesMissingFields) {
  EXPECT_THAT(faults_of(R"({"topic":"x"})"), fault("input.grade", "required"));
}

TEST(JsonSchema, SaysWhatABoundIs) {
  EXPECT_THAT(faults_of(R"({"topic":"x","grade":0})"), fault("input.grade", "1"));
}

TEST(JsonSchema, RefusesDocumentsThatAreNoJsonOrTooDeep) {
  const auto schema = JsonSchema::compile("{}");
  EXPECT_FALSE(schema->validate("{"));
  EXPECT_FALSE(schema->validate(std::string(100, '[') + std::string(100, ']')));
  EXPECT_TRUE(schema->validate(std::string(60, '[') + std::string(60, ']')));
}

TEST(JsonSchema, RefusesSchemasThatAreNone) {
  for (const char* bad : {"", "[]", "7", R"({"type":5})", R"({"properties":[]})", R"({"$ref":"http://example.org/s"})",
                          R"({"properties":{"a":{"pattern":"(a+)+$"}}})", R"({"$ref":"#/nowhere"})"}) {
    auto schema = JsonSchema::compile(bad);
    EXPECT_FALSE(schema) << bad;
    if (schema) continue;
    EXPECT_EQ(schema.error().kind, ErrorKind::kInvalid) << bad;
  }
}

TEST(JsonSchema, RefusesReferencesThatWouldNeverEnd) {
  for (
      const char* bad :
      {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})", R"({"not":{"$ref":"#"}})",
       R"({"properties":{"a":{"$ref":"#"}}})",
       R"({"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}},"$ref":"#/definitions/a"})"}) {
    EXPECT_FALSE(JsonSchema::compile(bad)) << bad;
  }
}

TEST(JsonSchema, RefusesReferencesThatMultiply) {
  std::string schema = R"({"definitions":{"d0":{"type":"string"})";
  for (int i = 1; i < 40; ++i) {
    const auto below = R"({"$ref":"#/definitions/d)" + std::to_string(i - 1) + R"("})";
    schema += ",\"d" + std::to_string(i) + R"(":{"allOf":[)" + below + "," + below + "]}";
  }
  EXPECT_FALSE(JsonSchema::compile(schema + R"(},"$ref":"#/definitions/d39"})"));
}

TEST(JsonSchema, AllowsPlainReferences) {
  auto schema =
      JsonSchema::compile(R"({"definitions":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/n"}}})");
  ASSERT_TRUE(schema);
  EXPECT_TRUE(schema->validate(R"({"a":1})"));
  EXPECT_FALSE(schema->validate(R"({"a":"x"})"));
}

TEST(JsonSchema, RefusesDocumentsWithTooManyValues) {
  std::string many = "[0";
  for (int i = 0; i < 6000; ++i) many += ",0";
  EXPECT_FALSE(JsonSchema::compile("{}")->validate(many + "]"));
}

TEST(JsonSchema, AllowsAPropertyThatIsCalledPattern) {
  EXPECT_TRUE(JsonSchema::compile(R"({"properties":{"pattern":{"type":"string"}}})"));
}

TEST(JsonSchema, RefusesHugeSchemas) {
  EXPECT_FALSE(JsonSchema::compile(std::string(300 * 1024, ' ') + "{}"));
}

}  // namespace
}  // namespace rapt::schema
