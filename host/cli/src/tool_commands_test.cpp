// SPDX-License-Identifier: AGPL-3.0-or-later
// The words about tools and about modules' settings: on a real database, and without one.
#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/store/scratch_schema.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kConfig = R"({"type": "object", "properties": {
  "max_words": {"type": "integer", "minimum": 1, "x-rapt-narrow": "max"}, "note": {"type": "string"},
  "api_key": {"type": "string", "x-rapt-secret": true}}})";

class ToolWords : public ProgramTest {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file_atomically(path(name), text));
    return path(name);
  }
  std::string tool(const std::string& modules) {
    return file("tutor.yaml", "name: Tutor\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\n" + modules);
  }
};

TEST_F(ToolWords, PointsAtEveryFaultLikeACompiler) {
  EXPECT_EQ(rapt({"tool", "check", tool("metta: {}\nsummary: maybe\n"), "--no-modules"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("tutor.yaml:5:1: definition \"metta\" is not known here; did you mean \"meta\"?\n"
                              "    5 | metta: {}\n      | ^~~~~\n"));
  EXPECT_THAT(err_, HasSubstr("tutor.yaml:6:10: definition.summary must be true or false.\n"
                              "    6 | summary: maybe\n      |          ^~~~~\n"));
  EXPECT_THAT(err_, HasSubstr("2 faults."));
  EXPECT_EQ(rapt({"tool", "check", path("tutor.yaml"), "--no-modules", "--json"}), kFailed);
  EXPECT_EQ(json::parse(out_)["faults"][1]["line"], 6);
}

TEST_F(ToolWords, LeavesAloneWhatIsGood) {
  EXPECT_EQ(rapt({"tool", "check", tool(""), "--no-modules"}), kOk) << err_;
  EXPECT_EQ(out_, "Tutor 1.0.0 is a valid tool.\n");
  EXPECT_EQ(rapt({"tool", "check", path("none.yaml"), "--no-modules"}), kFailed);
  EXPECT_EQ(rapt({"tool", "check", tool(""), "--no-modules", "--group", "x"}), kUsage);
  EXPECT_EQ(rapt({"tool", "schema", "--no-modules"}), kOk);
  EXPECT_EQ(json::parse(out_)["$schema"], "http://json-schema.org/draft-07/schema#");
}

class SettingsWords : public ToolWords {
 protected:
  SettingsWords() {
    environment_["DATABASE_URL"] = schema_.url();
    environment_["REDIS_URL"] = "redis://127.0.0.1:1/0";
    environment_["RAPT_DEVELOPMENT_MODULES"] = "1";
    const auto manifest = R"({"name":"sample","version":"1.3.0","title":"Sample","description":"For tests.",)"
                          R"("publisher":"tester","license":"MIT","abi":"1.0","hooks":[],"permissions":[],)"
                          R"("config_schema":"config.json","libraries":{")" +
                          std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})";
    const auto bytes =
        bundle::encode_bundle({{"manifest.json", {0644, manifest}},
                               {"config.json", {0644, kConfig}},
                               {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                              "tester", nullptr);
    EXPECT_EQ(rapt({"module", "install", file("sample.rapt", bytes.value()), "--yes"}), kOk) << err_;
  }
  int settings(std::vector<std::string> words) {
    words.insert(words.begin(), {"module", "settings", "sample"});
    return rapt(words);
  }
  store::ScratchSchema schema_{fs::path(RAPT_SOURCE) / "migrations" / "core"};
};

TEST_F(SettingsWords, SetsShowsAndTakesBack) {
  EXPECT_EQ(settings({"--set", "max_words=80", "--set", "note=\"a text\""}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("max_words  80         system  narrow it (max)"));
  EXPECT_EQ(settings({"--unset", "note", "--json"}), kOk) << err_;
  const auto told = json::parse(out_);
  EXPECT_EQ(told["properties"][1], (json{{"name", "max_words"},
                                         {"secret", false},
                                         {"set", true},
                                         {"value", 80},
                                         {"source", {{"kind", "system"}, {"id", ""}, {"name", ""}}},
                                         {"narrow", "max"}}));
  EXPECT_EQ(told["properties"][2]["set"], false);
}

TEST_F(SettingsWords, TakesASecretFromAFileOrAPipeAndNeverShowsIt) {
  answers_ = "s3cret-text\n";
  EXPECT_EQ(settings({"--secret", "api_key"}), kOk) << err_;
  EXPECT_THAT(out_, testing::AllOf(HasSubstr("(set)"), Not(HasSubstr("s3cret"))));
  EXPECT_EQ(settings({"--unset", "api_key"}), kOk) << err_;
  EXPECT_THAT(out_, Not(HasSubstr("(set)")));
  EXPECT_EQ(settings({"--secret", "api_key", "--secret-file", file("key", "from a file")}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("(set)"));
  EXPECT_EQ(settings({"--secret-file", path("key")}), kUsage);
}

TEST_F(SettingsWords, SaysWhatIsWrong) {
  EXPECT_EQ(settings({"--set", "max_words=0"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("settings.max_words"));
  EXPECT_EQ(settings({"--set", "note=unquoted"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("needs quotes"));
  EXPECT_EQ(settings({"--unset", "nothing"}), kFailed);
  EXPECT_EQ(rapt({"module", "settings", "absent"}), kFailed);
}

TEST_F(SettingsWords, ChecksAToolAgainstWhatIsInstalledAndSet) {
  const auto modules = std::string("modules:\n  - name: sample\n    version: ^1.2\n    config: {max_words: 81}\n");
  EXPECT_EQ(rapt({"tool", "check", tool(modules)}), kOk) << err_;
  EXPECT_EQ(settings({"--set", "max_words=80"}), kOk);
  EXPECT_EQ(rapt({"tool", "check", path("tutor.yaml")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("tutor.yaml:8:25: definition.modules[0].config.max_words must be at most 80"));
  EXPECT_EQ(rapt({"tool", "check", tool("modules:\n  - sampel\n  - name: sample\n    version: ^2\n")}), kFailed);
  EXPECT_THAT(err_, testing::AllOf(HasSubstr("did you mean \"sample\"?"), HasSubstr("1.3.0")));
  EXPECT_EQ(rapt({"tool", "schema"}), kOk);
  EXPECT_THAT(out_, HasSubstr("\"sample\""));
}

}  // namespace
}  // namespace rapt::cli
