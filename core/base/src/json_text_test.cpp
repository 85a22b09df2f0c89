// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/json_text.hpp"

#include <gtest/gtest.h>

#include <random>

#include <nlohmann/json.hpp>

namespace rapt {
namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, EscapesWhatMustBeAndLeavesTheRest) {
  EXPECT_EQ(written("a \"b\" \\ / é 🦖"), "\"a \\\"b\\\" \\\\ / é 🦖\"");
  EXPECT_EQ(written(std::string("\n\t\r\b\f\0\x1f\x7f", 8)), "\"\\n\\t\\r\\b\\f\\u0000\\u001f\x7f\"");
  EXPECT_EQ(written(""), "\"\"");
}

TEST(JsonText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(written("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(written("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(written("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(JsonText, IsReadBackAsItWasWhateverTheText) {
  std::mt19937 dice(7);
  constexpr std::string_view kPieces[] = {"a",    "\"",   "\\", "\n",           "é", "漢", "🦖",
                                          "\x01", "\x7f", "/",  "\xE2\x80\xA8", " "};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto length = dice() % 40; length > 0; --length) text += kPieces[dice() % std::size(kPieces)];
    const auto json = written(text);
    EXPECT_EQ(nlohmann::json::parse(json).get<std::string>(), text);
    EXPECT_EQ(json, nlohmann::json(text).dump());
  }
}

TEST(JsonText, FindsWhatMustBeEscapedAtAnyPlaceOfALongText) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t place = 0; place < 40; ++place) {
      std::string text(40, 'a');
      text[place] = static_cast<char>(byte);
      ASSERT_EQ(written(text), nlohmann::json(text).dump()) << byte << " at " << place;
    }
  }
}

TEST(JsonText, IsAlwaysJsonWhateverTheBytes) {
  std::mt19937 dice(11);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (auto length = dice() % 40; length > 0; --length) bytes += static_cast<char>(dice() % 256);
    EXPECT_FALSE(nlohmann::json::parse(written(bytes), nullptr, false).is_discarded()) << round;
  }
}

TEST(JsonText, WritesAnObjectMemberByMember) {
  std::string out = "x";
  JsonObject object(out);
  object.text("a", "say \"b\"");
  object.number("n", -9223372036854775807 - 1);
  object.boolean("t", true);
  JsonObject inner(object.member("o"));
  inner.end();
  object.member("j") += "[1]";
  object.end();
  EXPECT_EQ(out, R"(x{"a":"say \"b\"","n":-9223372036854775808,"t":true,"o":{},"j":[1]})");
}

}  // namespace
}  // namespace rapt
