// SPDX-License-Identifier: AGPL-3.0-or-later
#include "sse_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace rapt::gateway {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events parse(std::string_view text, std::size_t piece = std::string::npos) {
  SseParser parser;
  Events events;
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at)) {
    auto got = parser.feed(text.substr(at, piece));
    EXPECT_TRUE(got.has_value());
    for (const auto& event : *got) events.emplace_back(event.type, event.data);
  }
  return events;
}

TEST(SseParser, GivesTheSameEventsHoweverTheBytesAreCut) {
  const std::string text =
      "\xEF\xBB\xBF: hello\r\ndata: {\"a\":1}\r\n\r\nevent: ping\ndata: x\ndata:  y\n\ndata: [DONE]\r\r";
  const Events expected{{"message", "{\"a\":1}"}, {"ping", "x\n y"}, {"message", "[DONE]"}};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(parse(text, piece), expected) << piece;
}

TEST(SseParser, CommentsAndUnknownFieldsAreNoEvents) {
  EXPECT_EQ(parse(": OPENROUTER PROCESSING\n\nid: 7\nretry: 10\n\n"), Events{});
}

TEST(SseParser, FieldsWithoutColonOrValueAreEmpty) {
  EXPECT_EQ(parse("data\n\n"), (Events{{"message", ""}}));
  EXPECT_EQ(parse("data:\ndata:\n\n"), (Events{{"message", "\n"}}));
}

TEST(SseParser, AnEventWithoutItsBlankLineIsNotComplete) {
  EXPECT_EQ(parse("data: half\n"), Events{});
}

TEST(SseParser, ATypeWithoutDataDoesNotReachTheNextEvent) {
  EXPECT_EQ(parse("event: lost\n\ndata: x\n\n"), (Events{{"message", "x"}}));
}

TEST(SseParser, ALineWithoutEndIsRefusedAndStaysRefused) {
  SseParser parser;
  const std::string junk(SseParser::kMaxLineBytes, 'a');
  ASSERT_TRUE(parser.feed(junk).has_value());
  const auto failed = parser.feed("b");
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "AI_INVALID_RESPONSE");
  EXPECT_FALSE(parser.feed("\n\n").has_value());
}

TEST(SseParser, AnEventOfEndlessLinesIsRefused) {
  SseParser parser;
  const std::string line = "data: " + std::string(200'000, 'a') + "\n";
  bool refused = false;
  for (int i = 0; i < 8 && !refused; ++i) refused = !parser.feed(line).has_value();
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace rapt::gateway
