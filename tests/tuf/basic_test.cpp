// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_basic.py, test_static_repositories.py and
// test_quoting_issues.py.
#include "../../marketplace/tuf/src/real_metadata.hpp"
#include "rapt/base/file.hpp"
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

using Versions = std::map<std::string, int>;

const std::vector<Asked> kFirstRefresh{{"root", 2}, {"timestamp", std::nullopt}, {"snapshot", 1}, {"targets", 1}};

class Basic : public Scene {};

TEST_F(Basic, RefreshAsksForEachDocumentOnce) {
  ASSERT_TRUE(init());
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(repository.asked(), kFirstRefresh);
}

TEST_F(Basic, RefreshStoresTheBytesOfTheRepository) {
  // Whitespace of its own: what is stored is not written anew.
  repository.files("timestamp").back() += " \n";
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  for (const auto* role : {"root", "timestamp", "snapshot", "targets"})
    EXPECT_EQ(bytes(role), repository.files(role).back()) << role;
}

TEST_F(Basic, DownloadRefreshesFirst) {
  ASSERT_TRUE(init());
  EXPECT_EQ(download("nonexistent artifact").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(repository.asked(), kFirstRefresh);
  EXPECT_EQ(trusted(), (Versions{{"root", 1}, {"snapshot", 1}, {"targets", 1}, {"timestamp", 1}}));
}

TEST_F(Basic, AnInvalidFirstRootIsNotTrusted) {
  auto root = nlohmann::json::parse(repository.files("root").front());
  root["signed"].erase("version");
  EXPECT_EQ(init(root.dump()).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(refresh().error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(repository.asked().empty());
}

TEST_F(Basic, AnUnsignedFirstRootIsNotTrusted) {
  auto root = nlohmann::json::parse(repository.files("root").front());
  root["signatures"][0]["sig"] = std::string(128, 'a');
  EXPECT_EQ(init(root.dump()).error().kind, ErrorKind::kForbidden);
  EXPECT_FALSE(refreshes());
  EXPECT_TRUE(repository.asked().empty());
}

TEST_F(Basic, AWrongFirstRootInTheFolderIsNotTrusted) {
  auto root = nlohmann::json::parse(repository.files("root").front());
  root["signatures"] = nlohmann::json::array();
  ASSERT_TRUE(write_file_atomically(folder / "root.json", root.dump()));
  EXPECT_FALSE(refreshes());
  EXPECT_TRUE(repository.asked().empty());
}

class Unsigned : public Scene, public ::testing::WithParamInterface<std::pair<const char*, Versions>> {};

TEST_P(Unsigned, EndsTheRefreshBeforeIt) {
  const auto& [role, versions] = GetParam();
  repository.signers(role).clear();
  repository.publish_all();
  ASSERT_TRUE(init());
  EXPECT_NE(refused().find("is signed by none of the trusted keys"), std::string::npos);
  EXPECT_EQ(trusted(), versions);
}

INSTANTIATE_TEST_SUITE_P(
    Roles, Unsigned,
    ::testing::Values(std::pair("root", Versions{{"root", 1}}), std::pair("timestamp", Versions{{"root", 2}}),
                      std::pair("snapshot", Versions{{"root", 2}, {"timestamp", 2}}),
                      std::pair("targets", Versions{{"root", 2}, {"snapshot", 2}, {"timestamp", 2}})));

class OtherVersion : public Scene, public ::testing::WithParamInterface<std::pair<const char*, Versions>> {};

TEST_P(OtherVersion, ThanItsNameSaysIsRefused) {
  const auto& [role, versions] = GetParam();
  // publish() counts once more: the file 2.ROLE.json says that it is version 3.
  repository[role]["version"] = 2;
  repository.publish({role});
  const auto noted = repository.metadata("2." + std::string(role) + ".json");
  ASSERT_TRUE(noted);
  // Whoever names the file names the one that was asked for.
  if (std::string_view(role) == "snapshot") repository["timestamp"]["meta"]["snapshot.json"]["version"] = 2;
  if (std::string_view(role) == "targets") repository["snapshot"]["meta"]["targets.json"]["version"] = 2;
  if (std::string_view(role) != "root") repository.publish({"root"});
  if (std::string_view(role) == "targets") repository.publish({"snapshot"});
  repository.publish({"timestamp"});
  ASSERT_TRUE(init());
  EXPECT_NE(refused().find("does not belong to the others"), std::string::npos);
  EXPECT_EQ(trusted(), versions);
}

INSTANTIATE_TEST_SUITE_P(Roles, OtherVersion,
                         ::testing::Values(std::pair("root", Versions{{"root", 1}}),
                                           std::pair("snapshot", Versions{{"root", 2}, {"timestamp", 2}}),
                                           std::pair("targets",
                                                     Versions{{"root", 2}, {"snapshot", 2}, {"timestamp", 2}})));

TEST_F(Basic, OfOneTimestampVersionTheFirstStays) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  const auto first = bytes("timestamp");
  repository["timestamp"]["meta"]["snapshot.json"]["version"] = 100;
  repository["timestamp"]["version"] = 0;
  repository.publish({"timestamp"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(repository.asked().back(), Asked("timestamp", std::nullopt));
  EXPECT_EQ(bytes("timestamp"), first);
}

TEST_F(Basic, HashesOfDocumentsAreChecked) {
  repository.hashes = true;
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  repository.publish({"targets"});
  repository["snapshot"]["meta"]["targets.json"]["hashes"]["sha256"] = std::string(64, '4');
  repository.publish({"snapshot", "timestamp"});
  EXPECT_NE(refused().find("another hash"), std::string::npos);
  EXPECT_EQ(version("snapshot"), 3);
  EXPECT_EQ(version("targets"), 2);
}

TEST_F(Basic, LengthsOfDocumentsAreChecked) {
  repository.hashes = true;
  repository.publish({"targets"});
  repository["snapshot"]["meta"]["targets.json"]["length"] = repository.files("targets").back().size() + 1;
  repository.publish({"snapshot", "timestamp"});
  ASSERT_TRUE(init());
  EXPECT_NE(refused().find("another length"), std::string::npos);
  EXPECT_EQ(version("targets"), 0);
}

TEST_F(Basic, FieldsThatNobodyKnowsAreSignedAndPassedOver) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  repository["root"]["custom-field"] = "value";
  repository["root"]["roles"]["root"]["another-field"] = "value";
  repository.add_key("root", Signer::make().with("extra-field", {{"a", 1}, {"b", 2}}));
  repository.publish({"root"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("root"), 2);
}

TEST_F(Basic, KeyidHashAlgorithmsMeanNothing) {
  ASSERT_TRUE(init());
  repository["root"]["roles"]["snapshot"]["keyids"] = nlohmann::json::array();
  repository.signers("snapshot").clear();
  repository.add_key("snapshot", Signer::make().with("keyid_hash_algorithms", "md5"));
  repository.publish({"root", "snapshot", "timestamp"});
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("root"), 2);
  EXPECT_EQ(version("snapshot"), 2);
}

TEST_F(Basic, AMissingSnapshotKeepsTheOldOne) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  repository["timestamp"]["meta"]["snapshot.json"]["version"] = 2;
  repository.publish({"timestamp"});
  const auto result = refresh();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(result.error().message.find("does not have its document \"snapshot\""), std::string::npos);
  EXPECT_EQ(repository.asked().back(), Asked("snapshot", 2));
  EXPECT_EQ(trusted(), (Versions{{"root", 1}, {"snapshot", 1}, {"targets", 1}, {"timestamp", 2}}));
}

TEST_F(Basic, MissingTargetsKeepTheOldOnes) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  repository["snapshot"]["meta"]["targets.json"]["version"] = 2;
  repository.publish({"snapshot", "timestamp"});
  EXPECT_NE(refused().find("does not have its document \"targets\""), std::string::npos);
  EXPECT_EQ(repository.asked().back(), Asked("targets", 2));
  EXPECT_EQ(trusted(), (Versions{{"root", 1}, {"snapshot", 2}, {"targets", 1}, {"timestamp", 2}}));
}

TEST_F(Basic, AMissingTimestampIsAFault) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(refreshes());
  repository.files("timestamp").clear();
  EXPECT_NE(refused().find("does not have its document \"timestamp\""), std::string::npos);
  EXPECT_EQ(repository.asked().back(), Asked("timestamp", std::nullopt));
}

TEST_F(Basic, ADocumentOfAnotherTypeIsRefused) {
  ASSERT_TRUE(init());
  repository.add_key("snapshot", repository.signers("timestamp").front());
  repository["snapshot"]["meta"] = {{"snapshot.json", {{"version", 1}}}};
  repository.publish({"root", "snapshot"});
  repository.files("timestamp").push_back(repository.files("snapshot").back());
  EXPECT_NE(refused().find("\"snapshot\" where \"timestamp\" is needed"), std::string::npos);
  EXPECT_EQ(trusted(), (Versions{{"root", 2}}));
}

TEST_F(Basic, NoMoreRootsAreFetchedThanTheLimit) {
  ASSERT_TRUE(init());
  for (int i = 0; i < 6; ++i) repository.publish({"root"});
  Limits limits;
  limits.root_rotations = 3;
  EXPECT_TRUE(refresh(limits));
  EXPECT_EQ(version("root"), 4);
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(version("root"), 7);
}

TEST_F(Basic, WithoutConsistentSnapshotsNamesHaveNoVersions) {
  repository["root"]["consistent_snapshot"] = false;
  repository.publish({"root"});
  repository.add_target("targets", "dir/file", "content");
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init(repository.files("root").back()));
  EXPECT_TRUE(downloads("dir/file"));
  EXPECT_EQ(repository.targets_asked(), std::vector<std::string>{"dir/file"});
  EXPECT_EQ(repository.asked(),
            (std::vector<Asked>{
                {"root", 3}, {"timestamp", std::nullopt}, {"snapshot", std::nullopt}, {"targets", std::nullopt}}));
}

class UnusualName : public Scene, public ::testing::WithParamInterface<std::string> {};

TEST_P(UnusualName, OfARoleLeadsNowhereElse) {
  const auto role = GetParam();
  repository.delegate({"targets", role});
  repository.publish({role, "targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  EXPECT_EQ(download("nonexistent target").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(repository.asked().back(), Asked(role, 1));
  EXPECT_EQ(trusted().size(), 5U);
  EXPECT_FALSE(std::filesystem::exists(folder.parent_path() / "delegatedrole.json"));
}

INSTANTIATE_TEST_SUITE_P(Roles, UnusualName,
                         ::testing::Values("?", "#", "/delegatedrole", "../delegatedrole", "a b", "%41", ".", "..",
                                           "\u00fc", std::string(200, '*')));

TEST_F(Basic, ARepositoryOfTheFrameworksOwnToolIsRead) {
  for (const auto& [role, file] : std::map<std::string, std::string_view>{{"root", kRealRoot},
                                                                          {"timestamp", kRealTimestamp},
                                                                          {"snapshot", kRealSnapshot},
                                                                          {"targets", kRealTargets},
                                                                          {"delegatedrole", kRealDelegated}}) {
    auto& files = repository.files(role);
    files.clear();
    if (role == "snapshot" || role == "delegatedrole") files.emplace_back();
    files.emplace_back(file);
  }
  repository.artifacts()["delegatedrole/artifact"] = "artifact for tuf-on-ci repository\n";
  ASSERT_TRUE(init());
  EXPECT_TRUE(refreshes());
  const auto result = download("delegatedrole/artifact");
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_EQ(downloaded["delegatedrole/artifact"], "artifact for tuf-on-ci repository\n");
}

}  // namespace
}  // namespace rapt::tuf::testing
