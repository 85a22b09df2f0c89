// SPDX-License-Identifier: Apache-2.0
// A stream filter, asked through the kit as a host would.
#include <gtest/gtest.h>

#include <stdexcept>

#include <rapt/module.hpp>
#include <rapt/testkit.hpp>

using rapt::testkit::Line;
using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Stream;

namespace {

constexpr std::string_view kSecret = "blue whale";

/// Masks a phrase, also where a window ends in the middle of it.
struct Mask {
  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    std::string text(context.content());
    if (text.find("STOP") != std::string::npos) return reply.block("Enough.");
    for (auto at = text.find(kSecret); at != std::string::npos; at = text.find(kSecret))
      text.replace(at, kSecret.size(), "[fish]");
    std::size_t held = 0;
    for (std::size_t n = 1; n < kSecret.size() && !context.last_window(); ++n) {
      if (text.ends_with(kSecret.substr(0, n))) held = n;
    }
    if (reply.can_hold() && held > 0) reply.hold(held);
    if (!reply.can_hold()) held = 0;
    return reply.replace(text.substr(0, text.size() - held));
  }
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    if (context.content() == "hold") reply.hold(1);
    if (context.content() == "json") reply.emit("context", context.json());
    return rapt::Verdict::kContinue;
  }
  void self_test() {
    if (kSecret.empty()) throw std::logic_error("nothing to mask");
  }
};

std::string streamed(std::string_view text, std::size_t piece, Stream::Cut cut, std::size_t bytes = 0) {
  Module module;
  Stream stream(module, Scene{}, cut, bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) out += stream.push(text.substr(at, piece));
  return out + stream.finish();
}

}  // namespace
RAPT_MODULE(Mask, "mask", "1.0.0");

TEST(Stream, APhraseIsMaskedHoweverTheAnswerIsCut) {
  const std::string text = "A blue whale. And a blue wha. Blüe blue whale\nblue whale blue";
  const std::string wanted = "A [fish]. And a blue wha. Blüe [fish]\n[fish] blue";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(streamed(text, piece, Stream::Cut::kToken), wanted) << piece;
    EXPECT_EQ(streamed(text, piece, Stream::Cut::kSentence), wanted) << piece;
    EXPECT_EQ(streamed(text, piece, Stream::Cut::kSize, 16), wanted) << piece;
  }
}

TEST(Stream, ABlockEndsTheAnswer) {
  Module module;
  Stream stream(module, Scene{});
  EXPECT_EQ(stream.push("One. Two "), "One. ");
  EXPECT_EQ(stream.push("STOP. Three. "), "");
  EXPECT_EQ(stream.block_reason(), "Enough.");
  EXPECT_EQ(stream.push("Four. ") + stream.finish(), "");
}

TEST(Stream, HoldingIsRefusedWhereNothingComesAfter) {
  Module module;
  Scene scene;
  scene.current = Line{"user", "hold"};
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_ERROR);
  EXPECT_NE(module.log().back().second.find("reply.hold: not allowed at this hook"), std::string::npos);
}

TEST(Stream, AHostOfAbi10OffersNoStreamAndTheModuleLives) {
  Module module(Module::Offer::abi_1_0());
  Scene scene;
  scene.current = Line{"user", "hold"};
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_ERROR);
  EXPECT_NE(module.log().back().second.find("reply.hold: the host cannot take it now"), std::string::npos);
  scene.current = Line{"user", "hi"};
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_CONTINUE);
}

TEST(Stream, AHostWithoutALogTakesNoLines) {
  Module module(Module::Offer{RAPT_ABI_MINOR, {RAPT_SERVICE_LOG_1}});
  Scene scene;
  scene.current = Line{"user", "hold"};
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_ERROR);
  EXPECT_TRUE(module.log().empty());
}

TEST(Stream, TheContextAsJsonSaysWhereTheWindowStands) {
  Scene scene;
  scene.current = Line{"user", "json"};
  Module older(Module::Offer::abi_1_0()), today;
  scene.released = "be\"fore", scene.window_seq = 3, scene.last_window = true;
  const auto met = today.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).findings.at(0).json;
  EXPECT_NE(met.find(R"("stream":{"released":"be\"fore","window_seq":3,"last":true})"), std::string::npos) << met;
  EXPECT_EQ(older.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).findings.at(0).json.find("stream"), std::string::npos);
}

TEST(Stream, AFinishedAnswerHasOneLastWindow) {
  Module module;
  Stream stream(module, Scene{});
  EXPECT_EQ(stream.push("One. "), "One. ");
  EXPECT_EQ(stream.finish() + stream.finish(), "");
  EXPECT_THROW(stream.push("more"), std::logic_error);
}

TEST(Stream, TheSelfTestIsFoundAndRun) {
  Module module;
  EXPECT_EQ(module.self_test(), RAPT_OK);
}
