// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "test_files.hpp"

namespace rapt::bundle {
namespace {

using ::testing::HasSubstr;
using testing::sample_manifest;
using testing::with;

std::string message_for(const std::string& json) {
  const auto parsed = parse_manifest(json);
  return parsed ? "accepted" : parsed.error().message;
}

std::vector<std::string> paths_for(const std::string& json) {
  std::vector<std::string> out;
  const auto parsed = parse_manifest(json);
  const auto error = parsed ? Error{} : parsed.error();
  std::transform(error.fields.begin(), error.fields.end(), std::back_inserter(out),
                 [](const auto& field) { return field.path; });
  return out;
}

TEST(ParseManifest, ReadsEveryField) {
  const auto parsed = parse_manifest(sample_manifest());
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->name, "sample");
  EXPECT_EQ(parsed->version, "1.2.3");
  EXPECT_EQ(parsed->publisher, "tester");
  EXPECT_EQ(parsed->abi_major, 1U);
  EXPECT_EQ(parsed->abi_minor, 0U);
  ASSERT_EQ(parsed->hooks.size(), 2U);
  EXPECT_EQ(parsed->hooks[0].priority, 50);
  EXPECT_EQ(parsed->hooks[0].timeout_ms, 300);
  EXPECT_TRUE(parsed->hooks[0].fail_closed);
  EXPECT_FALSE(parsed->hooks[1].fail_closed);
  EXPECT_EQ(parsed->permissions.at(0).reason, "To say what it did.");
  EXPECT_EQ(parsed->libraries.at(std::string(native_architecture())), "lib/sample.so");
  EXPECT_EQ(parsed->memory_mb, 32);
}

TEST(ParseManifest, ReadsWhatItDependsOn) {
  const auto parsed = parse_manifest(
      with(sample_manifest(), "\"memory_mb\"", R"("dependencies": {"other": "^1.2", "third": ">=1 <3"}, "memory_mb")"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(parsed->dependencies,
              ::testing::ElementsAre(::testing::Pair("other", "^1.2"), ::testing::Pair("third", ">=1 <3")));
  EXPECT_THAT(parse_manifest(sample_manifest())->dependencies, ::testing::IsEmpty());
}

TEST(ParseManifest, NamesEachDependencyThatIsNone) {
  const auto depending = [](const std::string& on) {
    return with(sample_manifest(), "\"memory_mb\"", "\"dependencies\": " + on + ", \"memory_mb\"");
  };
  EXPECT_THAT(paths_for(depending(R"({"other": "newest", "Third": "1", "sample": "1", "fifth": 5, "sixth": ""})")),
              ::testing::UnorderedElementsAre("dependencies.other", "dependencies.Third", "dependencies.sample",
                                              "dependencies.fifth", "dependencies.sixth"));
  EXPECT_THAT(message_for(depending(R"({"sample": "1"})")), HasSubstr("cannot depend on itself"));
  EXPECT_THAT(message_for(depending(R"(["other"])")), HasSubstr("dependencies: It must be an object"));
  EXPECT_THAT(message_for(depending("null")), HasSubstr("dependencies: It must be an object"));
  EXPECT_THAT(message_for(depending(R"({"a\u001bb\nc": "1"})")),
              ::testing::AllOf(HasSubstr("no name of a module"), ::testing::Not(HasSubstr("\x1b"))));
  std::string many = "{";
  for (int i = 0; i < 33; ++i) many += (i == 0 ? "" : ",") + ("\"m" + std::to_string(i)) + "\": \"1\"";
  EXPECT_THAT(message_for(depending(many + "}")), HasSubstr("at most 32"));
}

TEST(ParseManifest, StoresOlderHookNamesUnderTheirPresentOnes) {
  EXPECT_EQ(parse_manifest(sample_manifest())->hooks[1].point, "chat:after_ai");
}

TEST(ParseManifest, RefusesAPointThatIsDeclaredTwiceByItsTwoNames) {
  EXPECT_THAT(message_for(with(sample_manifest(), "chat:post_ai", "chat:pre_ai")),
              HasSubstr("hooks[1].point: This point is declared twice"));
}

TEST(ParseManifest, ReportsEveryFaultAtOnceWithItsPath) {
  auto json = with(sample_manifest(), "\"1.2.3\"", "\"one\"");
  json = with(json, "\"timeout_ms\": 300", "\"timeout_ms\": 0");
  json = with(json, "\"memory_mb\": 32", "\"memory_mb\": 4096, \"surprise\": 1");
  json = with(json, "lib/sample.so", "../lib/sample.so");
  json = with(json, "\"reason\"", "\"why\"");
  EXPECT_THAT(paths_for(json), ::testing::UnorderedElementsAre(
                                   "version", "hooks[0].timeout_ms", "memory_mb", "surprise", "permissions[0].reason",
                                   "permissions[0].why", "libraries." + std::string(native_architecture())));
}

TEST(ParseManifest, RefusesEachWrongField) {
  const std::pair<std::string, std::string> wrong[] = {
      {"\"sample\"", "\"Sample\""},
      {"\"sample\"", "\"s\""},
      {"\"sample\"", "\"../etc\""},
      {"\"sample\"", "7"},
      {"\"tester\"", "\"-tester\""},
      {"\"1.0\"", "\"1\""},
      {"\"1.0\"", "\"0.1\""},
      {"\"1.0\"", "1.0"},
      {"\"1.0\"", "\"99999999.0\""},
      {"\"closed\"", "\"maybe\""},
      {"\"async\": false", "\"async\": \"no\""},
      {"chat:before_ai", "chat:whenever"},
      {"\"priority\": 50", "\"priority\": -1"},
      {"\"priority\": 50", "\"priority\": 1.5"},
      {"\"priority\": 50", "\"priority\": 18446744073709551615"},
      {"\"log\"", "\"LOG\""},
      {"\"log\"", "\"telepathy\""},
      {"\"async\": false", "\"async\": true"},
      {"\"async\": false", "\"window\": \"token\""},
      {"\"1.0\"", "{}"},
      {"\"1.0\"", "{\"min\": \"1.0\"}"},
      {"\"1.0\"", "{\"min\": \"1.2\", \"built\": \"1.1\"}"},
      {"\"1.0\"", "{\"min\": \"1.0\", \"built\": \"2.0\"}"},
      {"\"1.0\"", "{\"min\": \"1.0\", \"built\": \"1.1\", \"more\": 1}"},
      {"\"memory_mb\": 32", "\"migrations\": \"../sql\""},
      {"\"For tests.\"", "\"a\\u0000b\""},
      {"\"AGPL-3.0-or-later\"", "\"\""},
      {"\"Sample\"", "\"" + std::string(101, 'x') + "\""},
      {"[{\"point\": \"chat", "[7, {\"point\": \"chat"},
  };
  for (const auto& [from, to] : wrong) {
    const auto parsed = parse_manifest(with(sample_manifest(), from, to));
    ASSERT_FALSE(parsed) << to;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid);
    EXPECT_FALSE(parsed.error().fields.empty()) << to;
  }
}

/// The sample as a stream filter of ABI 1.1; `hook` takes the place of its second hook.
std::string with_hook(const std::string& hook) {
  return with(with(sample_manifest(), "{\"point\": \"chat:post_ai\"}", hook), "\"1.0\"", "\"1.1\"");
}

TEST(ParseManifest, ReadsTheRangeOfAbis) {
  const auto range = parse_manifest(with(sample_manifest(), "\"1.0\"", R"({"min": "1.0", "built": "1.1"})"));
  ASSERT_TRUE(range) << range.error().message;
  EXPECT_EQ(range->abi_minor, 0U);
  EXPECT_EQ(range->abi_built_minor, 1U);
  const auto one = parse_manifest(with(sample_manifest(), "\"1.0\"", "\"1.1\""));
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->abi_minor, 1U);
  EXPECT_EQ(one->abi_built_minor, 1U);
}

TEST(ParseManifest, ReadsTheWindowOfAStreamFilter) {
  const auto window = [](const std::string& text) {
    const auto parsed = parse_manifest(with_hook(R"({"point": "chat:on_delta")" + text + "}"));
    if (!parsed) return parsed.error().message;
    return parsed->hooks[1].window + "/" + std::to_string(parsed->hooks[1].window_bytes);
  };
  EXPECT_EQ(window(""), "sentence/0");
  EXPECT_EQ(window(R"(, "window": "token")"), "token/0");
  EXPECT_EQ(window(R"(, "window": {"bytes": 512})"), "size/512");
  EXPECT_THAT(window(R"(, "window": {"bytes": 15})"), HasSubstr("hooks[1].window.bytes"));
  EXPECT_THAT(window(R"(, "window": {})"), HasSubstr("hooks[1].window: Say how many"));
  EXPECT_THAT(window(R"(, "window": "line")"), HasSubstr("\"token\", \"sentence\""));
  EXPECT_THAT(window(R"(, "window": 7)"), HasSubstr("hooks[1].window"));
  EXPECT_THAT(window(R"(, "async": true)"), HasSubstr("Somebody waits"));
}

TEST(ParseManifest, AStreamFilterNeedsAnAbiThatKnowsStreams) {
  EXPECT_THAT(message_for(with(sample_manifest(), "chat:post_ai", "chat:on_delta")), HasSubstr("came with ABI 1.1"));
}

TEST(ParseManifest, SaysHowMuchOfTheConversationAHookSees) {
  const auto parse = [](const std::string& hook, const std::string& abi) {
    return parse_manifest(with(with_hook(hook), "\"1.1\"", abi));
  };
  const auto history = [&](const std::string& more) {
    const auto parsed = parse(R"({"point": "session:end")" + more + "}", R"("1.3")");
    if (!parsed) return parsed.error().message;
    const auto& found = parsed->hooks[1].history;
    return found ? std::to_string(*found) : "all";
  };
  EXPECT_EQ(history(""), "all");
  EXPECT_EQ(history(R"(, "history": 0)"), "0");
  EXPECT_EQ(history(R"(, "history": 1000)"), "1000");
  EXPECT_THAT(history(R"(, "history": 1001)"), HasSubstr("hooks[1].history"));
  EXPECT_THAT(history(R"(, "history": -1)"), HasSubstr("hooks[1].history"));
  EXPECT_THAT(history(R"(, "history": "all")"), HasSubstr("hooks[1].history"));
  const auto product = parse(R"({"point": "product:after_ai", "history": 0})", R"("1.3")");
  ASSERT_FALSE(product);
  EXPECT_THAT(product.error().message, HasSubstr("hooks[1].history: There is no conversation"));
  const auto older = parse(R"({"point": "session:end", "history": 0})", R"({"min": "1.2", "built": "1.3"})");
  ASSERT_FALSE(older);
  EXPECT_THAT(older.error().message, HasSubstr("hooks[1].history: It came with ABI 1.3"));
}

TEST(ParseManifest, OnlyWhatMayComeLaterIsAskedLater) {
  for (const std::string point : {"chat:on_message", "chat:after_ai", "session:start", "session:end", "run:complete"}) {
    const auto parsed = parse_manifest(with_hook(R"({"point": ")" + point + R"(", "async": true})"));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_TRUE(parsed->hooks[1].asynchronous);
  }
  for (const std::string point : {"product:before_ai", "product:after_ai"})
    EXPECT_THAT(message_for(with_hook(R"({"point": ")" + point + R"(", "async": true})")), HasSubstr("Somebody waits"));
  EXPECT_THAT(message_for(with_hook(R"({"point": "session:end", "async": true, "on_failure": "closed"})")),
              HasSubstr("cannot stop anything"));
}

TEST(ParseManifest, HelpsWhoMistypesAName) {
  EXPECT_THAT(message_for(with(sample_manifest(), "\"log\"", "\"secret\"")), HasSubstr("Did you mean \"secrets\"?"));
  EXPECT_THAT(message_for(with(sample_manifest(), "\"log\"", "\"telepathy\"")),
              ::testing::AllOf(HasSubstr("The permissions are: log, config"), ::testing::Not(HasSubstr("Did you"))));
  EXPECT_THAT(message_for(with(sample_manifest(), "chat:before_ai", "chat:before-ai")),
              HasSubstr("Did you mean \"chat:before_ai\"?"));
  for (const auto name : permission_names())
    EXPECT_TRUE(parse_manifest(with(sample_manifest(), "\"log\"", '"' + std::string(name) + '"'))) << name;
}

TEST(ParseManifest, NamesTheHostsThatAreFetchedFrom) {
  const auto hosts = [](const std::string& list) {
    return with(sample_manifest(), "\"log\"", "\"http\", \"hosts\": [" + list + "]");
  };
  const auto parsed = parse_manifest(hosts(R"("accounts.google.com", "*.clever.com", "@settings")"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(grants_of(parsed->permissions.at(0)),
              ::testing::ElementsAre("http", "http:accounts.google.com", "http:*.clever.com", "http:@settings"));
  EXPECT_EQ(full_name(parsed->permissions.at(0)),
            "http to accounts.google.com, *.clever.com, the hosts of its settings");
  for (const std::string bad :
       {"*", "*.", "com", "a..b", "-a.b", "a-.b", "A.b", "a.b.", "https://a.b", "a.b:8443", "a.*.b", "@other", ""})
    EXPECT_THAT(message_for(hosts('"' + bad + '"')), HasSubstr("hosts[0]: Give a name")) << bad;
  EXPECT_THAT(message_for(hosts(R"("a.b", "a.b")")), HasSubstr("named twice"));
  const auto near = parse_manifest(hosts(R"("a.b"], "private": true, "paths": [)"));
  ASSERT_TRUE(near.has_value());
  EXPECT_THAT(grants_of(near->permissions[0]), ::testing::ElementsAre("http", "http:a.b", "http:private"));
  EXPECT_EQ(full_name(near->permissions[0]), "http to a.b, also in private networks");
  EXPECT_THAT(message_for(hosts("], \"private\": true, \"paths\": [")), HasSubstr("private: Only the permission"));
  EXPECT_THAT(message_for(hosts(R"("private")")), HasSubstr("hosts[0]: Give a name"));
  EXPECT_THAT(message_for(hosts("7")), HasSubstr("It must be text"));
  EXPECT_THAT(message_for(with(sample_manifest(), "\"log\"", "\"log\", \"hosts\": [\"a.b\"]")),
              HasSubstr("Only the permission \"http\""));
}

TEST(ParseManifest, ReadsTheTypesOfFindings) {
  const auto types = [](const std::string& list) {
    return with(sample_manifest(), "\"memory_mb\": 32", "\"memory_mb\": 32, \"extractions\": [" + list + "]");
  };
  const auto parsed = parse_manifest(types(
      R"({"type": "links.removed", "title": "Links", "description": "D", "schema": {"type": "object", "required": ["a"]}},
         {"type": "note_2", "title": "Note", "schema": "schemas/note.json"})"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->extractions.size(), 2U);
  EXPECT_EQ(parsed->extractions[0].type, "links.removed");
  EXPECT_EQ(parsed->extractions[0].title, "Links");
  EXPECT_EQ(parsed->extractions[0].schema_json, R"({"required":["a"],"type":"object"})");
  EXPECT_EQ(parsed->extractions[1].schema_path, "schemas/note.json");
  const auto one = [&](const std::string& type, const std::string& rest) {
    return message_for(types(R"({"type": ")" + type + R"(", "title": "T", )" + rest + "}"));
  };
  const std::string fine = R"("schema": {})";
  EXPECT_EQ(one("a-b.c_1", fine), "accepted");
  for (const std::string bad : {"", "A", "a b", ".a", "a-", "a..b"})
    EXPECT_THAT(one(bad, fine), HasSubstr("extractions[0].type")) << bad;
  EXPECT_THAT(one("module.blocked", fine), HasSubstr("the host's own"));
  EXPECT_THAT(one("a", R"("schema": "../a")"), HasSubstr("extractions[0].schema"));
  EXPECT_THAT(one("a", R"("schema": 7)"), HasSubstr("extractions[0].schema"));
  EXPECT_THAT(one("a", R"("description": "D")"), HasSubstr("extractions[0].schema"));
  EXPECT_THAT(one("a", R"("schema": {}, "more": 1)"), HasSubstr("extractions[0].more"));
  EXPECT_THAT(message_for(types(R"({"type": "a", "title": "", "schema": {}})")), HasSubstr("extractions[0].title"));
  const std::string twice = R"({"type": "a", "title": "T", "schema": {}})";
  EXPECT_THAT(message_for(types(twice + "," + twice)), HasSubstr("declared twice"));
}

TEST(ParseManifest, SaysWhereTheJsonIsBroken) {
  EXPECT_THAT(message_for("{\n  \"name\": \"sample\",\n  oops\n}"), HasSubstr("line 3, column 3"));
}

TEST(ParseManifest, RefusesHostileDocuments) {
  EXPECT_THAT(message_for("[]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(message_for(""), HasSubstr("not JSON"));
  EXPECT_THAT(message_for("{\"name\":\"\xff\"}"), HasSubstr("UTF-8"));
  EXPECT_THAT(message_for("{\"name\":\"a\",\"name\":\"b\"}"), HasSubstr("twice in one object"));
  EXPECT_THAT(message_for("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"), HasSubstr("nested deeper"));
  EXPECT_THAT(message_for("{\"a\":" + std::string(30000, '[') + std::string(30000, ']') + "}"),
              HasSubstr("nested deeper"));
  EXPECT_THAT(message_for("{\"a\":1e999}"), HasSubstr("out of range"));
  EXPECT_THAT(message_for("{\"a\":\"" + std::string(70000, 'x') + "\"}"), HasSubstr("larger than 64 KiB"));
}

TEST(ManifestCalls, HoldsCronAndEventsAgainstWhatThereIs) {
  const auto with_calls = [](const std::string& jobs, const std::string& events) {
    const auto text = with(sample_manifest(), "\"memory_mb\": 32",
                           "\"memory_mb\": 32, \"jobs\": [" + jobs + "], \"events\": " + events);
    return with(text, "\"permissions\": [",
                R"("permissions": [{"name": "jobs", "reason": "Later."}, {"name": "events", "reason": "Told."},)");
  };
  const auto good = parse_manifest(
      with_calls(R"({"name": "nightly", "cron": "0 3 * * mon"}, {"name": "later"})",
                 R"({"subscribe": ["session.completed", "reading-log.entry-added"], "publish": ["done-one"]})"));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->jobs.at(0).cron, "0 3 * * mon");
  EXPECT_EQ(good->jobs.at(1).max_attempts, 8);
  const auto wrong = parse_manifest(
      with_calls(R"({"name": "nightly", "cron": "0 0 30 2 *"})", R"({"subscribe": ["session.complete"]})"));
  ASSERT_FALSE(wrong);
  ASSERT_EQ(wrong.error().fields.size(), 2U);
  EXPECT_EQ(wrong.error().fields[0].path, "jobs[0].cron");
  EXPECT_THAT(wrong.error().fields[0].message, HasSubstr("it would never come"));
  EXPECT_EQ(wrong.error().fields[1].path, "events.subscribe");
  EXPECT_THAT(wrong.error().fields[1].message, HasSubstr("session.completed"));
}

}  // namespace
}  // namespace rapt::bundle
