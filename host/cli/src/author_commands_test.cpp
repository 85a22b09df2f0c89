// SPDX-License-Identifier: AGPL-3.0-or-later
// The command line of an author's words. What they do is tested in host/author and tests/abi.
#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(ProgramTest, NewTakesAHookSeveralTimesAndTellsWhatComesNext) {
  EXPECT_EQ(rapt({"new", "word-count", "--language", "c", "--hook", "chat:on_message", "--hook", "session:end", "--dir",
                  path("made")}),
            kOk)
      << err_;
  EXPECT_THAT(out_, HasSubstr("rapt run chat:on_message"));
  EXPECT_TRUE(fs::exists(path("made/contexts/session_end.json")));
  EXPECT_FALSE(fs::exists(path("made/contexts/chat_after_ai.json")));
  EXPECT_EQ(rapt({"new", "word-count", "--dir", path("made")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("exists already"));
  EXPECT_EQ(rapt({"new", "word-count", "--dir", path("other"), "--json"}), kOk);
  EXPECT_THAT(json::parse(out_).at("files"), ::testing::Contains(json("src/word_count.cpp")));
}

TEST_F(ProgramTest, NewTellsWhatTriesAPartOutFirst) {
  EXPECT_EQ(rapt({"new", "notes", "--language", "c", "--with", "sql", "--dir", path("made")}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("rapt run route --request requests/route.json --database"));
  EXPECT_EQ(rapt({"new", "follow-up", "--language", "rust", "--with", "events", "--dir", path("other")}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("rapt run event --request requests/event.json\n"));
  EXPECT_FALSE(fs::exists(path("other/contexts")));
}

TEST_F(ProgramTest, NewRefusesWhatNoModuleCanBe) {
  EXPECT_EQ(rapt({"new", "x", "--language", "cobol"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("c, cpp or rust"));
  EXPECT_EQ(rapt({"new", "word-count", "--hook", "chat:never"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("no hook \"chat:never\""));
  EXPECT_EQ(rapt({"new", "word-count", "--with", "sql,tables"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("events and auth-provider, not \"tables\""));
  EXPECT_EQ(rapt({"new", "Word Count", "--dir", path("made")}), kFailed);
  EXPECT_EQ(rapt({"new", "word-count", "--sdk", path("nowhere")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("No SDK"));
  EXPECT_FALSE(fs::exists(path("made")));
}

TEST_F(ProgramTest, RunSaysWhatItNeeds) {
  EXPECT_EQ(rapt({"run", "chat:never"}), kUsage);
  EXPECT_EQ(rapt({"run", "chat:after_ai"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("--context"));
  ASSERT_TRUE(write_file_atomically(path("case.json"), R"({"oops": 1, "current": {"role": "robot", "content": ""}})"));
  EXPECT_EQ(rapt({"run", "chat:after_ai", path("none"), "--context", path("case.json")}), kFailed);
  EXPECT_THAT(err_, ::testing::AllOf(HasSubstr("case.json"), HasSubstr("oops"), HasSubstr("current.role")));
  EXPECT_EQ(rapt({"run", "chat:after_ai", path("none"), "--context", path("case.json"), "--json"}), kFailed);
  EXPECT_EQ(json::parse(out_).at("fields").size(), 2U);
  ASSERT_TRUE(write_file_atomically(path("case.json"), "{}"));
  EXPECT_EQ(rapt({"run", "chat:after_ai", path("none"), "--context", path("case.json")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("none"));
}

TEST_F(ProgramTest, RunAndCheckSayWhatTheirHostNeeds) {
  ASSERT_TRUE(write_file_atomically(path("case.json"), "{}"));
  const std::vector<std::string> run = {"run", "chat:after_ai", path("none"), "--context", path("case.json")};
  const auto with = [](std::vector<std::string> words, std::initializer_list<const char*> more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  for (const auto& command : {run, std::vector<std::string>{"check", path("none")}}) {
    EXPECT_EQ(rapt(with(command, {"--private-addresses"})), kUsage);
    EXPECT_THAT(err_, HasSubstr("--network"));
    EXPECT_EQ(rapt(with(command, {"--world", "school.json"})), kUsage);
    EXPECT_THAT(err_, HasSubstr("--database"));
    for (const char* secret : {"token", "=file", "token="}) {
      EXPECT_EQ(rapt(with(command, {"--secret", secret})), kUsage) << secret;
      EXPECT_THAT(err_, HasSubstr("NAME=FILE"));
    }
    EXPECT_EQ(rapt(with(command, {"--secret", "token=/nowhere/token"})), kUsage);
    EXPECT_THAT(err_, HasSubstr("/nowhere/token"));
  }
  ASSERT_TRUE(write_file_atomically(path("empty"), "\n"));
  const std::string empty = "token=" + path("empty");
  EXPECT_EQ(rapt(with(run, {"--secret", empty.c_str()})), kUsage);
  EXPECT_THAT(err_, HasSubstr("is empty"));
}

TEST_F(ProgramTest, CheckTakesOnlyNumbersForNumbers) {
  EXPECT_EQ(rapt({"check", path("none"), "--seed", "dice"}), kUsage);
  EXPECT_EQ(rapt({"check", path("none"), "--calls", "0"}), kUsage);
  EXPECT_EQ(rapt({"check", path("none"), "--seed", "18446744073709551615"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("none"));
}

TEST_F(ProgramTest, DevInstallsNothingUnsignedUnlessItIsMeant) {
  EXPECT_EQ(rapt({"dev", path("none")}), kUsage);
  EXPECT_THAT(err_, HasSubstr("RAPT_DEVELOPMENT_MODULES=1 ./rapt up"));
  environment_["RAPT_DEVELOPMENT_MODULES"] = "1";
  EXPECT_EQ(rapt({"dev", path("none")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("manifest.json"));
}

}  // namespace
}  // namespace rapt::cli
