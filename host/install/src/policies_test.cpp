// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/install/policies.hpp"

#include "installer_fixture.hpp"

namespace rapt::install {
namespace {

using marketplace::Channel;

class PoliciesTest : public InstallerTest {
 protected:
  PoliciesTest() { EXPECT_TRUE(install(archive_of("filter", "1.2.0"))); }
  Result<ModulePolicy> change(PolicyChange change, std::optional<TimePoint> expected = std::nullopt) {
    return run_blocking(policies.change("filter", std::move(change), "anna", expected));
  }
  Result<ModulePolicy> pin(std::optional<std::string> range) {
    PolicyChange to;
    to.pin = std::move(range);
    return change(to);
  }
  void hold(const std::string& version) {
    const store::Statement kHold{"hold", "INSERT INTO module_holds VALUES ('filter', $1, 'It failed.')"};
    ASSERT_TRUE(run_blocking(database_.query(kHold, store::params(version))));
  }
  Policies policies{database_};
};

TEST_F(PoliciesTest, AreManualUntilSomebodySaysOtherwise) {
  const auto policy = run_blocking(policies.of("filter"));
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->automatic, AutoUpdate::kManual);
  EXPECT_EQ(policy->channel, Channel::kStable);
  EXPECT_EQ(policy->pin, std::nullopt);
  EXPECT_EQ(policy->updated_by, "");
}

TEST_F(PoliciesTest, ChangeWhatIsNamed) {
  PolicyChange first;
  first.automatic = AutoUpdate::kMinor;
  ASSERT_TRUE(change(first));
  PolicyChange second;
  second.channel = Channel::kBeta;
  ASSERT_TRUE(change(second));
  const auto policy = pin("^1");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->automatic, AutoUpdate::kMinor);
  EXPECT_EQ(policy->channel, Channel::kBeta);
  EXPECT_EQ(policy->pin, "^1");
  EXPECT_EQ(policy->updated_by, "anna");
  EXPECT_EQ(pin(std::nullopt)->pin, std::nullopt);
}

TEST_F(PoliciesTest, RefuseAPinThatIsNoneOrThatTheInstalledVersionIsOutsideOf) {
  EXPECT_THAT(pin("newest").error().message, HasSubstr("\"newest\" is no range of versions"));
  EXPECT_THAT(pin("^2").error().message, HasSubstr("filter 1.2.0 is installed, which is outside of ^2"));
  EXPECT_EQ(run_blocking(policies.of("filter"))->pin, std::nullopt);
}

TEST_F(PoliciesTest, RefuseAChangeOfWhatHasChangedMeanwhile) {
  const auto seen = run_blocking(policies.of("filter"))->updated_at;
  PolicyChange to;
  to.automatic = AutoUpdate::kPatch;
  const auto first = change(to, seen);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = change(to, seen);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "PRECONDITION_FAILED");
  EXPECT_TRUE(change(to, first->updated_at));
}

TEST_F(PoliciesTest, TellWhatIsHeldAndGoWithTheModule) {
  hold("1.2.1");
  hold("1.3.0");
  PolicyChange to;
  to.automatic = AutoUpdate::kPatch;
  EXPECT_THAT(change(to)->held,
              ElementsAre(::testing::Pair("1.2.1", "It failed."), ::testing::Pair("1.3.0", "It failed.")));
  EXPECT_EQ(run_blocking(policies.all())->size(), 1U);
  ASSERT_TRUE(run_blocking(installer().remove("filter")));
  EXPECT_EQ(run_blocking(policies.of("filter")).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(install(archive_of("filter", "1.2.0")));
  EXPECT_EQ(run_blocking(policies.of("filter"))->automatic, AutoUpdate::kManual);
}

TEST_F(PoliciesTest, KnowNobodyElse) {
  for (const auto* name : {"absent", "../etc", ""})
    EXPECT_EQ(run_blocking(policies.of(name)).error().kind, ErrorKind::kNotFound) << name;
}

}  // namespace
}  // namespace rapt::install
