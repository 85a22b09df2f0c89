// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"
#include "rapt/bundle/library.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(ProgramTest, ExplainsItself) {
  EXPECT_EQ(rapt({"--help"}), kOk);
  for (const auto& command : commands()) EXPECT_THAT(out_, HasSubstr(std::string(command.name)));
}

TEST_F(ProgramTest, ExplainsEveryCommandWithExamplesThatNameIt) {
  for (const auto& command : commands()) {
    std::istringstream words{std::string(command.name)};
    std::vector<std::string> line{std::istream_iterator<std::string>(words), {}};
    line.emplace_back("--help");
    EXPECT_EQ(rapt(line), kOk) << command.name;
    EXPECT_THAT(out_, HasSubstr("Examples:\n  "));
    EXPECT_THAT(std::string(command.examples), HasSubstr("rapt " + std::string(command.name)));
  }
}

TEST_F(ProgramTest, AnswersAWrongCommandLineWithStatus2AndAHint) {
  EXPECT_EQ(rapt({}), kUsage);
  EXPECT_EQ(rapt({"pakc"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("Did you mean `rapt pack`?"));
  EXPECT_EQ(rapt({"completely-unknown"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("`rapt --help` lists them"));
  EXPECT_EQ(rapt({"trust", "frob"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("trust add"));
  EXPECT_EQ(rapt({"pack", "--frob"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("no option --frob"));
  EXPECT_EQ(rapt({"pack"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("takes DIR, but got nothing"));
  EXPECT_EQ(rapt({"inspect", "a", "b"}), kUsage);
  EXPECT_EQ(rapt({"pack", "x", "--ke", "y"}), kUsage) << "no guessing of abbreviations";
  EXPECT_EQ(rapt({std::string(100000, 'x')}), kUsage);
  EXPECT_LT(err_.size(), 500U);
  EXPECT_EQ(rapt({"\x1b[31m"}), kUsage);
  EXPECT_EQ(err_.find('\x1b'), std::string::npos);
}

TEST_F(ProgramTest, ShowsItsVersion) {
  EXPECT_EQ(rapt({"--version"}), kOk);
  EXPECT_THAT(out_, ::testing::StartsWith("rapt "));
  EXPECT_EQ(rapt({"version", "--json"}), kOk);
  EXPECT_TRUE(json::parse(out_).at("version").is_string());
}

TEST_F(ProgramTest, MakesAKeyOnceAndKeepsItToItself) {
  EXPECT_EQ(rapt({"keygen", "my-school", "--out", path("keys")}), kOk);
  const auto mode = fs::status(path("keys/my-school.key")).permissions();
  EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
  const auto first = read_file(path("keys/my-school.key"), 1000).value();
  EXPECT_EQ(out_.find(first.substr(0, 20)), std::string::npos);
  EXPECT_EQ(rapt({"keygen", "my-school", "--out", path("keys")}), kFailed);
  EXPECT_EQ(rapt({"keygen", "my-school", "--out", path("keys"), "--if-missing"}), kOk);
  EXPECT_EQ(read_file(path("keys/my-school.key"), 1000).value(), first);
  EXPECT_EQ(rapt({"keygen", "../evil"}), kUsage);
}

TEST_F(ProgramTest, TrustsAPublisherAndNoLonger) {
  ASSERT_EQ(rapt({"keygen", "my-school", "--out", path("keys")}), kOk);
  ASSERT_EQ(rapt({"keygen", "other", "--out", path("keys")}), kOk);
  EXPECT_EQ(rapt({"trust", "list"}), kOk);
  EXPECT_THAT(out_, HasSubstr("No publisher is trusted"));
  EXPECT_EQ(rapt({"trust", "add", path("keys/my-school.pub")}), kOk);
  EXPECT_EQ(rapt({"trust", "add", path("keys/my-school.pub")}), kOk);
  EXPECT_EQ(rapt({"trust", "add", path("keys/other.pub"), "--publisher", "my-school"}), kOk);
  EXPECT_EQ(rapt({"trust", "list", "--json"}), kOk);
  const auto keys = json::parse(out_);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(rapt({"trust", "remove", "my-school", "--key-id", keys[0].at("key_id")}), kOk);
  EXPECT_EQ(rapt({"trust", "list", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).size(), 1U);
  EXPECT_EQ(rapt({"trust", "remove", "my-school"}), kOk);
  EXPECT_EQ(rapt({"trust", "remove", "my-school"}), kFailed);
  EXPECT_EQ(rapt({"trust", "remove", "../../etc/passwd"}), kFailed);
}

TEST_F(ProgramTest, RefusesASecretKeyWhereAPublicOneBelongs) {
  ASSERT_TRUE(write_file_atomically(path("nonsense.pub"), "hello\n"));
  EXPECT_EQ(rapt({"trust", "add", path("nonsense.pub")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("Line 1 is no public key"));
  EXPECT_EQ(rapt({"trust", "add", path("missing.pub")}), kFailed);
}

TEST_F(ProgramTest, TellsFailuresAsJsonWhenAsked) {
  EXPECT_EQ(rapt({"inspect", path("missing.rapt"), "--json"}), kFailed);
  EXPECT_TRUE(json::parse(out_).contains("error"));
}

TEST_F(ProgramTest, PackAsksForAKeyOrAPlainNo) {
  EXPECT_EQ(rapt({"pack", path("stage")}), kUsage);
  EXPECT_EQ(rapt({"pack", path("stage"), "--unsigned", "--key", "k"}), kUsage);
  EXPECT_EQ(rapt({"pack", path("stage"), "--unsigned"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("cannot be read"));
}

TEST_F(ProgramTest, PackRefusesASchemaThatNoHostWouldTake) {
  const auto pack = [this](const std::string& schema) {
    fs::create_directories(folder_ / "stage/lib");
    const auto put = [this](const std::string& name, const std::string& text) {
      ASSERT_TRUE(write_file_atomically(path("stage/" + name), text));
    };
    put("lib/sample.so", read_file(RAPT_SOUND_LIBRARY, 1U << 24U).value());
    put("config.schema.json", schema);
    put("LICENSE", "MIT\n");
    put("CHANGELOG.md", "# 1.0.0\n");
    put("sbom.spdx.json",
        R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-Package",)"
        R"("name":"sample","versionInfo":"1.0.0"}]})");
    put("manifest.json",
        R"({"name":"sample","version":"1.0.0","title":"Sample","description":"For tests.","publisher":"tester",)"
        R"("license":"MIT","abi":"1.0","hooks":[],"permissions":[],"config_schema":"config.schema.json",)"
        R"("libraries":{")" +
            std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})");
    return rapt({"pack", path("stage"), "--unsigned", "--out", path("sample.rapt")});
  };
  EXPECT_EQ(pack(R"({"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}})"), kFailed);
  EXPECT_THAT(err_,
              ::testing::AllOf(HasSubstr("config.schema.json"), HasSubstr("\"pattern\", which is not supported")));
  EXPECT_FALSE(fs::exists(path("sample.rapt")));
  EXPECT_EQ(pack(R"({"type":"object","properties":{"a":{"type":"string","maxLength":9}}})"), kOk) << err_;

  // What was packed without a signature can be signed elsewhere, once.
  ASSERT_EQ(rapt({"keygen", "tester", "--out", path("keys")}), kOk);
  EXPECT_EQ(rapt({"verify", path("sample.rapt"), "--key", path("keys/tester.pub")}), kFailed);
  EXPECT_EQ(rapt({"sign", path("sample.rapt")}), kUsage);
  EXPECT_EQ(rapt({"sign", path("sample.rapt"), "--key", path("keys/tester.key")}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("signed with"));
  EXPECT_EQ(rapt({"verify", path("sample.rapt"), "--key", path("keys/tester.pub")}), kOk) << err_;
  EXPECT_EQ(rapt({"sign", path("sample.rapt"), "--key", path("keys/tester.key")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("signed already"));
}

TEST_F(ProgramTest, ReportsFaultySettingsBeforeItTouchesAnything) {
  environment_["PORT"] = "banana";
  for (const auto& words : std::vector<std::vector<std::string>>{{"serve"}, {"migrate"}, {"module", "list"}}) {
    EXPECT_EQ(rapt(words), kFailed);
    EXPECT_THAT(err_, HasSubstr("DATABASE_URL"));
    EXPECT_THAT(err_, HasSubstr("PORT"));
  }
  EXPECT_EQ(rapt({"doctor", "--json"}), kFailed);
  EXPECT_THAT(json::parse(out_).at("checks")[0].at("state"), "fault");
}

}  // namespace
}  // namespace rapt::cli
