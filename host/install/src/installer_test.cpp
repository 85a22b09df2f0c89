// SPDX-License-Identifier: AGPL-3.0-or-later
#include <thread>

#include "installer_fixture.hpp"

namespace rapt::install {
namespace {

TEST_F(InstallerTest, KeepsTheArchiveAndRecordsIt) {
  const auto bytes = archive("1.0.0", {"log"});
  const auto record = install(bytes, {false, true});
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->path, var_ / "modules" / "sample" / "1.0.0.rapt");
  EXPECT_EQ(read_file(record->path, 1u << 24).value(), bytes);
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0].digest_hex, security::hex(security::sha256(bytes)));
  EXPECT_THAT(list()[0].permissions, ElementsAre("log"));
  EXPECT_TRUE(list()[0].enabled);
}

TEST_F(InstallerTest, ChangesNothingForTheSameBytesAndMendsALostArchive) {
  const auto bytes = archive("1.0.0");
  const auto first = install(bytes);
  ASSERT_TRUE(first);
  EXPECT_TRUE(run_blocking(installer().plan(bytes))->same_bytes);
  fs::remove(first->path);
  ASSERT_TRUE(install(bytes));
  EXPECT_EQ(read_file(first->path, 1u << 24).value(), bytes);
}

TEST_F(InstallerTest, RefusesWhatNobodyTrusts) {
  trust_ = bundle::TrustStore();
  EXPECT_THAT(refusal(archive("1.0.0"), ErrorKind::kForbidden), HasSubstr("rapt trust add tester.pub"));
  EXPECT_TRUE(list().empty());
  EXPECT_FALSE(fs::exists(var_ / "modules"));
}

TEST_F(InstallerTest, RefusesAnUnsignedBundleOutsideOfDevelopmentMode) {
  const auto bundle = bundle::read_bundle(archive("1.0.0"));
  const auto bytes = bundle::encode_bundle(bundle->files, "tester", nullptr).value();
  EXPECT_THAT(refusal(bytes, ErrorKind::kForbidden), HasSubstr("not signed"));
  EXPECT_TRUE(run_blocking(installer(bundle::SignaturePolicy::kDevelopmentMayLack).install(bytes)));
}

TEST_F(InstallerTest, RefusesALibraryThatIsNone) {
  EXPECT_THAT(refusal(encode({{"manifest.json", {0644, manifest("1.0.0", {}, "tester", "1.0")}},
                              {"lib/sample.so", {0755, "hello"}}},
                             "tester"),
                      ErrorKind::kInvalid),
              HasSubstr("lib/sample.so is refused"));
}

TEST_F(InstallerTest, RefusesAnAbiThatThisHostDoesNotOffer) {
  EXPECT_THAT(refusal(archive("1.0.0", {}, "tester", "9.0"), ErrorKind::kInvalid), HasSubstr("was built for ABI 9.0"));
}

TEST_F(InstallerTest, RefusesAPermissionThatThisHostDoesNotOfferYet) {
  for (const std::string name : {"notify", "realtime"}) {
    EXPECT_THAT(refusal(archive("1.0.0", {name}), ErrorKind::kInvalid),
                HasSubstr("\"" + name + "\", and this host does not offer it yet"));
  }
  EXPECT_TRUE(list().empty());
}

TEST_F(InstallerTest, AsksBeforePermissionsGrow) {
  EXPECT_THAT(refusal(archive("1.0.0", {"log"}), ErrorKind::kConflict), HasSubstr("log (For tests.)"));
  ASSERT_TRUE(install(archive("1.0.0", {"log"}), {false, true}));
  ASSERT_TRUE(install(archive("1.1.0", {"log"}))) << "nothing new to grant";
  EXPECT_THAT(refusal(archive("1.2.0", {"log", "http"}), ErrorKind::kConflict),
              ::testing::AllOf(HasSubstr("http"), ::testing::Not(HasSubstr("log ("))));
  EXPECT_EQ(list()[0].version, "1.1.0");
  const auto plan = run_blocking(installer().plan(archive("1.2.0", {"log", "http"})));
  ASSERT_EQ(plan->new_permissions.size(), 1U);
  EXPECT_EQ(plan->new_permissions[0].name, "http");
  EXPECT_EQ(plan->installed_version, "1.1.0");
  ASSERT_TRUE(install(archive("1.2.0", {"log", "http"}), {false, true}));
  EXPECT_THAT(list()[0].permissions, ElementsAre("log", "http"));
}

TEST_F(InstallerTest, RefusesHooksThatGiveMoreUntilSomebodyAgrees) {
  const std::string before = R"({"point":"chat:before_ai","history":4},{"point":"session:end"})";
  ASSERT_TRUE(install(archive_with("1.0.0", before))) << "whoever installs it agrees to its hooks";
  const auto more = archive_with("1.1.0", R"({"point":"chat:before_ai"},{"point":"chat:after_ai","async":true})");
  EXPECT_THAT(
      refusal(more, ErrorKind::kConflict),
      ::testing::AllOf(HasSubstr("told more of what people write"), HasSubstr("chat:before_ai (It reads each message"),
                       HasSubstr("So far it was given the last 4 messages before."), HasSubstr("chat:after_ai"),
                       HasSubstr("Say --yes")));
  const auto plan = run_blocking(installer().plan(more)).value();
  ASSERT_EQ(plan.hooks.size(), 2U);
  EXPECT_TRUE(plan.hooks[0].is_new && plan.hooks[1].is_new);
  EXPECT_THAT(plan.removed_hooks, ElementsAre("session:end"));
  ASSERT_TRUE(install(more, {.grant_permissions = true}));
  ASSERT_TRUE(install(archive_with("1.2.0", R"({"point":"chat:before_ai","history":9})"))) << "less needs nobody";
}

TEST_F(InstallerTest, RefusesAnOlderVersionUnlessToldOtherwise) {
  ASSERT_TRUE(install(archive("1.10.0")));
  EXPECT_THAT(refusal(archive("1.9.0"), ErrorKind::kConflict), HasSubstr("1.9.0 is older"));
  EXPECT_THAT(refusal(archive("1.10.0-rc.1"), ErrorKind::kConflict), HasSubstr("is older"));
  EXPECT_TRUE(install(archive("1.9.0"), {true, false}));
}

TEST_F(InstallerTest, RefusesOtherBytesUnderOneVersion) {
  ASSERT_TRUE(install(archive("1.0.0")));
  EXPECT_THAT(refusal(archive("1.0.0", {"log"}), ErrorKind::kConflict, {true, true}), HasSubstr("with other bytes"));
  EXPECT_TRUE(install(archive("1.0.0", {"log"}), {.grant_permissions = true, .allow_replace = true}));
  EXPECT_THAT(list()[0].permissions, ElementsAre("log"));
}

TEST_F(InstallerTest, RefusesAnotherPublisherUnderOneName) {
  trust_.add("somebody", key_.public_key());
  ASSERT_TRUE(install(archive("1.0.0")));
  EXPECT_THAT(refusal(archive("2.0.0", {}, "somebody"), ErrorKind::kConflict), HasSubstr("installed from tester"));
}

TEST_F(InstallerTest, RemovesRowAndArchives) {
  ASSERT_TRUE(install(archive("1.0.0")));
  EXPECT_TRUE(run_blocking(installer().remove("sample")));
  EXPECT_TRUE(list().empty());
  EXPECT_FALSE(fs::exists(var_ / "modules" / "sample"));
  EXPECT_EQ(run_blocking(installer().remove("sample")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(installer().remove("../..")).error().kind, ErrorKind::kNotFound);
}

TEST_F(InstallerTest, LetsTwoAtOnceWaitForEachOther) {
  const auto bytes = archive("1.0.0");
  std::vector<std::string> outcomes(4);
  {
    std::vector<std::jthread> threads;
    for (auto& outcome : outcomes) {
      threads.emplace_back([&, this] {
        const auto installed = install(bytes);
        outcome = installed ? "installed" : installed.error().message;
      });
    }
  }
  EXPECT_THAT(outcomes, ::testing::Each("installed"));
  EXPECT_EQ(list().size(), 1U);
}

}  // namespace
}  // namespace rapt::install
