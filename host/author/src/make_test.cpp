// SPDX-License-Identifier: AGPL-3.0-or-later
// From a name to a module that answers, with the real SDK and the compilers of this machine.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include <nlohmann/json.hpp>

#include "rapt/author/builder.hpp"
#include "rapt/author/hook_run.hpp"
#include "rapt/author/scaffold.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "temporary_folder.hpp"

namespace rapt::author {
namespace {

namespace fs = std::filesystem;
using hooks::Point;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> of_process(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

class Making : public testing::Test {
 protected:
  Making() { log::set_level(log::Level::kError); }
  NewModule wanted(const std::string& language = "c") const {
    return {"link-fence", language, "my-school", {Point::kChatAfterAi, Point::kSessionEnd}, folder_.path() / "made"};
  }
  Result<Built> build(const fs::path& source, const Environment& environment = of_process) const {
    return build_module({.source = source, .sdk = sdk_}, environment);
  }
  std::string text(const std::string& name) const {
    return read_file(folder_.path() / "made" / name, 1U << 20U).value();
  }
  /// The hooks of what was made answer in fractions of a second; a busy machine may hold them up for longer.
  void give_time() const {
    const auto file = folder_.path() / "made/manifest.json";
    const auto given =
        std::regex_replace(text("manifest.json"), std::regex(R"("timeout_ms": \d+)"), R"("timeout_ms": 10000)");
    ASSERT_TRUE(write_file_atomically(file, given));
  }
  TemporaryFolder folder_;
  const Sdk sdk_ = find_sdk(RAPT_SDK_PREFIX).value();
};

TEST_F(Making, WritesOnlyWhatTheHooksNeed) {
  const auto files = create_module(sdk_, wanted());
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_THAT(*files, Contains("src/link_fence.c"));
  EXPECT_THAT(*files, Contains(".gitignore"));
  EXPECT_THAT(*files, Contains("contexts/session_end.json"));
  EXPECT_THAT(*files, Not(Contains("contexts/chat_on_delta.json")));
  EXPECT_THAT(text("src/link_fence.c"), HasSubstr("RAPT_HOOK_SESSION_END"));
  EXPECT_THAT(text("src/link_fence.c"), Not(HasSubstr("RAPT_HOOK_CHAT_ON_DELTA")));
  for (const auto& file : *files) EXPECT_THAT(text(file), Not(HasSubstr("@"))) << file << " has an unfilled place";
  EXPECT_THAT(text("manifest.json"), HasSubstr(R"("title": "Link fence")"));
}

TEST_F(Making, FillsEveryPlaceWhateverIsWanted) {
  const std::vector<std::set<std::string>> kinds = {
      {"sql"},  {"panels"}, {"jobs"},          {"exports"},
      {"http"}, {"events"}, {"auth-provider"}, {kParts.begin(), kParts.end()}};
  for (const std::string language : {"c", "cpp", "rust"}) {
    for (const auto& kind : kinds) {
      auto module = wanted(language);
      module.with = kind;
      const auto files = create_module(sdk_, module);
      ASSERT_TRUE(files) << files.error().message;
      for (const auto& file : *files) {
        EXPECT_THAT(text(file), Not(ContainsRegex("@[A-Z_]+@"))) << file;
        EXPECT_THAT(text(file), Not(HasSubstr("@@"))) << file;
        EXPECT_FALSE(text(file).empty()) << file;
      }
      EXPECT_TRUE(nlohmann::json::accept(text("manifest.json"))) << text("manifest.json");
      const auto manifest = nlohmann::json::parse(text("manifest.json"));
      EXPECT_EQ(manifest.contains("config_schema"), fs::exists(folder_.path() / "made/config.schema.json"));
      EXPECT_EQ(manifest.contains("migrations"), fs::exists(folder_.path() / "made/sql/0001_notes.down.sql"));
      fs::remove_all(folder_.path() / "made");
    }
  }
}

TEST_F(Making, WritesNothingOfOtherParts) {
  auto module = wanted();
  module.points.clear();
  module.with = {"http"};
  const auto files = create_module(sdk_, module);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_THAT(*files, Contains("src/look_up.c"));
  EXPECT_THAT(*files, Contains("requests/job-look-up.json"));
  for (const auto* other : {"src/provider.c", "src/notes.c", "requests/job.json", "sql/0001_notes.sql"})
    EXPECT_THAT(*files, Not(Contains(other)));
  EXPECT_FALSE(fs::exists(folder_.path() / "made/sql"));
  EXPECT_FALSE(fs::exists(folder_.path() / "made/contexts"));
}

TEST_F(Making, BringsWhatAPartNeeds) {
  const auto with = [this](std::set<std::string> parts) {
    auto module = wanted();
    module.with = std::move(parts);
    return completed(module).with;
  };
  EXPECT_EQ(with({"sql"}), (std::set<std::string>{"sql", "routes", "panels"}));
  EXPECT_EQ(with({"jobs"}), (std::set<std::string>{"sql", "jobs"}));
  EXPECT_EQ(with({"http", "events"}), (std::set<std::string>{"http", "events"}));
}

TEST_F(Making, NamesThePartThatIsNone) {
  auto module = wanted();
  module.with = {"tables"};
  EXPECT_THAT(create_module(sdk_, module).error().message, HasSubstr("\"tables\""));
  module.with.clear();
  module.points.clear();
  EXPECT_THAT(create_module(sdk_, module).error().message, HasSubstr("at least one hook"));
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Making, LeavesAFolderThatIsThereAlone) {
  fs::create_directories(folder_.path() / "made");
  EXPECT_EQ(create_module(sdk_, wanted()).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(fs::is_empty(folder_.path() / "made"));
  fs::remove(folder_.path() / "made");
  fs::create_symlink("/nowhere", folder_.path() / "made");
  EXPECT_EQ(create_module(sdk_, wanted()).error().kind, ErrorKind::kConflict);
  fs::remove(folder_.path() / "made");
  EXPECT_TRUE(fs::is_empty(folder_.path())) << "nothing half-written stays";
}

TEST_F(Making, RefusesNamesThatNoHostWouldTake) {
  for (const auto* name : {"", "x", "Upper", "../evil", "a b", "a_b"}) {
    auto module = wanted();
    module.name = name;
    EXPECT_EQ(create_module(sdk_, module).error().kind, ErrorKind::kInvalid) << name;
    module = wanted();
    module.publisher = name;
    EXPECT_EQ(create_module(sdk_, module).error().kind, ErrorKind::kInvalid) << name;
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Making, BuildsAModuleThatAnswersInItsSandbox) {
  ASSERT_TRUE(create_module(sdk_, wanted()));
  give_time();
  const auto built = build(folder_.path() / "made");
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(built->name, "link-fence");
  const auto subject = read_subject(built->stage);
  ASSERT_TRUE(subject) << subject.error().message;
  const auto what = read_hook_case(text("contexts/chat_after_ai.json"), Point::kChatAfterAi);
  ASSERT_TRUE(what) << what.error().message;
  const auto run = run_hook(*subject, {RAPT_RUNNER_PATH}, Point::kChatAfterAi, *what);
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_EQ(run->asked.answer.extractions.size(), 1U);
  EXPECT_EQ(run->asked.answer.extractions[0].type, "answer-words");
}

TEST_F(Making, TellsWhatTheCompilerSaid) {
  ASSERT_TRUE(create_module(sdk_, wanted()));
  std::ofstream(folder_.path() / "made/src/link_fence.c", std::ios::app) << "\nthis is no C;\n";
  const auto built = build(folder_.path() / "made");
  ASSERT_FALSE(built);
  EXPECT_THAT(built.error().message, HasSubstr("The module does not build:"));
  EXPECT_THAT(built.error().message, HasSubstr("link_fence.c"));
}

TEST_F(Making, NamesTheToolThatIsMissingAndThePackageThatBringsIt) {
  const auto poor = [](const std::string& path, const std::string& compiler) {
    return [path, compiler](std::string_view name) -> std::optional<std::string> {
      if (name == "PATH") return path;
      if (name == "CC" && !compiler.empty()) return compiler;
      return std::nullopt;
    };
  };
  ASSERT_TRUE(create_module(sdk_, wanted()));
  EXPECT_THAT(build(folder_.path() / "made", poor("/nowhere", "")).error().message,
              HasSubstr("There is no CMake here"));
  const auto no_compiler = build(folder_.path() / "made", poor(of_process("PATH").value_or(""), "no-such-cc"));
  EXPECT_THAT(no_compiler.error().message, HasSubstr("no C compiler here (looked for no-such-cc"));
  EXPECT_THAT(no_compiler.error().message, HasSubstr("apt-get install gcc"));
  EXPECT_FALSE(fs::exists(folder_.path() / "made/build"));
}

TEST_F(Making, SaysWhatIsNoModule) {
  EXPECT_THAT(build(folder_.path()).error().message, HasSubstr("manifest.json and CMakeLists.txt"));
  ASSERT_TRUE(create_module(sdk_, wanted()));
  ASSERT_TRUE(write_file_atomically(folder_.path() / "made/manifest.json", "{\n\"name\": oops}"));
  EXPECT_THAT(build(folder_.path() / "made").error().message, HasSubstr("line 2"));
  ASSERT_TRUE(write_file_atomically(folder_.path() / "made/manifest.json", R"({"name": "No", "version": 1})"));
  EXPECT_THAT(build(folder_.path() / "made").error().message, HasSubstr("must hold \"name\""));
}

TEST(FindSdk, TellsWhereItLooked) {
  const TemporaryFolder empty;
  const auto found = find_sdk(empty.path());
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(empty.path().string()));
  EXPECT_THAT(found.error().message, HasSubstr("RAPT_SDK"));
}

}  // namespace
}  // namespace rapt::author
