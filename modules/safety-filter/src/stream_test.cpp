// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers as they are written: what reaches the reader is what the whole answer, filtered at once, would be.
#include <gtest/gtest.h>
#include <rapt/stream.h>

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

}  // namespace
}  // namespace safety
