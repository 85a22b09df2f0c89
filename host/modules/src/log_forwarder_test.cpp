// SPDX-License-Identifier: AGPL-3.0-or-later
#include "log_forwarder.hpp"

#include <gtest/gtest.h>

#include "rapt/base/redaction.hpp"

namespace rapt::host {
namespace {

TEST(LogForwarder, KeepsNoLineWithASecretOfTheModule) {
  redaction::keep_out("leaky", "tell-nobody-of-this");
  const auto lines = std::make_shared<LineBuffer>();
  LogForwarder leaky("leaky", lines), other("other", lines);
  leaky.complain("The server said tell-nobody-of-this\x1b.", std::chrono::steady_clock::now());
  other.complain("Nothing to hide.", std::chrono::steady_clock::now());
  const auto kept = lines->take();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].text, "The server said [secret]\\x1b.");
  EXPECT_EQ(kept[1].text, "Nothing to hide.");
}

}  // namespace
}  // namespace rapt::host
