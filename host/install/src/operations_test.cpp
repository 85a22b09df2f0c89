// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/install/operations.hpp"

#include "installer_fixture.hpp"

namespace rapt::install {
namespace {

const std::string kPlan(64, 'a');

class OperationsTest : public InstallerTest {
 protected:
  Result<std::string> begin(Operations& host, const std::string& who = "Ada") {
    std::vector<OperationStep> steps{{"sample", "1.0.0", Phase::kWaiting, 0, 1000}};
    return run_blocking(host.begin("install", kPlan, std::move(steps), who));
  }
  void fall_silent() {
    const auto aged = database_.transaction_blocking([](store::Transaction& tx) {
      return tx.exec_script("UPDATE module_operations SET heard_at = clock_timestamp() - interval '31 seconds'");
    });
    ASSERT_TRUE(aged) << aged.error().message;
  }
  Operations one_{database_, "one"}, two_{database_, "two"};
};

TEST_F(OperationsTest, TellsHowFarItIsAndHowItEnded) {
  const auto id = begin(one_);
  ASSERT_TRUE(id) << id.error().message;
  std::vector<OperationStep> steps{{"sample", "1.0.0", Phase::kDownloading, 500, 1000}};
  ASSERT_TRUE(run_blocking(one_.tell(*id, steps)));
  auto seen = run_blocking(two_.find(*id)).value();
  EXPECT_EQ(seen.state, "running");
  EXPECT_EQ(seen.steps.at(0).phase, Phase::kDownloading);
  EXPECT_EQ(seen.steps.at(0).bytes_done, 500U);
  EXPECT_FALSE(seen.ended_at);
  steps[0].phase = Phase::kFailed;
  ASSERT_TRUE(run_blocking(one_.end(*id, steps, "The disk is full.")));
  seen = run_blocking(two_.list()).value().at(0);
  EXPECT_EQ(seen.state, "failed");
  EXPECT_EQ(seen.error, "The disk is full.");
  EXPECT_TRUE(seen.ended_at);
}

TEST_F(OperationsTest, ASecondAdminIsToldWhoIsAtWorkAndAtWhat) {
  const auto id = begin(one_);
  ASSERT_TRUE(id);
  const auto second = begin(two_, "Bob");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("Ada is changing modules at the moment (sample 1.0.0;"));
  ASSERT_TRUE(run_blocking(one_.end(*id, {}, "")));
  EXPECT_TRUE(begin(two_, "Bob"));
}

TEST_F(OperationsTest, AHostThatFellSilentLosesItsOperation) {
  const auto id = begin(one_);
  ASSERT_TRUE(id);
  ASSERT_TRUE(run_blocking(one_.tell_alive(*id)));
  fall_silent();
  EXPECT_TRUE(begin(two_, "Bob"));
  EXPECT_THAT(run_blocking(two_.find(*id)).value().error, HasSubstr("The host one fell silent"));
  EXPECT_EQ(run_blocking(one_.tell_alive(*id)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(one_.end(*id, {}, "")).error().kind, ErrorKind::kConflict);
}

TEST_F(OperationsTest, NothingIsInstalledByOneThatWasTakenForDead) {
  const auto id = begin(one_);
  ASSERT_TRUE(id);
  InstallOptions options;
  options.operation_id = *id;
  ASSERT_TRUE(install(archive("1.0.0"), options));
  fall_silent();
  ASSERT_TRUE(run_blocking(two_.list()));
  EXPECT_THAT(refusal(archive("1.1.0"), ErrorKind::kConflict, options), HasSubstr("taken for dead"));
  EXPECT_EQ(list().at(0).version, "1.0.0");
}

TEST_F(OperationsTest, AnUnknownIdIsNotFound) {
  EXPECT_EQ(run_blocking(one_.find("nonsense")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(one_.find(new_uuid())).error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::install
