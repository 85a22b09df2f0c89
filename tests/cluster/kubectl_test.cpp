// SPDX-License-Identifier: AGPL-3.0-or-later
// That the server of these tests speaks the protocol: `kubectl` works with it.
#include "kubernetes_scene.hpp"
#include "rapt/process/limited_process.hpp"

namespace rapt::agent::testing {
namespace {

using ::testing::HasSubstr;

class Kubectl : public KubernetesScene {
 protected:
  std::string run(std::vector<std::string> words) {
    std::vector<std::string> line{"/usr/bin/kubectl",
                                  "--server",
                                  cluster.url(),
                                  "--certificate-authority",
                                  (cluster.folder() / "account" / "ca.crt").string(),
                                  "--token",
                                  "first-token",
                                  "--namespace",
                                  "school"};
    line.insert(line.end(), words.begin(), words.end());
    process::ProcessLimits limits;
    limits.time = std::chrono::seconds(60);
    const auto done = process::run_limited(line, {"HOME=" + cluster.folder().string(), "PATH=/usr/bin:/bin"}, limits,
                                           [] { return true; });
    if (!done) return done.error().message;
    EXPECT_EQ(done->status, 0) << done->errors;
    return done->output;
  }
};

TEST_F(Kubectl, WorksWithTheServerOfTheseTests) {
  if (!std::filesystem::exists("/usr/bin/kubectl")) GTEST_SKIP() << "kubectl is not installed";
  EXPECT_THAT(run({"get", "deployments"}), HasSubstr("raptscallions-worker"));
  EXPECT_THAT(run({"set", "image", "deployment/raptscallions", "raptscallions=" + kNew}), HasSubstr("image updated"));
  EXPECT_THAT(run({"rollout", "status", "deployment/raptscallions"}), HasSubstr("successfully rolled out"));
  EXPECT_EQ(image(0), kNew);
  run({"patch", "deployment", "raptscallions", "-p",
       R"({"metadata":{"annotations":{"raptscallions.org/version":"1.1.0"}}})"});
  EXPECT_EQ(running(), "1.1.0");
  const std::string pods = run({"get", "pods", "--selector", "app=raptscallions", "-o", "name"});
  EXPECT_THAT(run({"logs", pods.substr(0, pods.find('\n'))}), HasSubstr("DATABASE_URL"));
}

TEST_F(Kubectl, SeesWhatTheAgentHasDone) {
  if (!std::filesystem::exists("/usr/bin/kubectl")) GTEST_SKIP() << "kubectl is not installed";
  expect_ending(apply(), Ending::kUpdated, {});
  EXPECT_THAT(run({"rollout", "status", "deployment/raptscallions"}), HasSubstr("successfully rolled out"));
  EXPECT_THAT(run({"get", "deployment", "raptscallions", "-o", "jsonpath={.spec.template.spec.containers[*].image}"}),
              HasSubstr(kNew));
  EXPECT_THAT(run({"get", "jobs", "-o", "name"}), HasSubstr("job.batch/raptscallions-migrate-1-1-0"));
}

}  // namespace
}  // namespace rapt::agent::testing
