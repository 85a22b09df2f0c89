// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/request_writer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace rapt::sandbox {
namespace {

struct Area {
  explicit Area(std::size_t size) : words(size / 8), bytes(size) {}
  unsigned char* data() { return reinterpret_cast<unsigned char*>(words.data()); }
  const wire::RequestHeader& header() { return *reinterpret_cast<const wire::RequestHeader*>(words.data()); }
  std::string text(wire::Span span) { return {reinterpret_cast<const char*>(data()) + span.offset, span.size}; }
  std::vector<std::uint64_t> words;
  std::size_t bytes;
};

TEST(RequestWriter, TextsNumbersAndMessagesStandWhereTheHeaderSays) {
  Area area(64u << 10);
  RequestWriter writer(area.data(), area.bytes);
  writer.text(RAPT_FIELD_TOOL_NAME, "Algebra");
  writer.text(RAPT_FIELD_CURRENT_CONTENT, "");
  writer.number(RAPT_NUMBER_CURRENT_SEQ, 7);
  writer.reserve_messages(2);
  writer.add_message("user", "x + 1 = 4?", 1, 1000);
  writer.add_message("assistant", "What undoes + 1?", 2, 2000);
  ASSERT_TRUE(writer.fits());
  writer.finish(wire::Command::kCall, RAPT_HOOK_CHAT_BEFORE_AI, 5);

  const wire::RequestHeader& header = area.header();
  EXPECT_EQ(header.sequence.load(), 5u);
  EXPECT_EQ(area.text(header.texts[RAPT_FIELD_TOOL_NAME]), "Algebra");
  EXPECT_NE(header.texts[RAPT_FIELD_CURRENT_CONTENT].offset, 0u) << "empty is not absent";
  EXPECT_EQ(header.texts[RAPT_FIELD_RUN_ID].offset, 0u) << "absent";
  EXPECT_EQ(header.numbers[RAPT_NUMBER_CURRENT_SEQ], 7);
  EXPECT_EQ(header.numbers[RAPT_NUMBER_SESSION_AGE_MS], -1);
  ASSERT_EQ(header.message_count, 2u);
  wire::MessageEntry entry;
  std::memcpy(&entry, area.data() + header.messages_offset + sizeof entry, sizeof entry);
  EXPECT_EQ(area.text(entry.content), "What undoes + 1?");
  EXPECT_EQ(entry.seq, 2);
}

TEST(RequestWriter, ALaterRequestForgetsTheEarlierOne) {
  Area area(64u << 10);
  RequestWriter(area.data(), area.bytes).text(RAPT_FIELD_RUN_ID, "r");
  RequestWriter second(area.data(), area.bytes);
  second.finish(wire::Command::kCall, RAPT_HOOK_SESSION_START, 2);
  EXPECT_EQ(area.header().texts[RAPT_FIELD_RUN_ID].offset, 0u);
  EXPECT_EQ(area.header().message_count, 0u);
}

TEST(RequestWriter, WhatDoesNotFitIsSaid) {
  Area area(8u << 10);
  RequestWriter text(area.data(), area.bytes);
  text.text(RAPT_FIELD_CURRENT_CONTENT, std::string(area.bytes, 'x'));
  EXPECT_FALSE(text.fits());
  RequestWriter table(area.data(), area.bytes);
  table.reserve_messages(1u << 20);
  EXPECT_FALSE(table.fits());
  RequestWriter exactly(area.data(), area.bytes);
  exactly.text(RAPT_FIELD_CURRENT_CONTENT, std::string(area.bytes - sizeof(wire::RequestHeader), 'x'));
  EXPECT_TRUE(exactly.fits());
}

}  // namespace
}  // namespace rapt::sandbox
