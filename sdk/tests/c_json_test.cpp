// SPDX-License-Identifier: Apache-2.0
// The help for modules in C: it reads what hosts give, and bears what strangers send.
#include <gtest/gtest.h>
#include <rapt/c/json.h>

#include <random>
#include <string>
#include <vector>

#include <rapt/json.hpp>
#include <rapt/testkit.hpp>

namespace {

rapt_text text_of(const std::string& text) {
  return {text.data(), text.size()};
}
std::string string_of(rapt_text text) {
  return text.data == nullptr ? "(absent)" : std::string(text.data, text.size);
}
std::string decoded(const std::string& value) {
  rapt_buffer out = RAPT_BUFFER;
  rapt_put(&out, "-");
  const bool good = rapt_put_decoded(&out, text_of(value)) != 0;
  const auto text = string_of(rapt_buffer_text(&out)).substr(1);
  rapt_buffer_free(&out);
  return good ? text : "(none)" + text;
}
template <class Put>
std::string put(Put what) {
  rapt_buffer out = RAPT_BUFFER;
  what(&out);
  const auto text = string_of(rapt_buffer_text(&out));
  rapt_buffer_free(&out);
  return text;
}

TEST(CJson, FindsMembersAndItems) {
  const std::string all =
      R"( {"a" : {"b":[ 1 , "x,]}\"", {"c": null} ,[]], "a": 2}, "a": 3, "empty": {}, "last":true} )";
  const auto list = rapt_json_get(rapt_json_get(text_of(all), "a"), "b");
  EXPECT_EQ(string_of(rapt_json_at(list, 0)), "1");
  EXPECT_EQ(string_of(rapt_json_at(list, 1)), R"("x,]}\"")");
  EXPECT_EQ(string_of(rapt_json_get(rapt_json_at(list, 2), "c")), "null");
  EXPECT_EQ(string_of(rapt_json_at(list, 3)), "[]");
  EXPECT_EQ(string_of(rapt_json_at(list, 4)), "(absent)");
  EXPECT_EQ(string_of(rapt_json_get(text_of(all), "last")), "true");
  for (const char* key : {"", "b", "a\"", "las"})
    EXPECT_EQ(string_of(rapt_json_get(text_of(all), key)), "(absent)") << key;
  EXPECT_EQ(string_of(rapt_json_get(list, "c")), "(absent)");
  EXPECT_EQ(string_of(rapt_json_get(rapt_no_text(), "c")), "(absent)");
}

TEST(CJson, ReadsWholeNumbers) {
  const auto integer = [](const std::string& text) { return rapt_json_integer(text_of(text), -7); };
  EXPECT_EQ(integer("0"), 0);
  EXPECT_EQ(integer("-12"), -12);
  EXPECT_EQ(integer("9007199254740992"), 9007199254740992);
  for (const char* other : {"", "-", "1.0", "1e3", "9007199254740993", "99999999999999999999999", "\"1\"", "null"})
    EXPECT_EQ(integer(other), -7) << other;
}

TEST(CJson, DecodesTexts) {
  EXPECT_EQ(decoded(R"("a\"\\\/\b\f\n\r\t")"), "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(decoded(R"("\u00e4\u20ac\ud83d\ude00\u0041")"), "ä€😀A");
  EXPECT_EQ(decoded("\"\\u0000\""), std::string(1, '\0'));
  EXPECT_EQ(decoded("\"\""), "");
  for (const char* none : {"", "\"", "a", "12", R"("a"b")", R"("ab"")", R"("\")", R"("\x")", R"("\u12")", R"("\ud800")",
                           R"("\ud800\u0041")", R"("\udc00")", "\"\n\"", R"("\u00g0")"})
    EXPECT_EQ(decoded(none), "(none)") << none;
}

TEST(CJson, Writes) {
  EXPECT_EQ(put([](rapt_buffer* out) { rapt_put_integer(out, INT64_MIN); }), "-9223372036854775808");
  EXPECT_EQ(put([](rapt_buffer* out) { rapt_put_integer(out, 0); }), "0");
  EXPECT_EQ(put([](rapt_buffer* out) { rapt_put_percent(out, rapt_text_of("aZ0-._~ &=+%/ä")); }),
            "aZ0-._~%20%26%3D%2B%25%2F%C3%A4");
  const std::string odd = std::string("\"\\\n\x01ä", 6) + std::string(1, '\0') + std::string(5000, 'x');
  const auto quoted = put([&](rapt_buffer* out) { rapt_put_quoted(out, text_of(odd)); });
  EXPECT_EQ(decoded(quoted), odd);
  EXPECT_TRUE(rapt_json_check(text_of(quoted)));
}

TEST(CJson, SaysOnceThatMemoryWasShort) {
  rapt_buffer out = RAPT_BUFFER;
  rapt_put(&out, "a");
  EXPECT_FALSE(rapt_buffer_grow(&out, SIZE_MAX / 2 + 1));
  rapt_put(&out, "b");
  EXPECT_EQ(rapt_buffer_text(&out).data, nullptr);
  rapt_buffer_free(&out);
}

TEST(CJson, KnowsJsonFromOther) {
  for (const char* yes : {"0", "-0.5e+10", " [1 , {\"a\":[]} ] ", "\"\\ud83d\\ude00\"", "null", "{}", "[true,false]"})
    EXPECT_TRUE(rapt_json_check(text_of(yes))) << yes;
  for (const char* no : {"",   "{",     "[1,]", "{\"a\":1,}", "01",        "1.",          "1.e3",      "+1",
                         ".5", "-",     "nul",  "\"\n\"",     "\"\\x\"",   "\"\\ud800\"", "\"\\u12\"", "1 2",
                         "\"", "{a:1}", "'a'",  "[1 2]",      "{\"a\" 1}", "truefalse"})
    EXPECT_FALSE(rapt_json_check(text_of(no))) << no;
  EXPECT_TRUE(rapt_json_check(text_of(std::string(32, '[') + std::string(32, ']'))));
  EXPECT_FALSE(rapt_json_check(text_of(std::string(100000, '['))));
}

// Exactly as long as its text, so that a sanitizer sees every byte too far.
struct Exact {
  explicit Exact(const std::string& text) : bytes(text.begin(), text.end()) { bytes.shrink_to_fit(); }
  [[nodiscard]] rapt_text text() const { return {bytes.data(), bytes.size()}; }
  std::vector<char> bytes;
};

TEST(CJson, AgreesWithTheReaderInCppAboutAnything) {
  constexpr std::string_view kBytes = "{}[]\":,\\ue0123456789.-+ tfnalrs\n\xC3\xA4";
  const std::string seed = R"({"a": [1, "b\u00e4\ud83d\ude00", {"c": null}, -2.5e3], "d": true})";
  std::mt19937 random(20);
  for (int i = 0; i < 200000; ++i) {
    std::string text = seed;
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
      if (random() % 8 == 0) text.resize(1 + random() % text.size());
    }
    const Exact exact(text);
    const auto value = rapt::json::parse(text);
    const bool good = rapt_json_check(exact.text()) != 0;
    if (value) {
      EXPECT_TRUE(good) << text;
    }
    // What the other refuses beyond this one: a key that comes twice, and numbers beyond a double.
    if (good && !value) {
      EXPECT_TRUE(rapt::testkit::is_json(text)) << text;
    }
    const auto item = rapt_json_at(rapt_json_get(exact.text(), "a"), 1);
    rapt_buffer out = RAPT_BUFFER;
    const bool read = rapt_put_decoded(&out, item) != 0;
    if (value && read && value->get("a").list().size() > 1) {
      EXPECT_EQ(string_of(rapt_buffer_text(&out)), value->get("a").list()[1].text()) << text;
    }
    rapt_buffer_free(&out);
  }
}

}  // namespace
