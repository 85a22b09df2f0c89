// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/layers.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace rapt::sandbox {
namespace {

TEST(Layers, TheWallStandsOnEveryMachineThatTheTestsRunOn) {
  const auto layers = probe_layers(RAPT_RUNNER_PATH);
  for (const char* name :
       {"seccomp", "no-new-privileges", "capabilities", "rlimits", "unprivileged-user", "death-signal"}) {
    const auto found = std::find_if(layers.begin(), layers.end(), [name](const Layer& l) { return l.name == name; });
    ASSERT_NE(found, layers.end()) << name;
    EXPECT_TRUE(found->on) << name << ": " << found->detail;
  }
}

TEST(Layers, ALayerThatIsOffSaysWhy) {
  for (const Layer& layer : probe_layers(RAPT_RUNNER_PATH)) {
    EXPECT_TRUE(layer.on || !layer.detail.empty()) << layer.name;
  }
}

TEST(Layers, AMissingRunnerIsNamedWithTheRemedy) {
  const auto layers = probe_layers("/nowhere/rapt-runner");
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_FALSE(layers[0].on);
  EXPECT_THAT(layers[0].detail, testing::HasSubstr("RAPT_RUNNER"));
}

}  // namespace
}  // namespace rapt::sandbox
