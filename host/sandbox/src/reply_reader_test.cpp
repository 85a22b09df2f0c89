// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/reply_reader.hpp"

#include <gmock/gmock.h>
#include <rapt/stream.h>

#include <cstring>
#include <memory>

namespace rapt::sandbox {
namespace {

using testing::HasSubstr;

/// A slot of the reply area (or its head) in the test's hands: first an honest reply, then one field of it corrupted.
class ReplyArea : public testing::Test {
 protected:
  static constexpr std::size_t kSize = 256u << 10;

  ReplyArea() : memory_(new (std::align_val_t{64}) unsigned char[kSize]()) { body().verdict = RAPT_CONTINUE; }
  ~ReplyArea() override { operator delete[](memory_, std::align_val_t{64}); }

  wire::ReplyBody& body() { return *reinterpret_cast<wire::ReplyBody*>(memory_); }
  wire::ReplyHeader& header() { return *reinterpret_cast<wire::ReplyHeader*>(memory_); }
  wire::Span put(const std::string& text) {
    std::memcpy(memory_ + used_, text.data(), text.size());
    const wire::Span span{static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(text.size())};
    used_ += text.size();
    return span;
  }
  void extraction(const std::string& type, const std::string& json) {
    body().extractions[body().extraction_count++] = {put(type), put(json)};
  }
  void replace_with(const std::string& text) {
    body().verdict = RAPT_REPLACE;
    body().text = put(text);
  }
  std::string lie(wire::CallNumber hook = RAPT_HOOK_CHAT_BEFORE_AI) {
    auto reply = read_reply(memory_, kSize, hook);
    return reply ? "(believed)" : reply.error().message;
  }

  unsigned char* memory_;
  std::size_t used_ = sizeof(wire::ReplyBody);
};

TEST_F(ReplyArea, AnHonestReplyIsReadWhole) {
  replace_with("caf\xC3\xA9");
  extraction("struggle-indicator", R"({"count":3})");
  body().instructions[body().instruction_count++] = put("Be kind.");
  const auto reply = read_reply(memory_, kSize, RAPT_HOOK_CHAT_BEFORE_AI);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->verdict, RAPT_REPLACE);
  EXPECT_EQ(reply->text, "caf\xC3\xA9");
  EXPECT_THAT(reply->instructions, testing::ElementsAre("Be kind."));
  EXPECT_THAT(reply->extractions, testing::ElementsAre(testing::Pair("struggle-indicator", R"({"count":3})")));
}

TEST_F(ReplyArea, AVerdictThatDoesNotExistIsALie) {
  for (const std::uint32_t verdict : {5u, 77u, 0xFFFFFFFFu}) {
    body().verdict = verdict;
    EXPECT_THAT(lie(), HasSubstr("verdict"));
  }
}

TEST_F(ReplyArea, ReplaceAndBlockNeedTheirText) {
  body().verdict = RAPT_REPLACE;
  EXPECT_THAT(lie(), HasSubstr("lacks its text"));
  body().verdict = RAPT_BLOCK;
  EXPECT_THAT(lie(), HasSubstr("lacks its text"));
  body().text = put("");
  EXPECT_THAT(lie(), HasSubstr("empty"));
}

TEST_F(ReplyArea, ATextOutsideOfTheAreaIsALie) {
  const wire::Span outside[] = {{1, 4},
                                {sizeof(wire::ReplyBody) - 1, 4},
                                {kSize, 1},
                                {kSize - 1, 2},
                                {0xFFFFFFFF, 1},
                                {0xFFFFFFF0, 0x20},
                                {sizeof(wire::ReplyBody), kSize}};
  for (const wire::Span span : outside) {
    body().verdict = RAPT_REPLACE;
    body().text = span;
    EXPECT_THAT(lie(), HasSubstr("outside")) << span.offset << " " << span.size;
  }
}

TEST_F(ReplyArea, ATextLongerThanAllowedIsALie) {
  body().verdict = RAPT_BLOCK;
  body().text = {sizeof(wire::ReplyBody), wire::kMaxReasonBytes + 1};
  EXPECT_THAT(lie(), HasSubstr("1024 are allowed"));
  body().verdict = RAPT_REPLACE;
  body().text = {sizeof(wire::ReplyBody), 0xFFFFFFFF};
  EXPECT_THAT(lie(), HasSubstr("are allowed"));
}

TEST_F(ReplyArea, InvalidUtf8IsALie) {
  replace_with("\xFF\xFE");
  EXPECT_THAT(lie(), HasSubstr("UTF-8"));
}

TEST_F(ReplyArea, CountsBeyondTheTablesAreALie) {
  body().extraction_count = wire::kMaxExtractions + 1;
  EXPECT_THAT(lie(), HasSubstr("counts more"));
  body().extraction_count = 0;
  body().instruction_count = 0xFFFFFFFF;
  EXPECT_THAT(lie(), HasSubstr("counts more"));
}

TEST_F(ReplyArea, AnExtractionMustBeJsonOfAProperType) {
  extraction("Bad Type", "1");
  EXPECT_THAT(lie(), HasSubstr("type of an extraction"));
  body().extraction_count = 0;
  extraction("fine", "{not json}");
  EXPECT_THAT(lie(), HasSubstr("not JSON"));
  body().extraction_count = 1;
  body().extractions[0].data = {kSize - 1, 100};
  EXPECT_THAT(lie(), HasSubstr("outside"));
}

TEST_F(ReplyArea, AHookThatMayNotDoItIsNotBelieved) {
  replace_with("x");
  EXPECT_THAT(lie(RAPT_HOOK_SESSION_START), HasSubstr("replaced"));
  body().verdict = RAPT_BLOCK;
  EXPECT_THAT(lie(RAPT_HOOK_RUN_COMPLETE), HasSubstr("blocked"));
  body().verdict = RAPT_CONTINUE;
  body().instructions[body().instruction_count++] = put("x");
  EXPECT_THAT(lie(RAPT_HOOK_CHAT_AFTER_AI), HasSubstr("instructed"));
}

TEST_F(ReplyArea, AProductsReplacementMustBeJson) {
  replace_with("plain words");
  EXPECT_THAT(lie(RAPT_HOOK_PRODUCT_AFTER_AI), HasSubstr("not JSON"));
}

TEST_F(ReplyArea, TheLogKeepsTheNewestLinesAndCountsTheRest) {
  ReplyReader reader(memory_);
  std::uint64_t dropped = 0;
  EXPECT_TRUE(reader.take_log(dropped).empty());
  header().log[0] = {RAPT_LOG_WARN, 5, "hello"};
  header().log_written = 1;
  auto lines = reader.take_log(dropped);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].line, "hello");
  header().log_written = 1001;
  EXPECT_EQ(reader.take_log(dropped).size(), wire::kLogSlots);
  EXPECT_EQ(dropped, 1000 - wire::kLogSlots);
}

TEST_F(ReplyArea, ALogLinesSizeAndLevelAreNotBelieved) {
  ReplyReader reader(memory_);
  std::uint64_t dropped = 0;
  header().log[0].level = 99;
  header().log[0].size = 0xFFFFFFFF;
  header().log_written = 1;
  const auto lines = reader.take_log(dropped);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].line.size(), wire::kMaxLogBytes);
  EXPECT_EQ(lines[0].level, RAPT_LOG_INFO);
}

TEST_F(ReplyArea, LastWordsOutOfRangeAreNoWords) {
  header().last_words = 3;
  EXPECT_EQ(ReplyReader(memory_).last_words().first, wire::LastWords::kNone);
  header().last_words = 1;
  header().forbidden_call = 0xFFFFFFFF;
  EXPECT_EQ(ReplyReader(memory_).last_words().first, wire::LastWords::kNone);
}

TEST_F(ReplyArea, OfAWindowAModuleMayHoldTheEndBack) {
  const Window window{.text = "caf\xC3\xA9 au lait", .last = false};
  body().held_bytes = 5;
  const auto reply = read_reply(memory_, kSize, RAPT_HOOK_CHAT_ON_DELTA, window);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->held_bytes, 5u);
}

TEST_F(ReplyArea, AReplacementOfAWindowMayBeEmpty) {
  replace_with("");
  const auto reply = read_reply(memory_, kSize, RAPT_HOOK_CHAT_ON_DELTA, {.text = "word", .last = false});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->verdict, RAPT_REPLACE);
  EXPECT_EQ(reply->text, "");
}

TEST_F(ReplyArea, HoldingWhatCannotBeHeldIsALie) {
  const std::string long_text(RAPT_STREAM_MAX_HELD + 10, 'a');
  const auto hold = [&](wire::CallNumber hook, const Window& window, std::uint32_t bytes) {
    body().held_bytes = bytes;
    return read_reply(memory_, kSize, hook, window).has_value();
  };
  EXPECT_TRUE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = "word", .last = false}, 4));
  EXPECT_FALSE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = "word", .last = false}, 5)) << "more than there is";
  EXPECT_FALSE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = "word", .last = false}, 0xFFFFFFFF)) << "more than there is";
  EXPECT_FALSE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = "word", .last = true}, 1)) << "no later window";
  EXPECT_FALSE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = "caf\xC3\xA9", .last = false}, 1)) << "half a character";
  EXPECT_TRUE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = "caf\xC3\xA9", .last = false}, 2));
  EXPECT_TRUE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = long_text, .last = false}, RAPT_STREAM_MAX_HELD));
  EXPECT_FALSE(hold(RAPT_HOOK_CHAT_ON_DELTA, {.text = long_text, .last = false}, RAPT_STREAM_MAX_HELD + 1));
  EXPECT_FALSE(hold(RAPT_HOOK_CHAT_AFTER_AI, {.text = "word", .last = false}, 1)) << "another hook";
}

}  // namespace
}  // namespace rapt::sandbox
