// SPDX-License-Identifier: AGPL-3.0-or-later
// From a registry whose metadata is signed for real, into a real database.
#include "rapt/install/marketplace_installer.hpp"

#include "registry_fixture.hpp"

namespace rapt::install {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST_F(RegistryTest, InstallsWhatTheMetadataVouchesForAndRemembersThePublisher) {
  registry_.add(archive("1.0.0", {"log"}));
  registry_.publish();
  const auto planned = plan("sample");
  ASSERT_TRUE(planned) << planned.error().message << planned.error().log_detail;
  ASSERT_EQ(planned->steps.size(), 1U);
  const auto& step = planned->steps[0];
  EXPECT_EQ(step.kind, "install");
  EXPECT_TRUE(step.vouched && step.is_signed && !step.known_publisher);
  EXPECT_TRUE(step.permissions.at(0).is_new);
  ASSERT_EQ(step.hooks.size(), 1U);
  EXPECT_EQ(step.hooks[0].point, "chat:before_ai");
  EXPECT_THAT(step.hooks[0].text, HasSubstr("It reads each message before the AI does"));
  EXPECT_THAT(planned->warnings, IsEmpty());
  EXPECT_THAT(list(), IsEmpty()) << "a plan changes nothing";
  const auto done = apply(*planned);
  ASSERT_TRUE(done) << done.error().message << done.error().log_detail;
  EXPECT_THAT(versions(), UnorderedElementsAre(Pair("sample", "1.0.0")));
  registry_.add(archive("1.1.0", {"log"}));
  registry_.publish();
  const auto next = plan("sample");
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_TRUE(next->steps.at(0).known_publisher);
  EXPECT_FALSE(next->steps[0].permissions.at(0).is_new);
  EXPECT_EQ(next->steps[0].kind, "upgrade");
}

TEST_F(RegistryTest, BringsWhatIsDependedOnFirst) {
  registry_.add(archive_of("base", "1.2.0"));
  registry_.add(archive_of("sample", "2.0.0", R"("base":"^1.0")"));
  registry_.publish();
  const auto planned = plan("sample");
  ASSERT_TRUE(planned) << planned.error().message;
  ASSERT_EQ(planned->steps.size(), 2U);
  EXPECT_EQ(planned->steps[0].name, "base");
  EXPECT_THAT(planned->steps[0].because, HasSubstr("sample"));
  ASSERT_TRUE(apply(*planned));
  EXPECT_THAT(versions(), UnorderedElementsAre(Pair("base", "1.2.0"), Pair("sample", "2.0.0")));
  EXPECT_THAT(run_blocking(market().dependents("base")).value(), Contains(HasSubstr("sample 2.0.0 needs base")));
}

TEST_F(RegistryTest, RefusesABundleThatWasExchangedOnTheServer) {
  const auto good = archive("1.0.0");
  registry_.add(good);
  registry_.publish();
  auto bad = good;
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
  const auto path = marketplace::module_target("tester", "sample", "1.0.0");
  registry_.put("targets/" + marketplace::hashed_path(path, security::hex(security::sha256(good))), bad);
  const auto planned = plan("sample");
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().kind, ErrorKind::kForbidden) << planned.error().message;
  registry_.put("targets/" + marketplace::hashed_path(path, security::hex(security::sha256(good))), good);
  EXPECT_TRUE(get("sample")) << "what was kept of the bad download does not spoil the next";
}

TEST_F(RegistryTest, RefusesASignatureByAKeyThatTheMetadataNamesNoMore) {
  registry_.add(archive("1.0.0"));
  ASSERT_NO_FATAL_FAILURE(registry_.publish());
  const auto fresh = security::PrivateKey::generate();
  registry_.publisher_keys = {&fresh};
  registry_.publish();
  const auto planned = plan("sample");
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().kind, ErrorKind::kForbidden);
  EXPECT_THAT(planned.error().message, HasSubstr("a key may have been revoked"));
}

TEST_F(RegistryTest, RefusesMetadataThatHasExpired) {
  registry_.add(archive("1.0.0"));
  registry_.publish();
  clock_.pass(std::chrono::hours(24 * 8));
  const auto planned = plan("sample");
  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error().message, HasSubstr("expired"));
}

TEST_F(RegistryTest, RefusesARootThatDoesNotFollow) {
  MovableClock clock;
  RegistryFolder other(folder_ / "other", clock);
  const auto pinned = trusted().pin(other.root(), false);
  ASSERT_FALSE(pinned);
  EXPECT_EQ(pinned.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(pinned.error().message, HasSubstr("--replace"));
  EXPECT_TRUE(trusted().pin(registry_.root(), false)) << "the same again is harmless";
  EXPECT_TRUE(trusted().pin(other.root(), true));
  EXPECT_FALSE(plan("sample"));
}

TEST_F(RegistryTest, WithdrawnAndBetaVersionsAreNotChosen) {
  registry_.add(archive("1.0.0"));
  registry_.add(archive("1.1.0"), marketplace::Channel::kStable, "It leaks.");
  registry_.add(archive("2.0.0"), marketplace::Channel::kBeta);
  registry_.publish();
  EXPECT_EQ(plan("sample").value().steps.at(0).to, "1.0.0");
  const auto beta = plan("sample", "", true);
  EXPECT_EQ(beta.value().steps.at(0).to, "2.0.0");
  EXPECT_THAT(beta->warnings, Contains(HasSubstr("channel beta")));
}

TEST_F(RegistryTest, APlanHasAnotherIdOnceSomethingElseWouldBeConsentedTo) {
  registry_.add(archive("1.0.0"));
  registry_.publish();
  const auto first = plan("sample"), again = plan("sample");
  EXPECT_EQ(first.value().id, again.value().id);
  registry_.add(archive("1.0.1", {"http"}));
  registry_.publish();
  EXPECT_NE(plan("sample").value().id, first->id);
}

TEST_F(RegistryTest, APlanMarksHooksThatGiveMoreAndConsentIsBoundToThem) {
  registry_.add(archive_with("1.0.0", R"({"point":"chat:before_ai","history":4},{"point":"session:end"})"));
  registry_.publish();
  const auto first = plan("sample").value().steps.at(0);
  EXPECT_TRUE(first.hooks.at(0).is_new && first.hooks.at(0).change.empty());
  ASSERT_TRUE(get("sample"));
  registry_.add(archive_with("1.1.0", R"({"point":"chat:before_ai","history":5},{"point":"chat:on_message"})"));
  registry_.publish();
  const auto wider = plan("sample").value();
  const auto& step = wider.steps.at(0);
  ASSERT_EQ(step.hooks.size(), 2U);
  EXPECT_TRUE(step.hooks[0].is_new);
  EXPECT_EQ(step.hooks[0].change, "So far it was given the last 4 messages before.");
  EXPECT_TRUE(step.hooks[1].is_new);
  EXPECT_EQ(step.hooks[1].change, "So far it was not asked here.");
  EXPECT_THAT(step.removed_hooks, UnorderedElementsAre("session:end"));
  EXPECT_THAT(install::encode(wider), AllOf(HasSubstr(R"("change":"So far it was not asked here.","new":true)"),
                                            HasSubstr(R"("removed_hooks":["session:end"])")));

  // Under the same version other bytes have come meanwhile: the very same bundle would give more than was shown.
  const auto replaced = archive_with("1.0.0", R"({"point":"chat:on_message"},{"point":"chat:before_ai"})");
  ASSERT_TRUE(install(replaced, {.grant_permissions = true, .allow_replace = true}));
  const auto now = plan("sample").value();
  EXPECT_EQ(now.steps.at(0).sha256, step.sha256);
  EXPECT_NE(now.id, wider.id);
  EXPECT_FALSE(now.steps.at(0).hooks[0].is_new || now.steps.at(0).hooks[1].is_new);
}

TEST_F(RegistryTest, WhatFailsLeavesTheOldVersionAndTakesBackWhatCameBefore) {
  registry_.add(archive_of("base", "1.0.0"));
  registry_.add(archive_of("sample", "1.0.0", R"("base":"^1.0")"));
  registry_.publish();
  ASSERT_TRUE(get("sample"));
  registry_.add(archive_of("base", "1.1.0"));
  registry_.add(archive_of("sample", "1.1.0", R"("base":"^1.1")"));
  registry_.publish();
  const auto planned = plan("sample");
  ASSERT_TRUE(planned) << planned.error().message;
  ASSERT_EQ(planned->steps.size(), 2U);
  // The database refuses the second switch, as when it goes away in the middle of an upgrade.
  const auto trap = database_.transaction_blocking([](store::Transaction& tx) {
    return tx.exec_script(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'away'; END $$;"
        "CREATE TRIGGER refuse BEFORE UPDATE ON modules FOR EACH ROW WHEN (NEW.name = 'sample') EXECUTE FUNCTION "
        "refuse()");
  });
  ASSERT_TRUE(trap) << trap.error().log_detail;
  const auto done = apply(*planned);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, AllOf(HasSubstr("sample 1.0.0 runs on"), HasSubstr("base is 1.0.0 again")));
  EXPECT_THAT(versions(), UnorderedElementsAre(Pair("base", "1.0.0"), Pair("sample", "1.0.0")));
  const auto told = run_blocking(market().operations().list()).value().at(0);
  EXPECT_EQ(told.state, "failed");
  EXPECT_EQ(told.steps.at(0).phase, Phase::kTakenBack);
  EXPECT_EQ(told.steps.at(1).phase, Phase::kFailed);
  EXPECT_THAT(told.error, HasSubstr("base is 1.0.0 again"));
}

TEST_F(RegistryTest, AFileIsInstalledWhenTheMetadataVouchesForItsBytes) {
  const auto bytes = archive("1.0.0");
  const auto request = [](const std::string& file) { return PlanRequest{.archives = {file}}; };
  auto planned = run_blocking(market().plan(request(bytes)));
  ASSERT_FALSE(planned) << "nobody has said that its publisher is to be believed";
  EXPECT_EQ(planned.error().kind, ErrorKind::kForbidden);
  registry_.add(bytes);
  registry_.publish();
  planned = run_blocking(market().plan(request(bytes)));
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_TRUE(planned->steps.at(0).vouched);
  EXPECT_TRUE(apply(*planned));
  registry_.add(archive("1.1.0"));
  registry_.publish();
  planned = run_blocking(market().plan(request(archive("1.1.0", {"log"}))));
  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error().message, HasSubstr("vouches for other bytes"));
}

TEST_F(RegistryTest, AnUploadWaitsForConsent) {
  registry_.add(archive("1.0.0"));
  registry_.publish();
  const auto upload = run_blocking(market().keep_upload(archive("1.0.0")));
  ASSERT_TRUE(upload) << upload.error().message;
  EXPECT_EQ(upload->name, "sample");
  const auto planned = run_blocking(market().plan({.upload_id = upload->id}));
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_TRUE(apply(*planned));
  EXPECT_EQ(run_blocking(market().plan({.upload_id = new_uuid()})).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(market().keep_upload("no bundle")).error().kind, ErrorKind::kInvalid);
}

TEST_F(RegistryTest, AMirrorServesInItsPlace) {
  registry_.add(archive("1.0.0"));
  registry_.publish();
  const auto mirror = folder_ / "mirror";
  auto& source = trusted();
  ASSERT_TRUE(run_blocking(source.check()));
  for (const auto& one : run_blocking(source.everything()).value()) {
    const auto to = mirror / "targets" / marketplace::hashed_path(one.path, one.sha256);
    ASSERT_TRUE(run_blocking(source.download(one, to, {})));
  }
  registry_.put("metadata/1.root.json", registry_.root());
  const auto copied = run_blocking(source.copy_metadata(mirror));
  ASSERT_TRUE(copied) << copied.error().message;
  fs::remove_all(folder_ / "metadata");
  fs::remove_all(folder_ / "targets");
  auto& carried = trusted("file://" + mirror.string());
  ASSERT_TRUE(run_blocking(carried.check()));
  EXPECT_EQ(run_blocking(carried.publisher_of("sample")).value(), "tester");
  const auto found = run_blocking(carried.find("tester", "sample", "1.0.0"));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(run_blocking(carried.download(*found, var_ / "got.rapt", {})));
}

TEST(ChangesSince, EndsAtTheVersionThatIsThere) {
  const std::string log = "# Changes\n\n## 1.10.0\n\nNew.\n\n## [1.1.0] - 2026-01-01\n\nOld.\n";
  EXPECT_EQ(changes_since(log, "1.1.0"), "# Changes\n\n## 1.10.0\n\nNew.\n\n");
  EXPECT_EQ(changes_since(log, std::nullopt), log);
  EXPECT_EQ(changes_since(log, "0.9.0"), log);
  EXPECT_EQ(changes_since(log, "1.10.0"), "# Changes\n\n");
}

}  // namespace
}  // namespace rapt::install
