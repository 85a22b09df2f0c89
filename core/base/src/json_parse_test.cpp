// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/json_parse.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include <nlohmann/json.hpp>

namespace rapt {
namespace {

using nlohmann::json;

/// The parser's own answer, types of numbers included.
void expect_as_the_parser(const std::string& text) {
  const auto theirs = json::parse(text, nullptr, false);
  const auto ours = parse_json(text);
  ASSERT_EQ(ours.is_discarded(), theirs.is_discarded()) << text;
  if (theirs.is_discarded()) return;
  EXPECT_EQ(ours, theirs) << text;
  EXPECT_EQ(ours.type(), theirs.type()) << text;
  EXPECT_EQ(ours.dump(-1, ' ', false, json::error_handler_t::replace),
            theirs.dump(-1, ' ', false, json::error_handler_t::replace))
      << text;
}

TEST(JsonParse, ReadsWhatProgramsUsuallyWriteByItself) {
  json read;
  EXPECT_TRUE(read_plain_json(
      R"( {"a": [1, -2, 0, true, false, null, "x\n\"\\\/\b\f\r\tü\u00e9\u6f22\u0041"], "b": {}, "c": [], "d": ""} )",
      read));
  EXPECT_EQ(read["a"][6], "x\n\"\\/\b\f\r\tü\u00e9\u6f22A");
  EXPECT_TRUE(read["a"][0].is_number_unsigned());
  EXPECT_FALSE(read["a"][1].is_number_unsigned());
  EXPECT_EQ(read["a"][1], -2);
  for (const char* text : {"0.75", "-0.0", "-0", "3.141592653589793238462643", "123456789012345678.9"}) {
    EXPECT_TRUE(read_plain_json(text, read)) << text;
    EXPECT_EQ(read.dump(), json::parse(text).dump());
  }
}

TEST(JsonParse, LeavesTheRestToTheParser) {
  const std::string deep = std::string(17, '[') + std::string(17, ']');
  for (const std::string text :
       {R"({"a":1,"a":2})", "1.", "1e3", "1.5e3", "1234567890123456789", "\"\\ud83e\\udd96\"", "01", "\"\xFF\"",
        "\"a\nb\"", "", "{", "[1,]", "{} x", "\xEF\xBB\xBF{}", deep.c_str()}) {
    json read;
    EXPECT_FALSE(read_plain_json(text, read)) << text;
    expect_as_the_parser(text);
  }
}

TEST(JsonParse, ReadsNoByteBehindTheEnd) {
  const std::string text = R"({"a":"b\u0041\n","c":[-12,true,null,{"d":"e"}]})";
  json read;
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string exact(text, 0, length);
    EXPECT_FALSE(read_plain_json(exact, read)) << exact;
  }
  EXPECT_TRUE(read_plain_json(text, read));
}

/// Pieces of JSON in any order, most of them wrong, and right ones with a byte changed.
TEST(JsonParse, AnswersAsTheParserWhateverTheText) {
  std::mt19937 dice(11);
  const std::string pieces[] = {"{",      "}",  "[",       "]",       ",",   ":",    "\"a\"", "\"b\"",
                                "1",      "-0", "12.5",    "true",    "nul", "null", "false", "\"\\u",
                                "00e9\"", " ",  "\"\\n\"", "\"é漢\"", "-",   "007",  "\"",    "\\"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto length = dice() % 12; length > 0; --length) text += pieces[dice() % std::size(pieces)];
    expect_as_the_parser(text);
  }
  const std::string whole = R"({"id":"x","n":[1,-2,30000000000],"t":"a\u00e9b\\\"","o":{"p":null,"q":[true,false]}})";
  for (int round = 0; round < 20000; ++round) {
    std::string text = whole;
    text[dice() % text.size()] = static_cast<char>(dice() % 256);
    expect_as_the_parser(text);
  }
}

}  // namespace
}  // namespace rapt
