// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <rapt/testkit.hpp>

using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Stream;

TEST(PhraseMask, TheSamePassesHoweverTheAnswerIsCut) {
  const std::string text = "The answer key. An answer, answer keanswer key and an answer ke";
  const std::string wanted = "The [removed]. An answer, answer ke[removed] and an answer ke";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Module module;
    Stream stream(module, Scene{}, Stream::Cut::kToken);
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece) out += stream.push(text.substr(at, piece));
    EXPECT_EQ(out + stream.finish(), wanted) << piece;
  }
}
