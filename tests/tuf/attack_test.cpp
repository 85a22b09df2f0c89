// SPDX-License-Identifier: AGPL-3.0-or-later
// What a stolen registry or somebody between can try, each with the sentence that an admin reads.
#include "rapt/base/file.hpp"
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

class Attack : public Scene {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init());
    repository.add_target("targets", "file", "content");
    repository.publish({"targets", "snapshot", "timestamp"});
    ASSERT_TRUE(refreshes());
    before = trusted();
  }
  /// The refresh fails with this sentence and kind, and the folder has not changed.
  void expect_refused(std::string_view sentence, ErrorKind kind = ErrorKind::kForbidden) {
    expect_refused(refresh(), sentence, kind);
  }
  void expect_refused(const Result<void>& result, std::string_view sentence, ErrorKind kind) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, sentence);
    EXPECT_EQ(result.error().kind, kind);
    EXPECT_EQ(result.error().part, "registry");
    EXPECT_EQ(trusted(), before);
  }
  std::map<std::string, int> before;
};

TEST_F(Attack, Rollback) {
  repository.files("timestamp").pop_back();
  expect_refused(
      "The registry offers version 1 of its document \"timestamp\", but version 2 has been seen here before: an old "
      "state is played back, perhaps to bring back known faults. Nothing of it is used.");
}

TEST_F(Attack, Freeze) {
  clock.advance(31 * kDay);
  repository["root"]["expires"] = repository.in_days(30);
  repository.publish({"root"});
  before["root"] = 2;
  expect_refused(
      "The registry's newest word has expired at 2030-01-31T00:00:00.000Z: somebody holds its news back, or nobody "
      "tends it, or this machine's clock is wrong. Check the clock, then tell the registry's operator.");
}

TEST_F(Attack, MixAndMatch) {
  repository.hashes = true;
  repository.publish({"targets", "snapshot", "timestamp"});
  repository.publish({"snapshot"});
  // The timestamp's snapshot 3 is another one than is served as that.
  repository.files("snapshot")[2] = repository.files("snapshot")[1];
  before["timestamp"] = 3;
  const auto result = refresh();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("The registry's document \"snapshot\" does not belong to the others: it has "
                                        "another"),
            std::string::npos);
  EXPECT_NE(result.error().message.find("Parts of different states have been mixed. Nothing of it is used."),
            std::string::npos);
  EXPECT_EQ(trusted(), before);
}

TEST_F(Attack, WrongKey) {
  repository.signers("timestamp") = {Signer::make()};
  repository.publish({"timestamp"});
  expect_refused(
      "The registry's document \"timestamp\" is signed by none of the trusted keys, and 1 must sign it: it may be "
      "forged. Nothing of it is used.");
}

TEST_F(Attack, Threshold) {
  repository["root"]["roles"]["root"]["threshold"] = 2;
  repository.add_key("root");
  repository.publish({"root"});
  ASSERT_TRUE(refreshes());
  before = trusted();
  repository.signers("root").pop_back();
  repository.publish({"root"});
  expect_refused(
      "The registry's document \"root\" is signed by 1 of the trusted keys, and 2 different ones must sign it: it may "
      "be forged. Nothing of it is used.");
}

TEST_F(Attack, Expired) {
  repository["targets"]["expires"] = repository.in_days(-1);
  repository.publish({"targets", "snapshot", "timestamp"});
  before["timestamp"] = before["snapshot"] = 3;
  expect_refused(
      "The registry's document \"targets\" has expired at 2029-12-31T00:00:00.000Z: whoever signs it must renew it, or "
      "this machine's clock is wrong. Nothing of it is used.");
}

TEST_F(Attack, EndlessData) {
  server.misdeeds["/metadata/timestamp.json"] = Misdeed::kEndless;
  expect_refused(
      "The registry sent more than the 16384 bytes that its document \"timestamp\" may have: the transfer was ended, "
      "so "
      "that it cannot fill this machine.");
}

TEST_F(Attack, EndlessDataWhereTheLengthIsNamed) {
  repository.hashes = true;
  repository.publish({"targets", "snapshot", "timestamp"});
  server.misdeeds["/metadata/3.snapshot.json"] = Misdeed::kEndless;
  before["timestamp"] = 3;
  const auto length = std::to_string(repository.files("snapshot").back().size());
  expect_refused("The registry sent more than the " + length +
                 " bytes that its document \"snapshot\" may have: the transfer was ended, so that it cannot fill this "
                 "machine.");
}

TEST_F(Attack, EndlessTarget) {
  for (const auto& [path, bytes] : std::map<std::string, std::string>(repository.artifacts()))
    repository.artifacts()[path] = bytes + std::string(1 << 20, 'x');
  EXPECT_EQ(download("file").error().message,
            "The registry sent more than the 7 bytes that \"file\" has: the transfer was ended, and what had come was "
            "thrown away.");
  EXPECT_TRUE(downloaded.empty());
}

class SlowAttack : public Attack, public ::testing::WithParamInterface<Misdeed> {};

TEST_P(SlowAttack, IsEnded) {
  server.misdeeds["/metadata/timestamp.json"] = GetParam();
  // A busy machine may be too slow even for the honest request before it: then with more patience.
  patience_ms = 300;
  auto result = refresh();
  while (!result && result.error().message.find("\"timestamp\"") == std::string::npos && patience_ms < 60000) {
    patience_ms *= 3;
    result = refresh();
  }
  expect_refused(result,
                 "The registry sends its document \"timestamp\" too slowly to be of use: the transfer was ended. Try "
                 "again; if it stays so, somebody may be slowing it down to hold updates back.",
                 ErrorKind::kTimeout);
}

INSTANTIATE_TEST_SUITE_P(Ways, SlowAttack, ::testing::Values(Misdeed::kTrickle, Misdeed::kSilent));

TEST_F(Attack, AFaultOfTheServerIsNoAttack) {
  server.misdeeds["/metadata/timestamp.json"] = Misdeed::kFault;
  const auto result = refresh();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(trusted(), before);
}

TEST_F(Attack, AFutureRootIsNotSkippedTo) {
  repository.publish({"root"});
  repository.publish({"root"});
  repository.files("root")[1] = repository.files("root")[2];
  const auto result = refresh();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("version 3 came for version 2"), std::string::npos);
  EXPECT_EQ(trusted(), before);
}

TEST_F(Attack, LocalFilesThatWereTamperedWithAreNotBelieved) {
  ASSERT_TRUE(write_file_atomically(folder / "targets.json", "{}"));
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(trusted(), before);
  ASSERT_TRUE(write_file_atomically(folder / "timestamp.json", "rubbish"));
  EXPECT_TRUE(refreshes());
  EXPECT_EQ(trusted(), before);
}

}  // namespace
}  // namespace rapt::tuf::testing
