// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_expiration.py and test_delegated_expiration.py.
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

class Expiration : public Scene {
 protected:
  void SetUp() override { ASSERT_TRUE(init()); }
};

TEST_F(Expiration, OfTheRootIsNoticedAfterItWasStored) {
  ASSERT_TRUE(refreshes());
  repository.publish({"root"});
  ASSERT_TRUE(refreshes());
  repository["root"]["expires"] = repository.in_days(-1);
  repository.publish({"root"});
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_NE(refused().find("\"root\" has expired at 2029-12-31"), std::string::npos);
  EXPECT_EQ(trusted(), (std::map<std::string, int>{{"root", 3}, {"snapshot", 1}, {"targets", 1}, {"timestamp", 1}}));
  // An expired root still leads to its successor.
  repository["root"]["expires"] = repository.in_days(9);
  repository.publish({"root"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("root"), 4);
}

TEST_F(Expiration, OfTheTimestampIsAFreeze) {
  ASSERT_TRUE(refreshes());
  repository["timestamp"]["expires"] = repository.in_days(-5);
  repository.publish({"timestamp"});
  EXPECT_NE(refused().find("somebody holds its news back"), std::string::npos);
  EXPECT_EQ(version("timestamp"), 1);
}

TEST_F(Expiration, OfTheSnapshotIsRefused) {
  ASSERT_TRUE(refreshes());
  repository["snapshot"]["expires"] = repository.in_days(-5);
  repository.publish({"snapshot", "timestamp"});
  EXPECT_NE(refused().find("\"snapshot\" has expired"), std::string::npos);
  EXPECT_EQ(version("snapshot"), 1);
}

TEST_F(Expiration, OfTheTargetsIsRefused) {
  ASSERT_TRUE(refreshes());
  repository["targets"]["expires"] = repository.in_days(-5);
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_NE(refused().find("\"targets\" has expired"), std::string::npos);
  EXPECT_EQ(version("targets"), 1);
}

TEST_F(Expiration, OfLocalDocumentsIsNoFaultBeforeNewOnesCame) {
  repository["timestamp"]["expires"] = repository.in_days(7);
  repository["snapshot"]["expires"] = repository.in_days(7);
  repository.publish({"snapshot", "timestamp"});
  ASSERT_TRUE(refreshes());
  repository["timestamp"]["expires"] = repository.in_days(21);
  repository["snapshot"]["expires"] = repository.in_days(21);
  repository.publish({"targets", "snapshot", "timestamp"});
  clock.advance(18 * kDay);
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("timestamp"), 3);
  EXPECT_EQ(version("snapshot"), 3);
  EXPECT_EQ(version("targets"), 2);
}

TEST_F(Expiration, ExpiredLocalDocumentsStillRefuseARollback) {
  repository["timestamp"]["expires"] = repository.in_days(7);
  repository.publish({"timestamp"});
  ASSERT_TRUE(refreshes());
  clock.advance(18 * kDay);
  repository["timestamp"]["version"] = 0;
  repository["timestamp"]["expires"] = repository.in_days(7);
  repository.publish({"timestamp"});
  EXPECT_NE(refused().find("but version 2 has been seen"), std::string::npos);
}

TEST_F(Expiration, ComesWithTime) {
  ASSERT_TRUE(refreshes());
  clock.advance(29 * kDay);
  EXPECT_TRUE(refreshes());
  clock.advance(2 * kDay);
  EXPECT_FALSE(refreshes());
}

class DelegatedExpiration : public Expiration {
 protected:
  void publish_delegated(int days) {
    repository.delegate({"targets", "delegated", {"delegatedpath/*"}});
    repository["delegated"]["expires"] = repository.in_days(days);
    repository.add_target("delegated", "delegatedpath/first", "first");
    repository.add_target("delegated", "delegatedpath/second", "second");
    repository.publish({"delegated", "targets", "snapshot", "timestamp"});
  }
};

TEST_F(DelegatedExpiration, ARoleThatHasExpiredIsNotUsed) {
  publish_delegated(-1);
  EXPECT_TRUE(refreshes());
  EXPECT_NE(download("delegatedpath/first").error().message.find("\"delegated\" has expired"), std::string::npos);
  EXPECT_TRUE(downloaded.empty());
  EXPECT_EQ(trusted(), (std::map<std::string, int>{{"root", 1}, {"snapshot", 2}, {"targets", 2}, {"timestamp", 2}}));
}

TEST_F(DelegatedExpiration, ALocalRoleThatHasExpiredIsNotUsed) {
  publish_delegated(7);
  EXPECT_TRUE(downloads("delegatedpath/first"));
  clock.advance(18 * kDay);
  EXPECT_FALSE(downloads("delegatedpath/second"));
  EXPECT_EQ(downloaded.size(), 1U);
}

TEST_F(DelegatedExpiration, ALocalRoleThatHasExpiredIsReplaced) {
  publish_delegated(7);
  EXPECT_TRUE(downloads("delegatedpath/first"));
  repository["delegated"]["expires"] = repository.in_days(21);
  repository.publish({"delegated", "snapshot", "timestamp"});
  clock.advance(18 * kDay);
  EXPECT_TRUE(downloads("delegatedpath/second"));
  EXPECT_EQ(downloaded["delegatedpath/second"], "second");
}

}  // namespace
}  // namespace rapt::tuf::testing
