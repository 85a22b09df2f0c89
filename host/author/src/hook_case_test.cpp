// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/hook_case.hpp"

#include <gmock/gmock.h>

namespace rapt::author {
namespace {

using hooks::Point;
using ::testing::ElementsAre;

std::vector<std::string> faulty_paths(std::string_view json, Point point = Point::kChatAfterAi) {
  const auto read = read_hook_case(json, point);
  std::vector<std::string> paths;
  if (read) return paths;
  for (const auto& field : read.error().fields) paths.push_back(field.path);
  return paths;
}

TEST(HookCase, ReadsEverythingThatAContextHas) {
  const auto read = read_hook_case(R"({"hook":"chat:before_ai","tool":{"id":"t","name":"T","type":"chat","version":"2",
    "behavior":"b","subject":"s"},"user":{"id":"u","role":"student"},"group":{"id":"g","name":"G"},
    "session":{"id":"s","state":"active","age_ms":1000},"messages":[{"role":"user","content":"a"},
    {"role":"assistant","content":"b","seq":7,"created_at_ms":5}],"current":{"role":"user","content":"c"},
    "config":{"a":[1]},"locale":"de","now_ms":1,"deadline_ms":50,"input":{"x":1},"output":[2],"run":{"id":"r"}})",
                                   Point::kChatBeforeAi);
  ASSERT_TRUE(read) << read.error().message;
  const auto& context = read->context;
  EXPECT_EQ(context.tool.subject, "s");
  EXPECT_EQ(context.group.name, "G");
  ASSERT_EQ(context.messages.size(), 2U);
  EXPECT_EQ(context.messages[0].seq, 1);
  EXPECT_EQ(context.messages[1].seq, 7);
  EXPECT_EQ(context.current->seq, 8);
  EXPECT_EQ(context.current->content, "c");
  EXPECT_EQ(context.input_json, R"({"x":1})");
  EXPECT_EQ(context.output_json, "[2]");
  EXPECT_EQ(context.locale, "de");
  EXPECT_EQ(read->config_json, R"({"a":[1]})");
  EXPECT_EQ(read->deadline, std::chrono::milliseconds(50));
  EXPECT_FALSE(context.stream);
}

TEST(HookCase, TakesAnEmptyContext) {
  const auto read = read_hook_case("{}", Point::kSessionStart);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->context.current);
  EXPECT_TRUE(read_hook_case(R"({"current":{},"tool":{}})", Point::kSessionStart));
}

TEST(HookCase, NamesEveryFaultWithItsPath) {
  EXPECT_THAT(faulty_paths(R"({"hook":"chat:on_message","oops":1,"tool":{"type":"game","id":3},"session":{"state":"x"},
    "messages":[1,{"role":"user"},{"role":"u","content":"a\u0000","seq":-1}],"current":{"role":"system","content":""},
    "stream":{},"config":[],"deadline_ms":0,"locale":false})"),
              ElementsAre("oops", "hook", "tool.id", "tool.type", "session.id", "messages[0]", "messages[1].content",
                          "messages[2].role", "messages[2].content", "messages[2].seq", "current.role", "stream",
                          "config", "locale", "deadline_ms"));
  EXPECT_THAT(faulty_paths(R"({"messages":{}})"), ElementsAre("messages"));
  EXPECT_THAT(faulty_paths(R"({"deadline_ms":18446744073709551615})"), ElementsAre("deadline_ms"));
  EXPECT_THAT(faulty_paths("{}", Point::kChatOnDelta), ElementsAre("current"));
}

TEST(HookCase, SaysWhereAFileIsNoJson) {
  const auto message = [](std::string_view text) { return read_hook_case(text, Point::kChatAfterAi).error().message; };
  EXPECT_THAT(message("{\n\"a\":\n}"), ::testing::HasSubstr("line 3"));
  EXPECT_THAT(message("\"\xff\""), ::testing::HasSubstr("UTF-8"));
  EXPECT_THAT(message("[]"), ::testing::HasSubstr("object"));
  EXPECT_THAT(message(std::string(70, '[') + std::string(70, ']')), ::testing::HasSubstr("64 levels"));
  EXPECT_THAT(message(std::string(kMaxCaseBytes + 1, ' ')), ::testing::HasSubstr("4 MiB"));
}

TEST(HookCase, ReadsOneWindowOfAStream) {
  const auto read = read_hook_case(
      R"({"current":{"role":"assistant","content":"w"},"stream":{"released":"r","window_seq":3,"last":true}})",
      Point::kChatOnDelta);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->context.stream->released, "r");
  EXPECT_EQ(read->context.stream->window_seq, 3);
  EXPECT_TRUE(read->context.stream->last);
}

TEST(Config, IsAnObject) {
  EXPECT_EQ(read_config(R"({ "a": 1 })").value(), R"({"a":1})");
  EXPECT_FALSE(read_config("[]"));
  EXPECT_FALSE(read_config("{"));
}

}  // namespace
}  // namespace rapt::author
