// SPDX-License-Identifier: AGPL-3.0-or-later
// In which tier this runs is what it says it is: else a tier could pass by being another one.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "rapt/sandbox/layers.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

bool is_on(const char* name) {
  const auto layers = sandbox::probe_layers(RAPT_RUNNER_PATH);
  const auto found =
      std::find_if(layers.begin(), layers.end(), [name](const auto& layer) { return layer.name == name; });
  EXPECT_NE(found, layers.end()) << name;
  return found != layers.end() && found->on;
}

TEST(Tier, IsWhatItSaysItIs) {
  const char* tier = std::getenv("RAPT_TIER");
  if (tier == nullptr) GTEST_SKIP() << "RAPT_TIER is not set: this is no tier but the machine as it is";
  const std::string said = tier;
  EXPECT_EQ(geteuid() == 0, said.starts_with("root ")) << said;
  if (said.ends_with(" without")) {
    EXPECT_FALSE(is_on("user-namespace"));
    EXPECT_FALSE(is_on("empty-root"));
  }
  EXPECT_TRUE(is_on("seccomp"));
  EXPECT_TRUE(is_on("unprivileged-user"));
}

}  // namespace
}  // namespace rapt::hostile
