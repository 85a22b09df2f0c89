// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_keys.py.
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

using nlohmann::json;

class Keys : public Scene {
 protected:
  /// Changes the newest published file of a role in a way that its signatures do not cover.
  template <class Change>
  void tamper(const std::string& role, const Change& change) {
    auto file = json::parse(repository.files(role).back());
    change(file);
    repository.files(role).back() = file.dump();
  }
};

TEST_F(Keys, ASnapshotBelowItsThresholdIsRefused) {
  repository["root"]["roles"]["snapshot"]["threshold"] = 3;
  repository.add_key("snapshot");
  repository.add_key("snapshot");
  repository.publish_all();
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  repository.signers("snapshot").pop_back();
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_NE(refused().find("\"snapshot\" is signed by 2 of the trusted keys, and 3 different ones must"),
            std::string::npos);
  EXPECT_EQ(version("snapshot"), 2);
}

TEST_F(Keys, AThresholdAboveTheNumberOfKeysCannotBeMet) {
  ASSERT_TRUE(init());
  for (int i = 0; i < 4; ++i) repository.add_key("snapshot");
  repository["root"]["roles"]["snapshot"]["threshold"] = 6;
  repository.publish({"root", "snapshot", "timestamp"});
  EXPECT_NE(refused().find("signed by 5 of the trusted keys, and 6"), std::string::npos);
  EXPECT_EQ(version("root"), 2);
  EXPECT_EQ(version("snapshot"), 0);
}

TEST_F(Keys, AKeyIdWithoutItsKeyDoesNotCount) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  const auto stranger = Signer::make();
  repository["root"]["roles"]["snapshot"]["keyids"].push_back(stranger.id());
  repository["root"]["roles"]["snapshot"]["threshold"] = 2;
  repository.signers("snapshot").push_back(stranger);
  repository.publish({"root", "snapshot", "timestamp"});
  EXPECT_FALSE(refreshes());
  EXPECT_EQ(version("root"), 2);
  EXPECT_EQ(version("snapshot"), 1);
}

TEST_F(Keys, RepeatedKeyIdsMeetNoThreshold) {
  ASSERT_TRUE(init());
  const auto signer = Signer::make();
  for (int i = 0; i < 9; ++i) repository["root"]["roles"]["snapshot"]["keyids"].push_back(signer.id());
  repository["root"]["keys"][signer.id()] = signer.key();
  repository["root"]["roles"]["snapshot"]["threshold"] = 6;
  repository.signers("snapshot").push_back(signer);
  repository.publish({"root", "snapshot", "timestamp"});
  tamper("snapshot", [](json& file) {
    for (int i = 0; i < 8; ++i) file["signatures"].push_back(file["signatures"][1]);
  });
  EXPECT_FALSE(refreshes());
  EXPECT_EQ(version("snapshot"), 0);
}

TEST_F(Keys, OneKeyUnderManyIdsMeetsNoThreshold) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  const auto signer = Signer::make();
  for (int i = 0; i < 5; ++i) repository.add_key("snapshot", signer.with("number", i));
  repository["root"]["roles"]["snapshot"]["threshold"] = 3;
  repository.publish({"root", "snapshot", "timestamp"});
  EXPECT_NE(refused().find("signed by 2 of the trusted keys, and 3"), std::string::npos);
  EXPECT_EQ(version("snapshot"), 1);
}

TEST_F(Keys, ASignatureThatComesTwiceIsRefused) {
  ASSERT_TRUE(init());
  tamper("snapshot", [](json& file) { file["signatures"].push_back(file["signatures"][0]); });
  EXPECT_NE(refused().find("A key may sign a document once"), std::string::npos);
  EXPECT_EQ(version("snapshot"), 0);
}

TEST_F(Keys, AWrongSignatureBesideAGoodOneIsPassedOver) {
  ASSERT_TRUE(init());
  const auto old = json::parse(repository.files("timestamp").back())["signatures"][0];
  repository.add_key("timestamp");
  repository.publish({"root", "timestamp"});
  for (const auto& wrong : {old["sig"].get<std::string>(), std::string(), std::string("no hexadecimal")}) {
    tamper("timestamp", [&](json& file) { file["signatures"][0]["sig"] = wrong; });
    EXPECT_TRUE(refreshes()) << wrong;
    repository.publish({"timestamp"});
  }
}

class KeyType : public Scene, public ::testing::WithParamInterface<std::string> {};

TEST_P(KeyType, IsUnderstoodAndItsForgeriesAreRefused) {
  ASSERT_TRUE(init());
  const auto signer = Signer::make(GetParam());
  repository.add_key("root", signer);
  repository["root"]["roles"]["root"]["threshold"] = 2;
  repository.publish({"root"});
  ASSERT_TRUE(refreshes());
  EXPECT_EQ(version("root"), 2);
  repository.publish({"root"});
  auto file = json::parse(repository.files("root").back());
  file["signatures"][1]["sig"] = signer.sign("something else");
  repository.files("root").back() = file.dump();
  EXPECT_NE(refused().find("\"root\" is signed by 1 of the trusted keys, and 2"), std::string::npos);
  EXPECT_EQ(version("root"), 2);
}

INSTANTIATE_TEST_SUITE_P(Schemes, KeyType,
                         ::testing::Values("ed25519", "ecdsa-sha2-nistp256", "rsassa-pss-sha256",
                                           "rsa-pkcs1v15-sha256"));

}  // namespace
}  // namespace rapt::tuf::testing
