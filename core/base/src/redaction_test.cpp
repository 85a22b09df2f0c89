// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/redaction.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rapt::redaction {
namespace {

TEST(Redaction, TakesOutTheSecretsOfTheirOwnerAlone) {
  keep_out("one", "hunter2-hunter2");
  EXPECT_EQ(scrubbed("one", "got hunter2-hunter2, hunter2-hunter2!"), "got [secret], [secret]!");
  EXPECT_EQ(scrubbed("two", "got hunter2-hunter2"), "got hunter2-hunter2");
  EXPECT_EQ(scrubbed("one", "hunter2"), "hunter2");
}

TEST(Redaction, KnowsThemInBase64) {
  keep_out("base", "open sesame");
  EXPECT_EQ(scrubbed("base", "Basic b3BlbiBzZXNhbWU="), "Basic [secret]bWU=");
}

TEST(Redaction, DoesNotTearWordsApart) {
  keep_out("short", "a");
  keep_out("short", "12345");
  keep_out("short", "");
  EXPECT_EQ(scrubbed("short", "a banana for 12345"), "a banana for 12345");
}

TEST(Redaction, KnowsTheNewestOfMany) {
  for (int i = 100; i < 170; ++i) keep_out("many", "secret-" + std::to_string(i));
  EXPECT_EQ(scrubbed("many", "secret-169 secret-106"), "[secret] [secret]");
  EXPECT_EQ(scrubbed("many", "secret-105"), "secret-105");
}

}  // namespace
}  // namespace rapt::redaction
