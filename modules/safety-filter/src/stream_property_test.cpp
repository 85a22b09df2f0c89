// SPDX-License-Identifier: AGPL-3.0-or-later
// Whatever the text and however it is cut: what is streamed is what the whole text, filtered at once, would be.
//   RAPT_TEST_SEED=7 RAPT_TEST_ROUNDS=100000 safety_filter_tests --gtest_filter=*IsTheWhole*
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include <rapt/testkit.hpp>

#include "config.hpp"

namespace safety {
namespace {

using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Stream;

constexpr const char* kStreamWords =
    R"({"block_words": ["stupid", "answer key", "so long and thanks", "dämlich"], "block_message": "No."})";

Scene stream_configured(const std::string& config) {
  Scene scene;
  scene.config = config;
  return scene;
}

/// Texts of everything that the scanners, the barriers and the list of words know.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::string text() {
    std::string out;
    const auto parts = 1 + below(60);
    const bool with_blocked = below(4) == 0;
    for (std::size_t i = 0; i < parts; ++i) {
      const auto kind = below(10);
      if (kind < 5) {
        out += pick(kProse);
      } else if (kind < 7) {
        out += pick(kPersonal);
      } else if (kind < 9 || !with_blocked) {
        out += pick(kPieces);
      } else {
        out += pick(kBlocked);
      }
      out += below(4) > 0 ? " " : pick(kSeparators);
    }
    return out;
  }

 private:
  using List = std::vector<std::string>;
  const std::string& pick(const List& list) { return list[below(list.size())]; }

  static inline const List kProse = {
      "look at the tree",
      "and then we",
      "what is",
      "call me",
      "my number is",
      "the population was",
      "equation",
      "plus",
      "is prime",
      "a",
      "I",
      "it",
      "solve",
      "so",
      "let us go on with the next part of the problem",
      "email",
      "address is",
      "which is a long and quiet sentence that says nothing about anybody at all, and goes on for quite a while",
      "visa",
      "ssn",
      "x = 5",
      "3x + 5 = 20",
      "text",
      "answer",
      "thanks",
      "one of the",
      "double",
      "at",
      "dot",
      "com",
      "long and",
      "für die Übung",
      "цена о пяти",
      "我们一起来看看这个方程",
      "この方程式を一緒に見てみましょう。まず両辺から五を引くとどうなりますかと先生が静かに聞きました。それから生徒が答"
      "えました"};
  static inline const List kPersonal = {"415-555-0132",
                                        "(415) 555-0132",
                                        "4155550132",
                                        "+44 20 7946 0958",
                                        "020 7946 0958",
                                        "555-0132",
                                        "5550132",
                                        "four one five five five five oh one three two",
                                        "triple five oh one three two",
                                        "4111 1111 1111 1111",
                                        "5555555555554444",
                                        "219-09-9999",
                                        "219 09 9999",
                                        "219099999",
                                        "sam.lee@example.com",
                                        "sam at gmail dot com",
                                        "sam dot lee at gmail dot com",
                                        "sam @ gmail.com",
                                        "sam (at) example (dot) org",
                                        "sam@gmail . com",
                                        "josé@correo.es",
                                        "jake07 AT yahoo DOT com",
                                        "４１５-５５５-０１３２",
                                        "look at khanacademy dot com",
                                        "2147483647",
                                        "3.14159265358979"};
  static inline const List kPieces = {
      "4",
      "15",
      "555",
      "0132",
      "five",
      "oh",
      "@",
      "@x.org",
      "gmail.com",
      ".com",
      "(at)",
      "[dot]",
      "f(415)",
      "+1",
      "+",
      "(",
      ")",
      "sam",
      "underscore",
      "x5",
      "5x",
      "[email removed]",
      "[phone number removed]",
      "[",
      "s",
      "t",
      "u p",
      "i d",
      "\xE2\x80\x8B",
      "\xC2\xAD",
      "\xC2\xA0",
      "five\xE2\x80\x8B",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本",
      "1 2 3 4",
      "0.5",
      "$5"};
  static inline const List kBlocked = {"stupid",
                                       "STUP1D",
                                       "s t u p i d",
                                       "s.t.u.p.i.d",
                                       "stup!d",
                                       "stuuupid",
                                       "answer key",
                                       "answer, KEY",
                                       "so long and thanks",
                                       "dämlich",
                                       "stu\xE2\x80\x8Bpid",
                                       "damlich"};
  static inline const List kSeparators = {"",    "",  "\n", ", ", ". ", "! ", "? ", ": ",  "; ", "-",
                                          " - ", "/", "**", "\t", "  ", "…",  "，", "。",  "、", "\"",
                                          "'",   "_", "=",  " (", ") ", ".",  ",",  " -- "};
  std::mt19937_64 random_;
};

struct Outcome {
  std::string out;
  bool blocked = false;
  Counts counts{};
};

/// The same text, cut in a way that `writer` chooses.
Outcome stream_somehow(Module& module, Writer& writer, const std::string& text, const std::string& config) {
  const auto cut = static_cast<Stream::Cut>(writer.below(3));
  Stream stream(module, stream_configured(config), cut, 16 + writer.below(200));
  const auto longest = std::size_t{1} << writer.below(8);
  Outcome result;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = 1 + writer.below(longest);
    result.out += stream.push(text.substr(at, size));
    at += size;
  }
  result.out += stream.finish();
  result.blocked = stream.block_reason().has_value();
  for (const auto& finding : stream.findings()) {
    for (std::size_t i = 0; i < kKinds; ++i) {
      const auto key = "\"" + std::string(kKindNames[i]) + "\":";
      const auto at = finding.json.find(key);
      if (at != std::string::npos) result.counts[i] += std::stoul(finding.json.substr(at + key.size()));
    }
  }
  return result;
}

/// Where the first blocked phrase of the text is whole, or the sign behind it: the x shows what would go on.
std::size_t first_blocked_end(const PhraseSet& blocked, const std::string& text) {
  std::size_t low = 0, high = text.size();
  while (low < high) {
    const auto middle = (low + high) / 2;
    (blocked.find(text.substr(0, middle) + "x").empty() ? low = middle + 1 : high = middle);
  }
  return low;
}

TEST(Streaming, IsTheWholeTextFilteredAtOnceHoweverItIsCut) {
  const char* given = std::getenv("RAPT_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  const char* rounds = std::getenv("RAPT_TEST_ROUNDS");
  const long count = rounds != nullptr ? std::atol(rounds) : 4000;
  std::cout << "RAPT_TEST_SEED=" << seed << "\n";
  RecordProperty("seed", std::to_string(seed));
  const auto config = parse_config(kStreamWords);
  Module module;
  int blocked = 0, masked = 0;
  for (long round = 0; round < count; ++round) {
    Writer writer(seed + static_cast<std::uint64_t>(round));
    const auto text = writer.text();
    Counts counts{};
    const auto whole = mask(text, config.rules, counts);
    const bool stops = !config.blocked.find(text).empty();
    const auto result = stream_somehow(module, writer, text, kStreamWords);
    const auto what =
        "RAPT_TEST_SEED=" + std::to_string(seed + static_cast<std::uint64_t>(round)) + " RAPT_TEST_ROUNDS=1\n" + text;
    ASSERT_EQ(result.blocked, stops) << what;
    if (stops) {
      ASSERT_TRUE(whole.starts_with(result.out)) << what << "\n" << result.out;
      Counts ignored{};
      const auto until = text.substr(0, first_blocked_end(config.blocked, text));
      ASSERT_LT(result.out.size(), mask(until, config.rules, ignored).size()) << what << "\n" << result.out;
      ++blocked;
    } else {
      ASSERT_EQ(result.out, whole) << what;
      ASSERT_EQ(result.counts, counts) << what;
      masked += counts != Counts{} ? 1 : 0;
    }
  }
  if (count >= 1000) {
    EXPECT_GT(blocked, count / 20);
    EXPECT_GT(masked, count / 4);
  }
}

}  // namespace
}  // namespace safety
