// SPDX-License-Identifier: AGPL-3.0-or-later
// The agent is killed at a request, before or after the API server has done what it asks; the next agent ends the work.
#include <cstdlib>

#include "kubernetes_scene.hpp"

namespace rapt::agent::testing {
namespace {

using nlohmann::json;

class KubernetesKill : public KubernetesScene {
 protected:
  /// False when the update ended before that request.
  bool killed_at(const json& fault, bool good) {
    start();
    if (!good) cluster.tell("behave", {{kNew, "crash"}});
    cluster.tell("fault", fault);
    bool ended = false;
    {
      http::Client client;
      KubernetesStrategy strategy(options(), client);
      std::optional<Result<Outcome>> outcome;
      ended = run_or_kill(cluster, [&] { return apply_into(strategy, release_of("1.1.0", kNew), notes, outcome); });
    }
    cluster.tell("heal");
    if (!ended) expect_recovered(good);
    return !ended;
  }
  void expect_recovered(bool good) {
    const auto outcome = recover();
    ASSERT_TRUE(outcome) << outcome.error().message;
    const std::string version = running();
    if (!good) {
      EXPECT_EQ(version, "1.0.0");
    }
    if (*outcome) {
      EXPECT_EQ((*outcome)->version, version);
      EXPECT_NE((*outcome)->ending, Ending::kBroken) << (*outcome)->because;
    }
    expect_whole(version);
    const auto again = recover();
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again) << "there is nothing left to end";
  }
  void kill_at_each(const std::string& match, const char* how, bool good, int step) {
    int kills = 0;
    for (int at = 1;; at += step) {
      SCOPED_TRACE(std::string(how) + " at " + match + " " + std::to_string(at));
      if (!killed_at({{"match", match}, {"at", at}, {how, true}}, good)) break;
      ++kills;
    }
    EXPECT_GE(kills, 4) << "an update asks for more than that";
  }
};

constexpr const char* kWrites = "^(POST|PATCH|DELETE) ";

TEST_F(KubernetesKill, BeforeEachChangeOfAGoodUpdate) {
  kill_at_each(kWrites, "hang", true, 1);
}
TEST_F(KubernetesKill, AfterEachChangeOfAGoodUpdate) {
  kill_at_each(kWrites, "swallow", true, 1);
}
TEST_F(KubernetesKill, BeforeEachChangeOfABadUpdate) {
  kill_at_each(kWrites, "hang", false, 1);
}
TEST_F(KubernetesKill, AfterEachChangeOfABadUpdate) {
  kill_at_each(kWrites, "swallow", false, 1);
}
TEST_F(KubernetesKill, AtQuestions) {
  kill_at_each("^GET ", "hang", true, 3);
}

}  // namespace
}  // namespace rapt::agent::testing
