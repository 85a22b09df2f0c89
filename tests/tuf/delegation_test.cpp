// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_updater_delegation_graphs.py, and its one about a cached role.
#include "rapt/security/crypto.hpp"
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

using Delegation = Simulator::Delegation;
using Names = std::vector<std::string>;

struct Graph {
  const char* name;
  std::vector<Delegation> delegations;
  Names visited;
};

const Names kAll{"*"};

std::vector<Graph> graphs() {
  const auto py = Names{"*.py"};
  return {
      {"one", {{"targets", "A"}}, {"A"}},
      {"two", {{"targets", "A"}, {"targets", "B"}}, {"A", "B"}},
      {"two_levels", {{"targets", "A"}, {"targets", "B"}, {"B", "C"}}, {"A", "B", "C"}},
      {"depth_first", {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"A", "D"}}, {"A", "C", "D", "B"}},
      {"three_levels", {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"C", "D"}}, {"A", "C", "D", "B"}},
      {"terminating", {{"targets", "A"}, {"targets", "B"}, {"A", "C", kAll, true}, {"A", "D"}}, {"A", "C"}},
      {"below_terminating", {{"targets", "A"}, {"targets", "B"}, {"A", "C", kAll, true}, {"C", "D"}}, {"A", "C", "D"}},
      {"other_paths", {{"targets", "A", py}, {"targets", "B"}, {"A", "C"}}, {"B"}},
      {"other_paths_below", {{"targets", "A"}, {"targets", "B"}, {"A", "C", py}, {"C", "D"}}, {"A", "B"}},
      {"cycle", {{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"C", "D"}, {"D", "B"}}, {"A", "B", "C", "D"}},
      {"two_to_a_third", {{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"A", "C"}}, {"A", "C", "B"}},
      {"two_to_a_third_by_other_paths",
       {{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"A", "C", py}},
       {"A", "B", "C"}},
  };
}

/// The roles that were asked for after the four documents of a refresh.
Names delegated_roles(const Simulator& repository) {
  Names out;
  const auto asked = repository.asked();
  for (std::size_t i = 4; i < asked.size(); ++i) out.push_back(asked[i].first);
  return out;
}

class Walk : public Scene, public ::testing::WithParamInterface<Graph> {};

TEST_P(Walk, AsksRolesInOrder) {
  ASSERT_TRUE(init());
  Names roles;
  for (const auto& delegation : GetParam().delegations) {
    repository.delegate(delegation);
    if (std::find(roles.begin(), roles.end(), delegation.name) == roles.end()) roles.push_back(delegation.name);
  }
  repository.publish(roles);
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_EQ(download("missingpath").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(delegated_roles(repository), GetParam().visited);
}

INSTANTIATE_TEST_SUITE_P(Graphs, Walk, ::testing::ValuesIn(graphs()),
                         [](const auto& one) { return std::string(one.param.name); });

struct Search {
  const char* path;
  bool found;
  Names visited;
};

class TargetSearch : public Scene, public ::testing::WithParamInterface<Search> {};

TEST_P(TargetSearch, FollowsThePaths) {
  ASSERT_TRUE(init());
  repository.delegate({"targets", "A", {"*.doc", "*.md"}});
  repository.delegate({"targets", "B", {"releases/*/*"}});
  repository.delegate({"B", "C", {"releases/x/*"}});
  repository.delegate({"B", "D", {"releases/y/*.zip"}});
  repository.add_target("targets", "targetfile", "targetfile content");
  repository.add_target("A", "README.md", "README by A");
  repository.add_target("C", "releases/x/x_v1", "x release by C");
  repository.add_target("D", "releases/y/y_v1.zip", "y release by D");
  repository.add_target("D", "releases/z/z_v1.zip", "z release by D");
  repository.publish({"A", "B", "C", "D", "targets", "snapshot", "timestamp"});
  const auto& search = GetParam();
  EXPECT_EQ(downloads(search.path), search.found);
  EXPECT_EQ(downloaded.contains(search.path), search.found);
  EXPECT_EQ(downloaded[search.path], search.found ? repository.artifacts()[search.path] : std::string());
  EXPECT_EQ(delegated_roles(repository), search.visited);
}

INSTANTIATE_TEST_SUITE_P(Paths, TargetSearch,
                         ::testing::Values(Search{"targetfile", true, {}}, Search{"README.md", true, {"A"}},
                                           Search{"releases/x/x_v1", true, {"B", "C"}},
                                           Search{"releases/y/y_v1.zip", true, {"B", "D"}},
                                           Search{"releases/z/z_v1.zip", false, {"B"}}));

class Delegations : public Scene {
 protected:
  /// A and B delegate to C under different keys, and C has signed with one of them.
  void share_a_role(bool signed_for_b) {
    repository.delegate({"targets", "A", {"a/*"}});
    repository.delegate({"targets", "B", {"b/*"}});
    repository.delegate({"A", "C", {"a/*"}});
    repository.delegate({"B", "C", {"b/*"}});
    auto& signers = repository.signers("C");
    ASSERT_EQ(signers.size(), 2U);
    signers = {signers[signed_for_b ? 1 : 0]};
    repository.add_target("C", "a/file", "for a");
    repository.add_target("C", "b/file", "for b");
    repository.publish({"A", "B", "C", "targets", "snapshot", "timestamp"});
    ASSERT_TRUE(init());
  }
};

TEST_F(Delegations, ACachedRoleIsVerifiedAgainstWhoDelegatesToItNow) {
  share_a_role(false);
  EXPECT_TRUE(downloads("a/file"));
  // In the folder, and of the wrong keys for this delegator.
  EXPECT_NE(download("b/file").error().message.find("\"C\" is signed by none of the trusted keys"), std::string::npos);
  EXPECT_FALSE(downloaded.contains("b/file"));
}

TEST_F(Delegations, ACachedRoleInMemoryIsVerifiedAgainstWhoDelegatesToItNow) {
  share_a_role(true);
  const auto client = new_client();
  ASSERT_TRUE(runtime::run_blocking(client->refresh()));
  EXPECT_TRUE(runtime::run_blocking(client->find("b/file")));
  const auto wrong = runtime::run_blocking(client->find("a/file"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kForbidden);
  EXPECT_TRUE(runtime::run_blocking(client->find("b/file")));
}

TEST_F(Delegations, ACachedRoleWhoseKeysHaveChangedIsFetchedAgain) {
  repository.delegate({"targets", "A"});
  repository.add_target("A", "file", "content");
  repository.publish({"A", "targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  ASSERT_TRUE(downloads("file"));
  // A new key for the role, which signs the same version once more.
  repository.signers("A").clear();
  repository["targets"]["delegations"]["roles"][0]["keyids"] = nlohmann::json::array();
  repository.add_key("A", Signer::make(), "targets");
  repository["A"]["version"] = 0;
  repository.files("A").clear();
  repository.publish({"A", "targets", "snapshot", "timestamp"});
  EXPECT_TRUE(downloads("file"));
  EXPECT_EQ(repository.asked().back(), Asked("A", 1));
}

TEST_F(Delegations, ARoleThatTheSnapshotDoesNotNameIsRefused) {
  repository.delegate({"targets", "A"});
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  EXPECT_NE(download("file").error().message.find("the snapshot does not name it"), std::string::npos);
}

TEST_F(Delegations, AnUnsignedRoleEndsTheSearch) {
  repository.delegate({"targets", "A"});
  repository.delegate({"targets", "B"});
  repository.signers("A").clear();
  repository.add_target("B", "file", "content");
  repository.publish({"A", "B", "targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  EXPECT_NE(download("file").error().message.find("\"A\" is signed by none"), std::string::npos);
  EXPECT_FALSE(trusted().contains("A"));
}

TEST_F(Delegations, ASearchThroughTooManyRolesEnds) {
  std::string delegator = "targets";
  for (int i = 0; i < 12; ++i) {
    const auto role = "role" + std::to_string(i);
    repository.delegate({delegator, role});
    delegator = role;
  }
  for (int i = 0; i < 12; ++i) repository.publish({"role" + std::to_string(i)});
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  Limits limits;
  limits.delegations = 5;
  const auto client = new_client(limits);
  ASSERT_TRUE(runtime::run_blocking(client->refresh()));
  const auto found = runtime::run_blocking(client->find("file"));
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("more than 5 roles"), std::string::npos);
  EXPECT_EQ(delegated_roles(repository).size(), 5U);
}

TEST_F(Delegations, SuccinctRolesAreAskedByTheirShare) {
  repository.delegate_bins(8);
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  EXPECT_EQ(download("some/path").error().kind, ErrorKind::kNotFound);
  const auto hash = security::hex(security::sha256("some/path"));
  EXPECT_EQ(delegated_roles(repository), Names{"bin-" + hash.substr(0, 2)});
}

TEST_F(Delegations, OneRoleIsFoundByItsName) {
  repository.delegate({"targets", "terminating", {"t/*"}, true});
  repository.delegate({"targets", "gathers", {"*/*"}});
  repository.delegate({"gathers", "wanted", {"w/*"}});
  repository.add_target("wanted", "w/file", "content");
  repository.publish({"terminating", "gathers", "wanted", "targets", "snapshot", "timestamp"});
  ASSERT_TRUE(init());
  const auto client = new_client();
  EXPECT_EQ(runtime::run_blocking(client->role("wanted")).error().kind, ErrorKind::kConflict);
  ASSERT_TRUE(runtime::run_blocking(client->refresh()));
  const auto role = runtime::run_blocking(client->role("wanted"));
  ASSERT_TRUE(role) << role.error().message;
  EXPECT_TRUE(role->targets.contains("w/file"));
  EXPECT_EQ(delegated_roles(repository), (Names{"gathers", "wanted"}));
  EXPECT_EQ(runtime::run_blocking(client->role("nobody")).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(runtime::run_blocking(client->role("targets")));
}

}  // namespace
}  // namespace rapt::tuf::testing
