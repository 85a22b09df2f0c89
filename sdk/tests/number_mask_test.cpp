// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapt/stream.h>

#include <stdexcept>

#include <rapt/testkit.hpp>

using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Stream;

TEST(NumberMask, TheSamePassesHoweverTheAnswerIsCut) {
  const std::string text = "Call 12345678 or 1234567, not 0049301234567890. 12345678";
  const std::string wanted = "Call [hidden] or 1234567, not [hidden]. [hidden]";
  for (const auto cut : {Stream::Cut::kToken, Stream::Cut::kSentence, Stream::Cut::kSize}) {
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      Module module;
      Stream stream(module, Scene{}, cut, 16);
      std::string out;
      for (std::size_t at = 0; at < text.size(); at += piece) out += stream.push(text.substr(at, piece));
      EXPECT_EQ(out + stream.finish(), wanted) << piece;
    }
  }
}

TEST(NumberMask, ANumberIsHeldUntilItsEndIsSeen) {
  Module module;
  Stream stream(module, Scene{}, Stream::Cut::kToken);
  EXPECT_EQ(stream.push("It is 1234"), "It is ");
  EXPECT_EQ(stream.push("5678"), "");
  EXPECT_EQ(stream.push("."), "[hidden].");
}

TEST(NumberMask, AnEndlessNumberIsAFailureAndNeverShown) {
  Module module;
  Stream stream(module, Scene{}, Stream::Cut::kToken);
  EXPECT_EQ(stream.push(std::string(RAPT_STREAM_MAX_HELD, '7')), "");
  EXPECT_THROW(stream.push("7"), std::runtime_error);
}

TEST(NumberMask, AHostWithoutStreamsIsRefused) {
  EXPECT_THROW(Module(Module::Offer::abi_1_0()), std::runtime_error);
}
