// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/check.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "keys.hpp"
#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/schema/json_schema.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kConfig = R"({"type": "object", "additionalProperties": false, "required": ["mask"],
  "definitions": {"kind": {"enum": ["email", "phone"]}},
  "properties": {
    "mask": {"type": "array", "items": {"$ref": "#/definitions/kind"}, "x-rapt-narrow": "subset"},
    "max_words": {"type": "integer", "minimum": 1, "x-rapt-narrow": "max"},
    "api_key": {"type": "string", "x-rapt-secret": true}}})";

constexpr const char* kHead = "name: Tutor\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\n";

std::string attaching(const std::string& modules) {
  return std::string(kHead) + "modules:\n" + modules;
}

class CheckTest : public ::testing::Test {
 protected:
  CheckTest() {
    modules.describe({"safety-filter", "1.4.0", "Safety filter", "", kConfig});
    modules.describe({"struggle-detector", "2.0.0", "Struggle detector", "", ""});
    scratch->script(
        "INSERT INTO modules (name, version, digest, manifest) VALUES ('safety-filter', '1.4.0', repeat('a', 64), "
        "'{}')");
  }
  std::vector<Diagnostic> faults(const std::string& yaml) {
    return runtime::run_blocking(check_definition(yaml, GroupId(), {&modules, &settings}))->faults;
  }
  /// "line:column path", one a line.
  std::string places(const std::string& yaml) {
    std::string out;
    for (const auto& one : faults(yaml))
      out += std::to_string(one.line) + ":" + std::to_string(one.column) + " " + one.path + "\n";
    return out;
  }
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  security::SecretBox box{"the key of tools that live for one test"};
  hooks::ScriptedCaller modules;
  module_settings::LiveSettings settings{**scratch, box, modules};
};

TEST_F(CheckTest, FindsEveryFaultWithItsPlaceAtOnce) {
  EXPECT_EQ(places(attaching("  - safty-filter\n"
                             "  - name: safety-filter\n"
                             "    version: \">=1.2 <1.4\"\n"
                             "    config: {mask: [email, fax], max_words: 0, extra: 1, api_key: abc}\n"
                             "  - struggle-detector\n") +
                   "metta: {}\n"),
            "11:1 definition\n"
            "6:5 definition.modules[0]\n"
            "8:14 definition.modules[1].version\n"
            "9:58 definition.modules[1].config.api_key\n"
            "9:28 definition.modules[1].config.mask[1]\n"
            "9:45 definition.modules[1].config.max_words\n"
            "9:48 definition.modules[1].config.extra\n");
  EXPECT_THAT(faults(attaching("  - safety-filter\n")).at(0).message, HasSubstr("required")) << "nobody has set mask";
}

TEST_F(CheckTest, GuessesWhichModuleWasMeant) {
  EXPECT_THAT(faults(attaching("  - safty-filter\n")).at(0).message, HasSubstr("did you mean \"safety-filter\"?"));
  EXPECT_THAT(faults(attaching("  - something-else\n")).at(0).message, ::testing::Not(HasSubstr("did you mean")));
}

TEST_F(CheckTest, WhatAnAdministratorHasSetNeedNotBeSaidAndCannotBeWidened) {
  scratch->script(
      R"(INSERT INTO module_settings (module, settings) VALUES ('safety-filter', '{"mask": ["email"], "max_words": 80}'))");
  EXPECT_THAT(faults(attaching("  - safety-filter\n")), IsEmpty());
  const auto wide =
      faults(attaching("  - name: safety-filter\n    config:\n      max_words: 81\n      mask: [email, phone]\n"));
  ASSERT_EQ(wide.size(), 2u);
  const auto words = wide[0].path.ends_with("max_words") ? wide[0] : wide[1];
  EXPECT_EQ(std::pair(words.line, words.column), std::pair(8, 18));
  EXPECT_EQ(
      in_words(words, "tutor.yaml"),
      "tutor.yaml:8:18: definition.modules[0].config.max_words must be at most 80, as the system's administration has "
      "set it; a tool may only narrow it.\n"
      "    8 |       max_words: 81\n"
      "      |                  ^~\n");
}

TEST_F(CheckTest, CountsCharactersNotBytes) {
  const auto found =
      faults("name: Tütör\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\nmeta: {subject: \"Ü\", grades: [Ü, 99]}\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].column, 31);
  EXPECT_EQ(found[1].column, 34);
  EXPECT_EQ(found[1].excerpt_column, 34);
}

TEST_F(CheckTest, ShowsAPartOfALongLine) {
  const auto found = faults(std::string(kHead) + "meta: {subject: \"" + std::string(5000, 'x') + "\", tagss: []}\n");
  ASSERT_EQ(found.size(), 2u);
  for (const auto& one : found) {
    EXPECT_LE(one.excerpt.size(), 170u);
    EXPECT_LE(one.excerpt_column, 161);
  }
  EXPECT_THAT(in_words(found[0], "a"), HasSubstr("^"));
}

TEST_F(CheckTest, ReadsVersionRanges) {
  for (const char* good : {"^1.2", "\">=1.2 <2\"", "1.4.0", "\"1\"", "~1.4"})
    EXPECT_EQ(places(attaching(std::string("  - {name: safety-filter, config: {mask: []}, version: ") + good + "}\n")),
              "")
        << good;
  for (const char* bad : {"latest", "\"\"", "[1]", "\">=1,<2\"", "^2", "\"<1.4\""})
    EXPECT_THAT(places(attaching(std::string("  - {name: safety-filter, config: {mask: []}, version: ") + bad + "}\n")),
                HasSubstr("definition.modules[0].version"))
        << bad;
}

/// As the reader does, but for what it alone can know: the settings, versions, doubled keys.
TEST_F(CheckTest, TheSchemaForEditorsAgreesWithTheReader) {
  const auto text = editor_schema(modules.all_facts());
  const auto schema = schema::JsonSchema::compile(text);
  ASSERT_TRUE(schema) << schema.error().message;
  using nlohmann::json;
  const json chat = {{"name", "T"}, {"type", "chat"}, {"version", "1.0.0"}, {"behavior", "Ask."}};
  json product = chat;
  product["type"] = "product";
  product["input_schema"] = product["output_schema"] = {{"type", "object"}};
  const auto with = [](json tool, const char* key, const json& value) {
    tool[key] = value;
    return tool;
  };
  const json filter = {{"name", "safety-filter"}, {"config", {{"mask", {"email"}}}}};
  const std::vector<json> good{chat,
                               product,
                               with(chat, "modules", {"struggle-detector", filter}),
                               with(chat, "modules", json::array({with(filter, "timeout_ms", 5)})),
                               with(chat, "meta", {{"grades", {"K", 7}}}),
                               with(chat, "constraints", {{"max_messages", 3}, {"topics", {"a"}}}),
                               with(chat, "summary", true)};
  const std::vector<json> bad{
      with(chat, "nam", "x"),
      with(chat, "type", "chatty"),
      with(chat, "input_schema", {{"type", "object"}}),
      with(product, "output_schema", {{"type", "array"}}),
      with(product, "summary", true),
      with(chat, "modules", json::array({"safty"})),
      with(chat, "modules", json::array({with(filter, "config", {{"mask", {"fax"}}})})),
      with(chat, "modules", json::array({with(filter, "config", {{"mask", {"email"}}, {"maks", 1}})})),
      with(chat, "modules", json::array({with(filter, "config", {{"mask", {"email"}}, {"api_key", "abc"}})})),
      with(chat, "modules", json::array({json{{"config", json::object()}}})),
      with(chat, "modules", json::array({with(filter, "on_failure", "ajar")})),
      with(chat, "modules", json::array({with(filter, "timeout_ms", 0)})),
      with(chat, "constraints", {{"max_messages", 0}}),
      with(chat, "meta", {{"grades", {14}}}),
      with(chat, "behavior", ""),
      json::array()};
  for (const auto& tool : good) {
    EXPECT_TRUE(schema->validate(tool.dump())) << tool;
    EXPECT_EQ(places(tool.dump()), "") << "JSON is YAML";
  }
  for (const auto& tool : bad) {
    EXPECT_FALSE(schema->validate(tool.dump())) << tool;
    EXPECT_NE(places(tool.dump()), "") << tool;
  }
}

TEST_F(CheckTest, TheSchemaForEditorsKnowsTheReadersKeys) {
  const auto schema = nlohmann::json::parse(editor_schema(modules.all_facts()));
  const auto keys = [](const nlohmann::json& object) {
    std::vector<std::string> out;
    for (const auto& [key, value] : object.items()) out.push_back(key);
    return out;
  };
  const auto same = [](const auto& array) { return ::testing::UnorderedElementsAreArray(array.begin(), array.end()); };
  const auto& properties = schema.at("properties");
  EXPECT_THAT(keys(properties), same(kRootKeys));
  EXPECT_THAT(keys(properties.at("constraints").at("properties")), same(kConstraintKeys));
  EXPECT_THAT(keys(properties.at("meta").at("properties")), same(kMetaKeys));
  EXPECT_THAT(keys(properties.at("modules").at("items").at("then").at("properties")), same(kAttachmentKeys));
  EXPECT_TRUE(schema::JsonSchema::compile(editor_schema({}))) << "also where nothing is installed";
}

}  // namespace
}  // namespace rapt::tools
