// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers as they are written: what reaches the reader is what the whole answer, filtered at once, would be.
#include <gtest/gtest.h>
#include <rapt/stream.h>

#include <cstdlib>
#include <random>

#include <rapt/testkit.hpp>

#include "config.hpp"

namespace safety {
namespace {

using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Stream;

constexpr const char* kWords =
    R"({"block_words": ["stupid", "answer key", "so long and thanks", "dämlich"], "block_message": "No."})";

Scene configured(const std::string& config) {
  Scene scene;
  scene.config = config;
  return scene;
}

/// One byte at a time shows most; the kit keeps characters whole, as a host does.
std::string streamed(const std::string& text, std::size_t piece, const std::string& config = "{}") {
  Module module;
  Stream stream(module, configured(config), Stream::Cut::kToken);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) out += stream.push(text.substr(at, piece));
  return out + stream.finish();
}

TEST(Streaming, OrdinaryProseFlows) {
  const std::string prose =
      "Good question. Let us look at the equation together, step by step: what would you have to do to both sides so "
      "that "
      "the seven goes away? Think about the opposite of adding. When you have found one, write down what is left, and "
      "check it by putting your number back into the first line.\nThen we go on to the next one.";
  for (const auto* config : {"{}", kWords}) {
    Module module;
    Stream stream(module, configured(config), Stream::Cut::kToken);
    std::string out;
    std::size_t most = 0;
    for (std::size_t i = 0; i < prose.size(); ++i) {
      out += stream.push(prose.substr(i, 1));
      EXPECT_TRUE(prose.starts_with(out)) << out;
      most = std::max(most, i + 1 - out.size());
    }
    EXPECT_LE(most, 40u) << "bytes held back";
    EXPECT_EQ(out + stream.finish(), prose);
  }
}

TEST(Streaming, OtherScriptsFlowToo) {
  for (const std::string unit :
       {"Давайте посмотрим на это уравнение вместе. ", "我们一起来看看这个方程，好吗？",
        "この方程式を一緒に見てみましょう。まず両辺から五を引くとどうなりますか。", "לחץ על הכפתור כדי להמשיך. "}) {
    std::string text;
    while (text.size() < 4000) text += unit;
    Module module;
    Stream stream(module, configured(kWords), Stream::Cut::kToken);
    std::string out;
    std::size_t most = 0, pushed = 0;
    for (const char c : text) {
      out += stream.push(std::string(1, c));
      most = std::max(most, ++pushed - out.size());
    }
    EXPECT_LE(most, 300u) << unit;
    EXPECT_EQ(out + stream.finish(), text);
  }
}

TEST(Streaming, NothingOfWhatIsMaskedIsShownWhereverTheCutsLie) {
  const std::string text =
      "You can call me, if you like, at 415-555-0132 or write to sam dot lee at gmail dot com. My number is the one "
      "that "
      "I gave you, and my card is 4111 1111 1111 1111, so there we are, and now let us go on with the first problem.";
  Counts counts{};
  const auto whole = mask(text, Rules{}, counts);
  ASSERT_EQ(counts, (Counts{1, 1, 1, 0}));
  for (std::size_t piece = 1; piece < text.size(); ++piece) EXPECT_EQ(streamed(text, piece), whole) << piece;
}

TEST(Streaming, ABlockedPhraseEndsTheAnswerBeforeItsFirstWord) {
  Module module;
  for (const std::string phrase : {"Answer   KEY", "s t u p i d", "stup!d", "so long, and thanks"}) {
    Stream stream(module, configured(kWords), Stream::Cut::kToken);
    std::string out;
    for (const char c : "Well, you know that the " + phrase + " is here, my friend.")
      out += stream.push(std::string(1, c));
    out += stream.finish();
    EXPECT_EQ(stream.block_reason(), "No.") << phrase;
    EXPECT_TRUE(std::string("Well, you know that the ").starts_with(out)) << out;
    EXPECT_GT(out.size(), 10u);
    ASSERT_EQ(stream.findings().size(), 1u);
    EXPECT_EQ(stream.findings()[0].json, R"({"direction":"from_ai","words":1})");
  }
}

TEST(Streaming, WhatNeverComesToACutIsStopped) {
  Module module;
  Stream stream(module, Scene{}, Stream::Cut::kToken);
  std::string out;
  for (std::size_t size = 0; size <= RAPT_STREAM_MAX_HELD && !stream.block_reason(); size += 1000)
    out += stream.push(std::string(1000, '7'));
  EXPECT_TRUE(stream.block_reason());
  EXPECT_EQ(out, "");
}

TEST(Streaming, ManyMasksStayWithinTheFindingsThatAHostTakes) {
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += "Write to sam" + std::to_string(i) +
            "@example.org, who knows more about the things that we have been talking about for all of this long day.\n";
  Module module;
  Stream stream(module, Scene{}, Stream::Cut::kToken);
  for (std::size_t at = 0; at < text.size(); at += 64) stream.push(text.substr(at, 64));
  stream.finish();
  EXPECT_LE(stream.findings().size(), 256u);
  std::size_t masked = 0;
  for (const auto& finding : stream.findings())
    masked += std::stoul(finding.json.substr(finding.json.find("email\":") + 7));
  EXPECT_EQ(masked, 400u);
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
  Stream stream(module, configured(config), cut, 16 + writer.below(200));
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
  const auto config = parse_config(kWords);
  Module module;
  int blocked = 0, masked = 0;
  for (long round = 0; round < count; ++round) {
    Writer writer(seed + static_cast<std::uint64_t>(round));
    const auto text = writer.text();
    Counts counts{};
    const auto whole = mask(text, config.rules, counts);
    const bool stops = !config.blocked.find(text).empty();
    const auto result = stream_somehow(module, writer, text, kWords);
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
