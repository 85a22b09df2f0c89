// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rapt::tools {
namespace {

using ::testing::HasSubstr;

constexpr const char* kChat = R"(name: Tutor
type: chat
version: 1.2.0
behavior: |
  Ask, never tell.
constraints:
  topics: [linear equations, quadratics]
  no_direct_answers: true
  max_messages: 40
  max_duration: 45
summary: true
modules:
  - struggle-detector
  - name: safety-filter
    config: { block_words: [answer key], limit: 3, strict: true, note: "12" }
    on_failure: closed
    timeout_ms: 150
meta: { subject: math, grades: [K, 7, 8], description: Helps, tags: [algebra] }
)";

constexpr const char* kProduct = R"(name: Plan
type: product
version: 1.0.0
behavior: Plan.
input_schema: { type: object, properties: { topic: { type: string } }, required: [topic] }
output_schema: { type: object, properties: { title: { type: string } } }
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

FieldError first_fault(const std::string& yaml) {
  const auto parsed = parse_definition(yaml);
  if (parsed) return {"", "accepted"};
  EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid);
  return parsed.error().fields.at(0);
}

TEST(Definition, ReadsAChatTool) {
  const auto tool = parse_definition(kChat);
  ASSERT_TRUE(tool) << tool.error().message;
  EXPECT_EQ(tool->name, "Tutor");
  EXPECT_EQ(tool->version, "1.2.0");
  EXPECT_EQ(tool->grades, (std::vector<int>{0, 7, 8}));
  EXPECT_EQ(tool->constraints.max_messages, 40);
  EXPECT_EQ(tool->constraints.max_duration, std::chrono::minutes(45));
  EXPECT_TRUE(tool->summary);
  ASSERT_EQ(tool->modules.size(), 2U);
  EXPECT_EQ(tool->modules[0].config_json, "{}");
  EXPECT_EQ(tool->modules[0].on_failure, std::nullopt);
  const auto& filter = tool->modules[1];
  EXPECT_EQ(nlohmann::json::parse(filter.config_json),
            nlohmann::json({{"block_words", {"answer key"}}, {"limit", 3}, {"strict", true}, {"note", "12"}}));
  EXPECT_EQ(filter.on_failure, hooks::FailPolicy::kClosed);
  EXPECT_EQ(filter.time_limit, std::chrono::milliseconds(150));
  EXPECT_THAT(tool->instructions(), HasSubstr("quadratics"));
}

TEST(Definition, ReadsAProductToolWithItsSchemas) {
  const auto tool = parse_definition(kProduct);
  ASSERT_TRUE(tool) << tool.error().message;
  EXPECT_TRUE(tool->input_schema->validate(R"({"topic":"x"})"));
  EXPECT_FALSE(tool->input_schema->validate("{}"));
  EXPECT_EQ(nlohmann::json::parse(to_json(*tool)).at("output_schema").at("type"), "object");
}

TEST(Definition, SaysWhereAnUnknownKeyStandsAndWhatWasMeant) {
  const auto fault = first_fault(with(kChat, "behavior:", "behaviour:"));
  EXPECT_EQ(fault.path, "definition");
  EXPECT_THAT(fault.message, HasSubstr("line 4, column 1"));
  EXPECT_THAT(fault.message, HasSubstr("did you mean \"behavior\""));
}

TEST(Definition, SaysWhereAValueIsWrong) {
  const auto limit = first_fault(with(kChat, "timeout_ms: 150", "timeout_ms: soon"));
  EXPECT_EQ(limit.path, "definition.modules[1].timeout_ms");
  EXPECT_THAT(limit.message, HasSubstr("line 17, column 17"));
  EXPECT_EQ(first_fault(with(kChat, "on_failure: closed", "on_failure: ajar")).path,
            "definition.modules[1].on_failure");
  EXPECT_EQ(first_fault(with(kChat, "type: chat", "type: chatty")).path, "definition.type");
  EXPECT_EQ(first_fault(with(kChat, "version: 1.2.0", "version: 1.2")).path, "definition.version");
  EXPECT_EQ(first_fault(with(kChat, "[K, 7, 8]", "[K, seven]")).path, "definition.meta.grades[1]");
  EXPECT_EQ(first_fault(with(kChat, "no_direct_answers: true", "no_direct_answers: \"true\"")).path,
            "definition.constraints.no_direct_answers");
  EXPECT_EQ(first_fault(with(kChat, "- struggle-detector", "- Struggle Detector")).path, "definition.modules[0]");
  EXPECT_EQ(first_fault(with(kChat, "- struggle-detector", "- safety-filter")).path, "definition.modules[1]");
}

TEST(Definition, ReportsAllFaultsAtOnce) {
  const auto parsed = parse_definition("type: chat\nversion: x\n");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().fields.size(), 3U);  // name, behavior, version
}

TEST(Definition, SaysWhereTheSyntaxBreaks) {
  const auto fault = first_fault("name: Tutor\ntype: [chat\nversion: 1.0.0\n");
  EXPECT_EQ(fault.path, "definition");
  EXPECT_THAT(fault.message, HasSubstr("line "));
  EXPECT_THAT(fault.message, HasSubstr("column "));
}

TEST(Definition, RefusesSchemasWhereTheyDoNotBelongOrAreMissing) {
  EXPECT_EQ(first_fault(with(kProduct, "type: product", "type: chat")).path, "definition.input_schema");
  EXPECT_EQ(first_fault(with(kProduct, "output_schema:", "meta: {}\n#")).path, "definition.output_schema");
  EXPECT_EQ(
      first_fault(with(kProduct, "{ type: object, properties: { title", "{ type: array, properties: { title")).path,
      "definition.output_schema");
}

TEST(Definition, KeepsTheFieldsOfASchemaInTheOrderOfTheFile) {
  const auto tool = parse_definition(with(kProduct, "topic: { type: string }", "topic: { type: string }, alpha: {}"));
  ASSERT_TRUE(tool) << tool.error().message;
  EXPECT_EQ(tool->input_schema_json,
            R"({"type":"object","properties":{"topic":{"type":"string"},"alpha":{}},"required":["topic"]})");
}

TEST(Definition, RefusesWhatCouldGrowWithoutBound) {
  EXPECT_THAT(first_fault("a: &a [x, x]\nb: [*a, *a]\n").message, HasSubstr("anchors"));
  EXPECT_THAT(first_fault("a: !!binary aGVsbG8=\n").message, HasSubstr("tags"));
  EXPECT_THAT(first_fault(std::string(kChat) + "---\nname: second\n").message, HasSubstr("more than one document"));
  EXPECT_NE(first_fault("a: " + std::string(5000, '[')).message, "accepted");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "k" + std::to_string(i) + ": {}, ";
  EXPECT_THAT(first_fault(with(kProduct, "topic: { type: string }", many)).message, HasSubstr("more than 1000 keys"));
  EXPECT_NE(first_fault(std::string(kMaxDefinitionBytes + 1, '#')).message, "accepted");
}

TEST(Definition, RefusesEmptyHostileAndDoubledText) {
  for (const std::string& bad :
       {std::string(), std::string("\xff\xfe"), std::string("name: a\0b", 9), std::string("- a\n- b\n"),
        std::string("just words"), with(kChat, "type: chat", "type: chat\nname: Again"),
        with(kChat, "name: Tutor", "name: \"\""), with(kChat, "name: Tutor", "name: \"a\\0b\""),
        with(kChat, "name: Tutor", "? [a, b]\n: c")}) {
    EXPECT_NE(first_fault(bad).message, "accepted") << bad;
  }
}

}  // namespace
}  // namespace rapt::tools
