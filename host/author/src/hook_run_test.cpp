// SPDX-License-Identifier: AGPL-3.0-or-later
// Real modules in real sandboxes.
#include "rapt/author/hook_run.hpp"

#include <gmock/gmock.h>

#include "rapt/base/log.hpp"

namespace rapt::author {
namespace {

using hooks::Answer;
using hooks::Point;
using ::testing::HasSubstr;

class HookRunOf : public testing::Test {
 protected:
  HookRunOf() { log::set_level(log::Level::kError); }
  static Result<HookRun> run(Point point, const std::string& json) {
    static const auto subject = read_subject(std::string(RAPT_STAGES) + "/probe-honest");
    if (!subject) return subject.error();
    const auto what = read_hook_case(json, point);
    if (!what) return what.error();
    return run_hook(*subject, {RAPT_RUNNER_PATH}, point, *what);
  }
  static HookRun say(const std::string& word) {
    auto done = run(Point::kChatBeforeAi, R"({"current":{"role":"user","content":")" + word + R"("}})");
    if (!done) throw std::runtime_error(done.error().message);
    return std::move(*done);
  }
};

TEST_F(HookRunOf, TellsWhatTheModuleAnswered) {
  const auto replaced = say("replace");
  EXPECT_EQ(replaced.asked.answer.kind, Answer::Kind::kReplace);
  EXPECT_EQ(replaced.asked.answer.text, "another text");
  ASSERT_EQ(replaced.asked.answer.extractions.size(), 1U);
  EXPECT_EQ(replaced.asked.answer.extractions[0].data_json, R"({"bytes": 7})");
  EXPECT_EQ(replaced.fault, "");
  EXPECT_GT(replaced.memory_kib.value_or(0), 0U);
  EXPECT_GT(replaced.asked.took.count(), 0);
  EXPECT_EQ(say("block").asked.answer.text, "Not that.");
  EXPECT_EQ(say("instruct").asked.answer.instructions, std::vector<std::string>{"Be kind."});
}

TEST_F(HookRunOf, ShowsItsLinesMadePrintable) {
  const auto logged = say("log");
  ASSERT_EQ(logged.lines.size(), 1U);
  EXPECT_EQ(logged.lines[0].level, "warn");
  EXPECT_THAT(logged.lines[0].text, HasSubstr("admin"));
  EXPECT_EQ(logged.lines[0].text.find('\x1b'), std::string::npos);
}

TEST_F(HookRunOf, SaysHowAModuleFailed) {
  EXPECT_EQ(say("error").asked.answer.kind, Answer::Kind::kError);
  EXPECT_NE(say("error").fault, "");
  EXPECT_EQ(say("crash").asked.answer.kind, Answer::Kind::kDead);
  const auto spins = run(Point::kChatBeforeAi, R"({"current":{"role":"user","content":"spin"},"deadline_ms":300})");
  ASSERT_TRUE(spins) << spins.error().message;
  EXPECT_EQ(spins->asked.answer.kind, Answer::Kind::kLate);
  EXPECT_EQ(say("lie").asked.answer.kind, Answer::Kind::kLying);
  EXPECT_THAT(say("defer").fault, HasSubstr("async"));
}

TEST_F(HookRunOf, FeedsAWholeAnswerToAStreamFilter) {
  const auto done =
      run(Point::kChatOnDelta, R"({"current":{"role":"assistant","content":"a secret, a sec ret, asecret"}})");
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_TRUE(done->passed);
  EXPECT_EQ(done->passed->text, "a ******, a sec ret, a******");
  EXPECT_GT(done->passed->windows.size(), 3U);
  EXPECT_TRUE(done->passed->windows.back().last);
  EXPECT_EQ(done->fault, "");
}

TEST_F(HookRunOf, AsksAboutOneWindow) {
  const auto done =
      run(Point::kChatOnDelta,
          R"({"current":{"role":"assistant","content":"a sec"},"stream":{"released":"","window_seq":1}})");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->passed);
  EXPECT_EQ(done->asked.answer.text, "a ");
  EXPECT_EQ(done->asked.answer.held_bytes, 3U);
}

TEST_F(HookRunOf, RefusesAHookThatIsNotDeclaredAndAConfigurationThatDoesNotFit) {
  EXPECT_THAT(run(Point::kSessionStart, "{}").error().message, HasSubstr("does not declare session:start"));
  const auto wrong = run(Point::kChatBeforeAi, R"({"config":{"level":0}})");
  ASSERT_FALSE(wrong);
  ASSERT_FALSE(wrong.error().fields.empty());
  EXPECT_EQ(wrong.error().fields[0].path, "config.level");
}

TEST_F(HookRunOf, NarrowsTheTimeLimit) {
  const auto done = run(Point::kChatBeforeAi, R"({"current":{"role":"user","content":"a"},"deadline_ms":250})");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->asked.limit, std::chrono::milliseconds(250));
}

TEST(Words, AreWhatAGatewayMaySend) {
  EXPECT_EQ(words_of("a  b\nc"), (std::vector<std::string>{"a  ", "b\n", "c"}));
  EXPECT_TRUE(words_of("").empty());
  EXPECT_EQ(words_of(" x"), (std::vector<std::string>{" ", "x"}));
}

}  // namespace
}  // namespace rapt::author
