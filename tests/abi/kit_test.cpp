// SPDX-License-Identifier: AGPL-3.0-or-later
// The author's test kit against the host that it stands for: the same windows, the same idea of text, JSON and types.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include <rapt/module.hpp>
#include <rapt/testkit.hpp>

#include "rapt/sandbox/check.hpp"
#include "window_cutter.hpp"

namespace {

using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Stream;

struct Seen {
  std::vector<std::string> windows;
  std::size_t last = 0;
} seen;

struct Recorder {
  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    seen.windows.emplace_back(context.content());
    seen.last += context.last_window() ? 1 : 0;
    if (context.last_window()) reply.hold(0);
    return rapt::Verdict::kContinue;
  }
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    reply.emit(context.content(), "1");
    return rapt::Verdict::kContinue;
  }
};

std::vector<std::string> of_host(const std::string& text, std::size_t piece, rapt::hooks::Window window) {
  rapt::hooks::WindowCutter cutter(window);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    cutter.add(std::string_view(text).substr(at, piece));
    while (auto next = cutter.next()) out.push_back(std::move(*next));
  }
  out.push_back(cutter.rest());
  return out;
}

std::vector<std::string> of_kit(const std::string& text, std::size_t piece, rapt::hooks::Window window) {
  using Unit = rapt::hooks::Window::Unit;
  const auto cut = window.unit == Unit::kToken      ? Stream::Cut::kToken
                   : window.unit == Unit::kSentence ? Stream::Cut::kSentence
                                                    : Stream::Cut::kSize;
  seen = {};
  Module module;
  Stream stream(module, Scene{}, cut, window.bytes);
  for (std::size_t at = 0; at < text.size(); at += piece) stream.push(std::string_view(text).substr(at, piece));
  stream.finish();
  EXPECT_EQ(seen.last, 1U);
  return seen.windows;
}

/// Words, stops, closers and signs of several scripts in an order that the seed decides; some words have no end.
std::string random_text(unsigned seed) {
  static const std::vector<std::string> parts{
      " ", "  ", "\n", "\t",   ". ", "! ",   "?\" ", ".) ", "…", "… ", "word",
      "é", "。", "！", "世界", "😀",  "*.* ", ".",    "3.5", "'", "»",  std::string(700, 'x')};
  std::mt19937 random(seed);
  std::string out;
  for (unsigned i = 0; i < 120; ++i) out += parts[random() % parts.size()];
  return out;
}

TEST(TestKit, CutsTheWindowsOfTheHost) {
  using rapt::hooks::Window;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    auto text = random_text(seed);
    if (seed % 4 == 0) text += "\xE4\xB8";  // a character that never comes whole
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{5000}, text.size()}) {
      for (const Window window : {Window{Window::Unit::kToken, 0}, Window{Window::Unit::kSentence, 0},
                                  Window{Window::Unit::kSize, 16}, Window{Window::Unit::kSize, 300}}) {
        EXPECT_EQ(of_kit(text, piece, window), of_host(text, piece, window)) << "seed " << seed << ", piece " << piece;
      }
    }
  }
}

TEST(TestKit, ATokenOfAWholeAnswerIsCut) {
  const std::string text = random_text(1) + std::string(40000, 'y');
  const rapt::hooks::Window token{rapt::hooks::Window::Unit::kToken, 0};
  const auto windows = of_kit(text, text.size(), token);
  EXPECT_GT(windows.size(), 3U);
  EXPECT_EQ(windows, of_host(text, text.size(), token));
}

TEST(TestKit, TakesTextJsonAndTypesForWhatTheHostDoes) {
  const std::vector<std::string> texts{
      "", "a", std::string(1, '\0'), "\xC3\xA9", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80"};
  for (const auto& text : texts) EXPECT_EQ(rapt::testkit::is_utf8(text), rapt::sandbox::is_plain_text(text)) << text;
  std::vector<std::string> jsons{"1",
                                 "1e999",
                                 "1e1000",
                                 "\"\\u0000\"",
                                 "\"\\ud800\"",
                                 "\"\\ud83d\\ude00\"",
                                 "\"\\uDC00\"",
                                 "{}",
                                 "{\"a\": [1,]}",
                                 R"({"a":"\u00e9"})",
                                 "-",
                                 "tru",
                                 "[1] x",
                                 "01",
                                 "\"\\ud83dx\"",
                                 "\"\\",
                                 "1.5E+03",
                                 " [ ] "};
  for (const std::size_t depth : {63, 64, 65}) jsons.push_back(std::string(depth, '[') + std::string(depth, ']'));
  for (const std::size_t depth : {63, 64, 65}) jsons.push_back(std::string(depth, '[') + "1" + std::string(depth, ']'));
  for (const std::size_t digits : {64, 65}) jsons.push_back(std::string(digits, '9'));
  for (const auto& json : jsons)
    EXPECT_EQ(rapt::testkit::is_json(json), rapt::sandbox::is_plain_json(json, 64)) << json;
  Module module;
  for (const char* type : {"a", "a-b", "a--b", "-a", "a.", "a.b_c", "1a", "A", "", "a b", "a.-b"}) {
    Scene scene;
    scene.current = rapt::testkit::Line{"user", type};
    const bool taken = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict == RAPT_CONTINUE;
    EXPECT_EQ(taken, rapt::sandbox::is_extraction_type(type)) << type;
  }
}

}  // namespace
RAPT_MODULE(Recorder, "recorder", "1.0.0");
