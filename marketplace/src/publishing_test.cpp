// SPDX-License-Identifier: AGPL-3.0-or-later
// From a bundle to a published version, over HTTP, with every refusal.
#include <gmock/gmock.h>

#include "moderation.hpp"
#include "submissions.hpp"
#include "test_publishing.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using security::PrivateKey;
using ::testing::HasSubstr;

class PublishingTest : public ::testing::Test {
 protected:
  PublishingTest() {
    EXPECT_EQ(made_.enroll("lake", key_).status, 201);
    made_.site.sql("UPDATE publishers SET reviewed = true WHERE name = 'lake'");
  }
  std::string finding(const Answer& submission, const std::string& check) {
    const auto findings = submission.data().at("findings");
    for (const auto& one : findings) {
      if (one.at("check") == check)
        return one.at("level").get<std::string>() + ": " + one.at("text").get<std::string>();
    }
    return "none";
  }
  json versions(const std::string& module) {
    return made_.site.json("/api/modules/" + module).at("data").at("versions");
  }

  TestPublishing made_;
  PrivateKey key_ = PrivateKey::generate();
};

TEST_F(PublishingTest, TakesAVersionFromItsBundleToItsReaders) {
  const ModuleFacts facts;
  const auto taken = made_.submit(facts, key_, {{"category", "safety"}});
  ASSERT_EQ(taken.status, 201) << taken.body;
  EXPECT_EQ(taken.data().at("state"), "submitted");
  EXPECT_EQ(made_.site.get("/api/modules/sample").status, 404) << "nothing is shown before it is published";
  made_.check();
  const auto state = made_.submission(facts, key_);
  EXPECT_EQ(state.data().at("state"), "approved") << state.body;
  for (const auto* check : {"signature", "papers", "license", "change log", "libraries", "schemas", "migrations",
                            "size", "dependencies", "conformance"})
    EXPECT_THAT(finding(state, check), HasSubstr("ok: ")) << check;
  const auto published = made_.vouch(facts, key_);
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.data().at("published"), json::array({"sample 1.0.0"}));
  EXPECT_EQ(made_.site.json("/api/modules/sample").at("data").at("latest").at("stable"), "1.0.0");
  EXPECT_EQ(made_.site.get("/api/modules/sample/download/1.0.0").body, bundle_of(facts, &key_));
  EXPECT_EQ(made_.site.get("/metadata/1.publisher-lake.json").status, 200);
}

TEST_F(PublishingTest, YanksAndTakesItBack) {
  const ModuleFacts facts;
  made_.publish(facts, key_);
  const auto yank = [&](const std::string& because) {
    return made_.hand_in("lake", key_, [&](tuf::Targets& document) {
      set_yanked(document, "lake", "sample", "1.0.0", because).value();
    });
  };
  const auto yanked = yank("It lets words through.");
  ASSERT_EQ(yanked.status, 200) << yanked.body;
  EXPECT_EQ(yanked.data().at("yanked"), json::array({"sample 1.0.0"}));
  EXPECT_EQ(versions("sample").at(0).at("yanked").at("because"), "It lets words through.");
  EXPECT_EQ(yank(std::string(301, 'x')).status, 400);
  const auto restored = yank("");
  EXPECT_EQ(restored.data().at("restored"), json::array({"sample 1.0.0"}));
  EXPECT_TRUE(versions("sample").at(0).at("yanked").is_null());
}

TEST_F(PublishingTest, ComparesWhatIsSignedWithWhatWasApproved) {
  const ModuleFacts facts;
  ASSERT_EQ(made_.submit(facts, key_).status, 201);
  const auto early = made_.vouch(facts, key_);
  EXPECT_EQ(early.status, 400);
  EXPECT_THAT(early.error(), HasSubstr("Its state is \"submitted\""));
  made_.check();
  const auto bytes = bundle_of(facts, &key_);
  const auto with = [&](const std::function<void(NewTarget&)>& change) {
    auto target = made_.target_of(bytes);
    change(target);
    return made_.hand_in("lake", key_, [&](tuf::Targets& document) { add_target(document, target).value(); });
  };
  EXPECT_THAT(with([](NewTarget& target) { target.sha256 = std::string(64, 'a'); }).error(),
              HasSubstr("Length or hashes"));
  EXPECT_THAT(with([](NewTarget& target) { target.bytes += 1; }).error(), HasSubstr("Length or hashes"));
  EXPECT_THAT(with([](NewTarget& target) { target.release.grants = {"http:evil.example"}; }).error(),
              HasSubstr("is not what its manifest says"));
  EXPECT_THAT(with([](NewTarget& target) { target.release.channel = Channel::kBeta; }).error(),
              HasSubstr("is not what its manifest says"));
  EXPECT_THAT(with([](NewTarget& target) { target.release.released_at += std::chrono::hours(100); }).error(),
              HasSubstr("Set your clock"));
  EXPECT_THAT(with([](NewTarget& target) { target.release.version = "9.9.9"; }).error(),
              HasSubstr("There is no submission of it"));
  ASSERT_EQ(with([](NewTarget&) {}).status, 200);
  const auto gone = made_.hand_in("lake", key_, [](tuf::Targets& document) { document.targets.clear(); });
  EXPECT_THAT(gone.error(), HasSubstr("What is published stays"));
  const auto stranger = made_.hand_in("lake", PrivateKey::generate(), [](tuf::Targets&) {});
  EXPECT_EQ(stranger.status, 401);
  EXPECT_EQ(made_.current("lake")->version, 1) << "nothing of what was refused is kept";
}

TEST_F(PublishingTest, RefusesAtFirstSightWhatIsNoBundleOfThisPublisher) {
  const ModuleFacts facts;
  const auto bytes = bundle_of(facts, &key_);
  EXPECT_EQ(made_.submit_bytes(facts, bytes.substr(0, bytes.size() / 2), key_).status, 400);
  EXPECT_EQ(made_.submit_bytes(facts, "no bundle at all", key_).status, 400);
  auto cut = made_.request(key_, "POST", "/api/modules/sample/versions/1.0.0", bytes);
  cut.body.resize(cut.body.size() / 2);
  EXPECT_EQ(made_.send(cut).code(), "BODY_CHANGED");
  const auto is_unsigned = made_.submit_bytes(facts, bundle_of(facts, nullptr), key_);
  EXPECT_EQ(is_unsigned.code(), "BUNDLE_NOT_SIGNED");
  const auto other = PrivateKey::generate();
  const auto by_other = made_.submit_bytes(facts, bundle_of(facts, &other), key_);
  EXPECT_EQ(by_other.code(), "BUNDLE_KEY_UNKNOWN");
  EXPECT_THAT(by_other.error(), HasSubstr(other.public_key().key_id()));
  ModuleFacts foreign;
  foreign.publisher = "river";
  EXPECT_EQ(made_.submit(foreign, key_).code(), "OTHER_PUBLISHER");
  const auto moved = made_.ask(key_, "POST", "/api/modules/other-name/versions/1.0.0", bytes);
  EXPECT_THAT(moved.error(), HasSubstr("The bundle is sample 1.0.0, and the address says other-name 1.0.0"));
  EXPECT_EQ(made_.submit(facts, key_, {{"channel", "nightly"}}).status, 400);
  EXPECT_EQ(made_.submit(facts, key_, {{"categories", "safety"}}).status, 400);
  // None of them left a version behind; and the nine of a day are used up by then.
  EXPECT_EQ(made_.site.one("SELECT count(*)::text AS value FROM module_versions"), "0");
  made_.site.sql("UPDATE publishers SET uploads_on = uploads_on - 1");
  EXPECT_EQ(made_.submit(facts, key_).status, 201);
}

TEST_F(PublishingTest, CountsWhatAPublisherHandsInADay) {
  const ModuleFacts facts;
  Answer last;
  for (int i = 0; i < 10; ++i) last = made_.submit_bytes(facts, "no bundle " + std::to_string(i), key_);
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.code(), "UPLOADS_USED_UP");
  made_.site.sql("UPDATE publishers SET uploads_on = uploads_on - 1");
  EXPECT_EQ(made_.submit(facts, key_).status, 201);
}

TEST_F(PublishingTest, KeepsTheOrderOfVersions) {
  ModuleFacts facts;
  facts.version = "1.2.0";
  made_.publish(facts, key_);
  const auto again = made_.submit(facts, key_);
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.error(), HasSubstr("sample 1.2.0 is published since"));
  facts.version = "1.1.0";
  const auto lower = made_.submit(facts, key_);
  EXPECT_EQ(lower.code(), "VERSION_ORDER");
  EXPECT_THAT(lower.error(), HasSubstr("1.1.0 is not higher than 1.2.0"));
  facts.version = "1.3.0-rc.1";
  EXPECT_THAT(made_.submit(facts, key_).error(), HasSubstr("on the channel beta alone"));
  const auto beta = made_.submit(facts, key_, {{"channel", "beta"}});
  ASSERT_EQ(beta.status, 201) << beta.body;
  facts.version = "1.2.1";
  EXPECT_EQ(made_.submit(facts, key_).code(), "CHECK_RUNNING");
  made_.check();
  EXPECT_EQ(made_.submit(facts, key_).status, 201) << "a pre-release is in nobody's way";
}

TEST_F(PublishingTest, GivesAModuleToOnePublisher) {
  ModuleFacts facts;
  facts.name = "word-counter";
  made_.publish(facts, key_);
  made_.site.sql("UPDATE modules SET downloads = 5");
  const auto other = PrivateKey::generate();
  ASSERT_EQ(made_.enroll("river", other).status, 201);
  facts.publisher = "river";
  facts.version = "2.0.0";
  EXPECT_EQ(made_.submit(facts, other).code(), "MODULE_OF_ANOTHER");
  facts.name = "w0rd-counter";
  const auto similar = made_.submit(facts, other);
  EXPECT_EQ(similar.code(), "NAME_SIMILAR");
  EXPECT_THAT(similar.error(), HasSubstr("looks too much like word-counter"));
  facts.name = "official";
  EXPECT_EQ(made_.submit(facts, other).code(), "NAME_RESERVED");
}

TEST_F(PublishingTest, RejectsWithEveryReasonAndTakesTheMendedOne) {
  ModuleFacts facts;
  facts.license = "see the file";
  facts.dependencies = R"({"nowhere":"^1.0"})";
  facts.change_log = "# Changes\n";
  ASSERT_EQ(made_.submit(facts, key_).status, 201);
  made_.check();
  const auto state = made_.submission(facts, key_);
  EXPECT_EQ(state.data().at("state"), "rejected");
  EXPECT_THAT(finding(state, "license"), HasSubstr("error: "));
  EXPECT_THAT(finding(state, "dependencies"), HasSubstr("no version of that is published"));
  EXPECT_THAT(finding(state, "change log"), HasSubstr("warning: "));
  EXPECT_THAT(finding(state, "conformance"), HasSubstr("none")) << "what is refused anyway is not run";
  EXPECT_EQ(made_.submit(ModuleFacts{}, key_).status, 201);
}

TEST_F(PublishingTest, AsksAnOperatorWhenAVersionWantsMore) {
  made_.publish(ModuleFacts{}, key_);
  ModuleFacts more;
  more.version = "1.1.0";
  more.permissions = R"([{"name":"http","reason":"To look words up.","hosts":["words.example.org"]}])";
  ASSERT_EQ(made_.submit(more, key_).status, 201);
  made_.check();
  const auto state = made_.submission(more, key_);
  EXPECT_EQ(state.data().at("state"), "review");
  EXPECT_THAT(finding(state, "review"), HasSubstr("http:words.example.org"));
  EXPECT_EQ(made_.vouch(more, key_).status, 400);
  made_.site.made.run([](store::Transaction& tx) { return decide_review(tx, "sample", "1.1.0", true, "Fine."); });
  EXPECT_EQ(made_.vouch(more, key_).status, 200);
  const auto twice = made_.site.made.attempt(
      [](store::Transaction& tx) { return decide_review(tx, "sample", "1.1.0", false, "No."); });
  EXPECT_EQ(twice.error().kind, ErrorKind::kConflict);
}

TEST_F(PublishingTest, AsksAnOperatorWhenAVersionsHooksAreMore) {
  const auto hook = [](const std::string& rest) { return R"([{"point":"chat:before_ai")" + rest + "}]"; };
  ModuleFacts facts;
  facts.hooks = hook(R"(,"priority":30)");
  made_.publish(facts, key_);
  facts.version = "1.1.0";
  facts.hooks = hook(R"(,"priority":30,"timeout_ms":700,"on_failure":"closed")");
  made_.publish(facts, key_);
  facts.version = "1.2.0";
  facts.hooks = hook(R"(,"priority":20)");
  ASSERT_EQ(made_.submit(facts, key_).status, 201);
  made_.check();
  const auto state = made_.submission(facts, key_);
  EXPECT_EQ(state.data().at("state"), "review");
  EXPECT_THAT(finding(state, "review"), HasSubstr("the hook chat:before_ai (\"It comes earlier among the modules"));
}

TEST_F(PublishingTest, LooksAtStrangersFirst) {
  made_.site.sql("UPDATE publishers SET reviewed = false");
  ASSERT_EQ(made_.submit(ModuleFacts{}, key_).status, 201);
  made_.check();
  const auto state = made_.submission(ModuleFacts{}, key_);
  EXPECT_EQ(state.data().at("state"), "review");
  EXPECT_THAT(finding(state, "review"), HasSubstr("nobody has reviewed"));
}

TEST(PublishingWithoutKit, NeverApprovesWhatWasNotTried) {
  TestPublishing made(false);
  const auto key = PrivateKey::generate();
  ASSERT_EQ(made.enroll("lake", key).status, 201);
  made.site.sql("UPDATE publishers SET reviewed = true");
  ASSERT_EQ(made.submit(ModuleFacts{}, key).status, 201);
  made.check();
  const auto state = made.submission(ModuleFacts{}, key);
  EXPECT_EQ(state.data().at("state"), "review");
  EXPECT_THAT(state.body.dump(), HasSubstr("The conformance kit was not run"));
}

TEST_F(PublishingTest, ChecksAgainWhatADeadServerLeft) {
  ASSERT_EQ(made_.submit(ModuleFacts{}, key_).status, 201);
  made_.site.sql("UPDATE module_versions SET checking_until = now() + interval '60 seconds'");
  made_.check();
  EXPECT_EQ(made_.submission(ModuleFacts{}, key_).data().at("state"), "submitted") << "another server is at it";
  made_.site.sql("UPDATE module_versions SET checking_until = now() - interval '1 second'");
  made_.check();
  EXPECT_EQ(made_.submission(ModuleFacts{}, key_).data().at("state"), "approved");
}

TEST_F(PublishingTest, AnswersTheSameBytesWithTheirState) {
  ASSERT_EQ(made_.submit(ModuleFacts{}, key_).status, 201);
  EXPECT_EQ(made_.submit(ModuleFacts{}, key_).status, 200);
  ModuleFacts other;
  other.change_log = "# Changes\n\n## 1.0.0\n\nSomething else.\n";
  const auto refused = made_.submit(other, key_);
  EXPECT_EQ(refused.code(), "VERSION_EXISTS");
  EXPECT_THAT(refused.error(), HasSubstr("their state is \"submitted\""));
}

TEST_F(PublishingTest, ShowsPicturesAndStars) {
  made_.publish(ModuleFacts{}, key_);
  std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x80\x8\6\0\0\0\0\0\0\0\0", 37);
  const std::string place = "/api/modules/sample/screenshots/1";
  const auto put = made_.ask(key_, "PUT", place, png, {{"caption", "In class"}});
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.data().at("width"), 256);
  EXPECT_EQ(made_.site.get(place).body, png);
  EXPECT_EQ(made_.ask(key_, "PUT", place, "<svg onload=alert(1)>" + std::string(40, ' ')).status, 400);
  EXPECT_EQ(made_.ask(key_, "PUT", "/api/modules/sample/screenshots/9", png).status, 400);
  EXPECT_EQ(made_.ask(key_, "PUT", "/api/modules/other/screenshots/1", png).status, 404);
  EXPECT_EQ(made_.ask(key_, "DELETE", place).status, 200);
  EXPECT_EQ(made_.site.get(place).status, 404);
}

TEST_F(PublishingTest, TellsOfFaultsInVersions) {
  made_.publish(ModuleFacts{}, key_);
  auto& repository = *made_.site.made.repository;
  const auto add = [&](Advisory advisory) {
    return made_.site.made.attempt(
        [&](store::Transaction& tx) { return add_advisory(tx, repository, advisory, made_.site.made.clock.now()); });
  };
  Advisory advisory;
  advisory.module = "sample";
  advisory.affected = "<1.0.1";
  advisory.fixed = "1.0.1";
  advisory.severity = "high";
  advisory.title = "It lets words through";
  const auto id = add(advisory);
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, "RA-2026-0001");
  EXPECT_EQ(versions("sample").at(0).at("advisories"), json::array({"RA-2026-0001"}));
  advisory.fixed = "1.0.0";
  EXPECT_THAT(add(advisory).error().message, HasSubstr("is among the versions that are affected"));
  advisory.affected = "some";
  EXPECT_THAT(add(advisory).error().message, HasSubstr("has to be a range"));
  made_.site.made.run([&](store::Transaction& tx) { return withdraw_advisory(tx, repository, *id); });
  EXPECT_EQ(versions("sample").at(0).at("advisories"), json::array());
}

TEST_F(PublishingTest, VouchesForNothingOfASuspendedPublisher) {
  made_.publish(ModuleFacts{}, key_);
  auto& repository = *made_.site.made.repository;
  made_.site.made.run([&](store::Transaction& tx) { return suspend(tx, repository, "lake", "Spam."); });
  EXPECT_EQ(made_.submit(ModuleFacts{}, key_).code(), "PUBLISHER_SUSPENDED");
  made_.site.made.run([&](store::Transaction& tx) { return resume(tx, repository, "lake"); });
  ModuleFacts next;
  next.version = "1.0.1";
  made_.publish(next, key_);
}

TEST(VersionRules, TellsWhichVersionIsInTheWay) {
  const auto way = [](const std::string& version, const std::vector<std::string>& others) {
    return in_the_way(*Version::parse(version), others).value_or("");
  };
  EXPECT_EQ(way("1.0.0", {}), "");
  EXPECT_EQ(way("1.2.1", {"1.2.0", "1.4.0"}), "");
  EXPECT_EQ(way("1.2.1", {"1.2.3", "1.4.0"}), "1.2.3");
  EXPECT_EQ(way("1.3.0", {"1.2.0", "1.4.0"}), "1.4.0");
  EXPECT_EQ(way("1.3.0", {"2.0.0"}), "");
  EXPECT_EQ(way("1.3.0", {"1.3.0-rc.1", "1.4.0-rc.1"}), "");
  EXPECT_EQ(way("1.3.0-rc.1", {"1.3.0"}), "1.3.0");
  EXPECT_EQ(way("1.3.0+b", {"1.3.0+a"}), "1.3.0+a");
}

}  // namespace
}  // namespace rapt::marketplace
