// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_rollback.py.
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

class Rollback : public Scene {
 protected:
  void SetUp() override { ASSERT_TRUE(init()); }
};

TEST_F(Rollback, ASnapshotThatIsKnownIsNotAskedForAgain) {
  repository.publish({"snapshot", "timestamp"});
  ASSERT_TRUE(refreshes());
  repository.files("snapshot").back() = repository.files("snapshot").front();
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("snapshot"), 2);
  EXPECT_EQ(repository.asked().back(), Asked("timestamp", std::nullopt));
}

TEST_F(Rollback, OfTheTimestamp) {
  repository.publish({"timestamp"});
  ASSERT_TRUE(refreshes());
  repository.files("timestamp").pop_back();
  EXPECT_NE(refused().find("version 1 of its document \"timestamp\", but version 2 has been seen"), std::string::npos);
  EXPECT_EQ(version("timestamp"), 2);
  EXPECT_EQ(repository.asked().back(), Asked("timestamp", std::nullopt));
}

TEST_F(Rollback, OfTheSnapshotInTheTimestamp) {
  for (const bool hashes : {false, true}) {
    repository.hashes = hashes;
    repository.publish({"snapshot", "timestamp"});
    ASSERT_TRUE(refreshes()) << hashes;
    const auto seen = version("timestamp");
    repository["timestamp"]["meta"]["snapshot.json"]["version"] = 1;
    repository.publish({"timestamp"});
    EXPECT_NE(refused().find("version 1 of its document \"snapshot\""), std::string::npos) << hashes;
    EXPECT_EQ(version("timestamp"), seen);
    EXPECT_EQ(repository.asked().back(), Asked("timestamp", std::nullopt));
  }
}

TEST_F(Rollback, OfTheTargetsInTheSnapshot) {
  for (const bool hashes : {false, true}) {
    repository.hashes = hashes;
    repository.publish({"targets", "targets", "snapshot", "timestamp"});
    ASSERT_TRUE(refreshes()) << hashes;
    const auto snapshot = version("snapshot"), targets = version("targets");
    repository["snapshot"]["meta"]["targets.json"]["version"] = 1;
    repository.publish({"snapshot", "timestamp"});
    EXPECT_NE(refused().find("version 1 of its document \"targets\""), std::string::npos) << hashes;
    EXPECT_EQ(version("snapshot"), snapshot);
    EXPECT_EQ(version("targets"), targets);
    // Afterwards the repository comes to its senses.
    repository.publish({"targets", "snapshot", "timestamp"});
  }
}

TEST_F(Rollback, OfADelegatedRoleInTheSnapshot) {
  repository.delegate({"targets", "A"});
  repository.publish({"A", "A", "targets", "snapshot", "timestamp"});
  ASSERT_TRUE(refreshes());
  repository["snapshot"]["meta"]["A.json"]["version"] = 1;
  repository.publish({"snapshot", "timestamp"});
  EXPECT_NE(refused().find("version 1 of its document \"A\", but version 2"), std::string::npos);
  repository["snapshot"]["meta"].erase("A.json");
  repository.publish({"snapshot", "timestamp"});
  EXPECT_NE(refused().find("no longer names the document \"A\""), std::string::npos);
}

TEST_F(Rollback, ASnapshotOfAnotherVersionThanNamedIsRefused) {
  // The file 1.snapshot.json says that it is version 2.
  repository.publish({"snapshot"});
  repository.files("snapshot").erase(repository.files("snapshot").begin());
  EXPECT_NE(refused().find("it is version 2 where the timestamp names version 1"), std::string::npos);
  EXPECT_EQ(trusted(), (std::map<std::string, int>{{"root", 1}, {"timestamp", 1}}));
  EXPECT_EQ(repository.asked().back(), Asked("snapshot", 1));
}

class FastForward : public Rollback {};

TEST_F(FastForward, OfTheTimestampIsUndoneByANewKey) {
  repository["timestamp"]["version"] = 99;
  repository.publish({"timestamp"});
  ASSERT_TRUE(refreshes());
  EXPECT_EQ(version("timestamp"), 100);
  repository.rotate_keys("timestamp");
  repository["timestamp"]["version"] = 0;
  repository.publish({"root", "timestamp"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("timestamp"), 1);
}

TEST_F(FastForward, OfTheSnapshotIsUndoneByNewKeys) {
  const auto keep = repository.files("snapshot");
  repository["snapshot"]["version"] = 99998;
  repository.files("snapshot").resize(99998);
  repository.publish({"snapshot", "timestamp"});
  ASSERT_TRUE(refreshes());
  EXPECT_EQ(version("snapshot"), 99999);
  repository.rotate_keys("snapshot");
  repository.rotate_keys("timestamp");
  repository["snapshot"]["version"] = 1;
  repository.files("snapshot") = keep;
  repository.publish({"root", "snapshot", "timestamp"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("snapshot"), 2);
}

TEST_F(FastForward, OfTheTargetsIsUndoneByANewKeyOfTheSnapshot) {
  const auto keep = repository.files("targets");
  repository["targets"]["version"] = 99;
  repository.files("targets").resize(99);
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(refreshes());
  EXPECT_EQ(version("targets"), 100);
  repository.rotate_keys("snapshot");
  repository["targets"]["version"] = 1;
  repository.files("targets") = keep;
  repository.publish({"root", "targets", "snapshot", "timestamp"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("targets"), 2);
}

TEST_F(FastForward, AKeyThatIsOnlyAddedUndoesNothing) {
  repository["timestamp"]["version"] = 99;
  repository.publish({"timestamp"});
  ASSERT_TRUE(refreshes());
  repository.add_key("timestamp");
  repository["timestamp"]["version"] = 0;
  repository.publish({"root", "timestamp"});
  EXPECT_NE(refused().find("but version 100 has been seen"), std::string::npos);
  EXPECT_EQ(version("timestamp"), 100);
}

TEST_F(FastForward, AKeyThatCameAndWentBetweenIsNoticed) {
  repository["timestamp"]["version"] = 99;
  repository.publish({"timestamp"});
  ASSERT_TRUE(refreshes());
  const auto old = repository.signers("timestamp").front();
  repository.rotate_keys("timestamp");
  repository.publish({"root"});
  repository["root"]["roles"]["timestamp"]["keyids"] = nlohmann::json::array();
  repository.signers("timestamp").clear();
  repository.add_key("timestamp", old);
  repository["timestamp"]["version"] = 0;
  repository.publish({"root", "timestamp"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("timestamp"), 1);
}

}  // namespace
}  // namespace rapt::tuf::testing
