// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_updater_key_rotations.py.
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

/// One version of a document: which of ten keys it is for, and which of them sign it.
struct Version {
  std::vector<std::size_t> keys;
  int threshold;
  std::vector<std::size_t> signs;
};

struct Case {
  const char* name;
  std::vector<Version> versions;
  bool good = true;  ///< otherwise the last version is refused
};

class Rotation : public Scene, public ::testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    for (int i = 0; i < 10; ++i) keys.push_back(Signer::make());
  }
  void give(const std::string& role, const Version& version) {
    auto& entry = repository["root"]["roles"][role];
    entry = {{"keyids", nlohmann::json::array()}, {"threshold", version.threshold}};
    repository.signers(role).clear();
    for (const auto i : version.keys) repository.add_key(role, keys[i]);
    repository.signers(role).clear();
    for (const auto i : version.signs) repository.signers(role).push_back(keys[i]);
  }
  std::vector<Signer> keys;
};

class RootRotation : public Rotation {};

TEST_P(RootRotation, EndsAtTheLastGoodVersion) {
  const auto& rotation = GetParam();
  repository.files("root").clear();
  repository["root"]["version"] = 0;
  for (const auto& version : rotation.versions) {
    give("root", version);
    repository.publish({"root"});
  }
  ASSERT_TRUE(init(repository.files("root").front()));
  EXPECT_EQ(refreshes(), rotation.good);
  const auto count = rotation.versions.size() - (rotation.good ? 0 : 1);
  EXPECT_EQ(bytes("root"), repository.files("root")[count - 1]);
}

const Version kFive{{0, 1, 2, 3, 4}, 3, {0, 2, 4}};

INSTANTIATE_TEST_SUITE_P(
    Cases, RootRotation,
    ::testing::Values(
        Case{"one_of_one", {{{1}, 1, {1}}, {{2}, 1, {2, 1}}, {{2}, 1, {2}}}},
        Case{"one_of_one_unused_signatures", {{{1}, 1, {3, 1, 4}}, {{2}, 1, {3, 2, 1, 4}}, {{2}, 1, {3, 2, 4}}}},
        Case{
            "three_of_five_combinations",
            {kFive, {{0, 1, 2, 3, 4}, 3, {0, 4, 1}}, {{0, 1, 2, 3, 4}, 3, {0, 1, 3}}, {{0, 1, 2, 3, 4}, 3, {0, 1, 3}}}},
        Case{"three_of_five_one_rotated", {kFive, {{0, 1, 3, 4, 5}, 3, {0, 4, 1}}}},
        Case{"three_of_five_one_rotated_between",
             {kFive, {{0, 1, 3, 4, 5}, 3, {0, 2, 4, 5}}, {{0, 1, 3, 4, 5}, 3, {0, 4, 5}}}},
        Case{"three_of_five_all_rotated_between",
             {kFive, {{5, 6, 7, 8, 9}, 3, {0, 2, 4, 5, 6, 7}}, {{5, 6, 7, 8, 9}, 3, {5, 6, 7}}}},
        Case{"threshold_one_to_two_of_three", {{{1, 2, 3}, 1, {1}}, {{1, 2, 3}, 2, {1, 2}}}},
        Case{"threshold_two_to_one_of_three", {{{1, 2, 3}, 2, {1, 2}}, {{1, 2, 3}, 1, {1, 2}}, {{1, 2, 3}, 1, {1}}}},
        Case{"threshold_one_of_one_to_two_of_two", {{{1}, 1, {1}}, {{1, 2}, 2, {1, 2}}}},
        Case{"fails_without_old_key", {{{1}, 1, {1}}, {{2}, 1, {2, 3, 4}}}, false},
        Case{"fails_without_new_key", {{{1}, 1, {1}}, {{2}, 1, {1, 3, 4}}}, false},
        Case{"fails_without_three_new_keys", {kFive, {{0, 1, 3, 4, 5}, 3, {0, 2, 4}}}, false},
        Case{"fails_without_three_old_keys", {kFive, {{0, 1, 3, 4, 5}, 3, {0, 4, 5}}}, false},
        Case{"fails_without_new_threshold", {{{1, 2, 3}, 1, {1}}, {{1, 2, 3}, 2, {2}}}, false},
        Case{"fails_without_old_threshold", {{{1, 2, 3}, 2, {1, 2}}, {{1, 2, 3}, 1, {1}}}, false}),
    [](const auto& one) { return std::string(one.param.name); });

class OtherRotation : public Rotation {};

TEST_P(OtherRotation, OfTimestampSnapshotAndTargets) {
  const auto& rotation = GetParam();
  ASSERT_TRUE(init());
  for (const auto* role : {"timestamp", "snapshot", "targets"}) {
    give(role, rotation.versions.front());
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    EXPECT_EQ(refreshes(), rotation.good) << role;
    EXPECT_EQ(bytes(role) == repository.files(role).back(), rotation.good) << role;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, OtherRotation,
                         ::testing::Values(Case{"one_of_one", {{{2}, 1, {2}}}},
                                           Case{"one_of_one_unused_signatures", {{{1}, 1, {3, 1, 4}}}},
                                           Case{"fails_without_new_key", {{{2}, 1, {1, 3, 4}}}, false},
                                           Case{"fails_with_a_wrong_key", {{{0, 1, 3, 4, 5}, 3, {0, 2, 4}}}, false},
                                           Case{"fails_below_threshold", {{{0, 1, 3, 4, 5}, 3, {0, 4}}}, false},
                                           Case{"three_of_five_first", {{{0, 1, 2, 3, 4}, 3, {0, 2, 4}}}},
                                           Case{"three_of_five_second", {{{0, 1, 2, 3, 4}, 3, {0, 4, 1}}}},
                                           Case{"three_of_five_third", {{{0, 1, 2, 3, 4}, 3, {0, 1, 3}}}},
                                           Case{"three_of_five_fourth", {{{0, 1, 2, 3, 4}, 3, {1, 2, 3}}}},
                                           Case{"three_of_five_fifth", {{{0, 1, 2, 3, 4}, 3, {2, 3, 4}}}}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace rapt::tuf::testing
