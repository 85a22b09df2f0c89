// SPDX-License-Identifier: AGPL-3.0-or-later
#include "repository.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "ceremony.hpp"
#include "key_folder.hpp"
#include "test_repository.hpp"

namespace rapt::marketplace {
namespace {

using std::chrono::days;
using std::chrono::hours;
using store::Transaction;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RepositoryTest : public ::testing::Test {
 protected:
  Delegated admit(const TestPublisher& publisher) { return admit(publisher.name, {publisher.key.public_key()}); }
  Delegated admit(const std::string& name, const std::vector<security::PublicKey>& keys) {
    return world.run([&](Transaction& tx) { return world.repository->admit(tx, name, keys); });
  }
  Result<tuf::Targets> publish(TestPublisher& publisher) {
    return publish(publisher.name, publisher.sign(world.clock.now()));
  }
  Result<tuf::Targets> publish(const std::string& name, const std::string& file) {
    return world.attempt([&](Transaction& tx) { return world.repository->publish(tx, name, file); });
  }
  bool renew() {
    return world.run([&](Transaction& tx) { return world.repository->renew(tx); });
  }
  Result<std::vector<std::string>> take(const std::vector<CeremonyFile>& files) {
    return world.attempt([&](Transaction& tx) { return world.repository->take_signed(tx, files); });
  }
  tuf::Timestamp timestamp() { return tuf::parse_timestamp(world.file("timestamp.json")).value().document; }
  tuf::Snapshot snapshot() {
    return tuf::parse_snapshot(world.file(std::to_string(timestamp().snapshot.version) + ".snapshot.json"))
        .value()
        .document;
  }
  tuf::Targets current(const std::string& role) {
    return tuf::parse_targets(
               world.file(std::to_string(snapshot().meta.at(role + ".json").version) + "." + role + ".json"))
        .value()
        .document;
  }
  security::PrivateKey key(const std::string& name) { return read_private_key(world.folder.path / name).value(); }
  /// The next targets document, signed by the offline key.
  CeremonyFile targets(const TargetsChange& change) {
    const auto before = tuf::parse_targets(world.file(std::to_string(targets_version_) + ".targets.json")).value();
    const auto next = change_targets(before.document, change, world.clock.now() + days(365)).value();
    targets_version_ = next.version;
    const auto signer = key("offline/targets.key");
    return {"targets", tuf::sign_document(next, {&signer})};
  }

  TestRepository world;
  TestPublisher lake{"lake"};
  std::int64_t targets_version_ = 1;
};

TEST_F(RepositoryTest, AFirstCeremonyMakesEveryDocumentThatClientsNeed) {
  EXPECT_EQ(timestamp().version, 1);
  std::vector<std::string> names;
  for (const auto& [name, meta] : snapshot().meta) {
    names.push_back(name);
    const auto file = world.file(std::to_string(meta.version) + "." + name);
    EXPECT_EQ(meta.length, file.size());
    EXPECT_EQ(meta.hashes.at("sha256"), security::hex(security::sha256(file)));
  }
  EXPECT_THAT(names, ElementsAre("community.json", "registry.json", "targets.json"));
  EXPECT_TRUE(current("registry").targets.contains("registry/advisories.json"));
  EXPECT_TRUE(world.has("1.root.json"));
  for (const std::string name : {"root.json", "2.root.json", "01.root.json", "1.root.jsonx", "1..json", "-1.root.json",
                                 "", "1.ro'ot.json", "99999999999999999999.root.json", "snapshot.json"})
    EXPECT_FALSE(world.has(name)) << name;
}

TEST_F(RepositoryTest, APublisherIsAdmittedAndPublishes) {
  EXPECT_EQ(admit(lake), Delegated::kNow);
  const auto before = snapshot().version;
  lake.add("log", "1.0.0");
  ASSERT_TRUE(publish(lake));
  EXPECT_EQ(snapshot().version, before + 1);
  EXPECT_EQ(current("publisher-lake").targets.size(), 1U);
  const auto community = current("community");
  ASSERT_EQ(community.delegations.roles.size(), 1U);
  EXPECT_THAT(community.delegations.roles[0].paths, ElementsAre("modules/lake/*/*"));
  EXPECT_FALSE(community.delegations.roles[0].terminating);
  EXPECT_EQ(admit(lake), Delegated::kNow);
  EXPECT_EQ(current("community").version, community.version) << "nothing has changed, so nothing is signed";
}

TEST_F(RepositoryTest, TheSamePublicationAgainChangesNothing) {
  admit(lake);
  lake.add("log", "1.0.0");
  const auto file = lake.sign(world.clock.now());
  ASSERT_TRUE(publish("lake", file));
  const auto version = timestamp().version;
  ASSERT_TRUE(publish("lake", file));
  EXPECT_EQ(timestamp().version, version);
}

TEST_F(RepositoryTest, RefusesAPublishersDocumentThatIsNotSound) {
  admit(lake);
  lake.add("log", "1.0.0");
  ASSERT_TRUE(publish(lake));
  const auto good = lake.document;
  const auto before = timestamp().version;
  const auto fault = [&](auto change) {
    auto changed = good;
    ++changed.version;
    change(changed);
    const auto refused = publish("lake", tuf::sign_document(changed, {&lake.key}));
    return refused ? std::string("taken") : refused.error().message;
  };
  const auto path = module_target("lake", "log", "1.0.0");
  const auto now = world.clock.now();
  EXPECT_THAT(fault([](auto& d) { ++d.version; }), HasSubstr("version 2 is next"));
  EXPECT_THAT(fault([](auto& d) { --d.version, d.targets.clear(); }), HasSubstr("version 2 is next"));
  EXPECT_THAT(fault([&](auto& d) { d.expires = now - hours(1); }), HasSubstr("has expired"));
  EXPECT_THAT(fault([&](auto& d) { d.expires = now + days(401); }), HasSubstr("400 days"));
  EXPECT_THAT(fault([&](auto& d) { d.targets["modules/hill/log/log-1.0.0.rapt"] = d.targets[path]; }),
              HasSubstr("not below modules/lake/"));
  EXPECT_THAT(fault([&](auto& d) { d.targets["modules/lake/log/x/log-1.0.0.rapt"] = d.targets[path]; }),
              HasSubstr("not below modules/lake/"));
  EXPECT_THAT(fault([&](auto& d) { d.targets["registry/advisories.json"] = d.targets[path]; }), HasSubstr("not below"));
  EXPECT_THAT(fault([&](auto& d) { d.targets[module_target("lake", "log", "2.0.0")] = d.targets[path]; }),
              HasSubstr("another publisher, module or version"));
  EXPECT_THAT(fault([&](auto& d) { d.targets[path].custom_json = "{}"; }), HasSubstr("custom.rapt is missing"));
  EXPECT_THAT(fault([&](auto& d) {
                d.targets[path].hashes = {{"sha512", std::string(128, 'a')}};
              }),
              HasSubstr("no SHA-256"));
  EXPECT_THAT(fault([&](auto& d) { d.targets[path].length = 0; }), HasSubstr("no bytes"));
  EXPECT_THAT(fault([&](auto& d) {
                d.delegations.keys.emplace(tuf::id_of(tuf::key_of(lake.key.public_key())),
                                           tuf::key_of(lake.key.public_key()));
              }),
              HasSubstr("delegates to others"));
  EXPECT_EQ(timestamp().version, before);
  EXPECT_EQ(fault([](auto&) {}), "taken") << "what was changed above was all that was wrong";
}

TEST_F(RepositoryTest, RefusesWhoIsNotDelegatedTo) {
  lake.add("log", "1.0.0");
  EXPECT_EQ(publish(lake).error().kind, ErrorKind::kForbidden) << "not admitted";
  TestPublisher stranger("lake");
  admit(stranger);
  const auto refused = publish("lake", lake.sign(world.clock.now()));
  EXPECT_EQ(refused.error().kind, ErrorKind::kForbidden);
  EXPECT_THAT(refused.error().message, HasSubstr("0 of the 1 signatures"));
  EXPECT_EQ(publish("lake", "{}").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(publish("lake", std::string(5 * 1024 * 1024, ' ')).error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(world.attempt([&](Transaction& tx) { return world.repository->admit(tx, "../x", {lake.key.public_key()}); })
                .error()
                .kind,
            ErrorKind::kInvalid);
}

TEST_F(RepositoryTest, RotatesAPublishersKeyWithoutAGap) {
  admit(lake);
  lake.add("log", "1.0.0");
  ASSERT_TRUE(publish(lake));
  auto fresh = security::PrivateKey::generate();
  EXPECT_EQ(admit("lake", {lake.key.public_key(), fresh.public_key()}), Delegated::kNow);
  const auto old = std::exchange(lake.key, std::move(fresh)).public_key();
  ASSERT_TRUE(publish(lake));
  EXPECT_EQ(admit("lake", {lake.key.public_key()}), Delegated::kNow);
  EXPECT_EQ(current("community").delegations.keys.size(), 1U) << "a key that nobody has any more goes";
  EXPECT_EQ(admit("lake", {old}), Delegated::kSignAgain);
}

TEST_F(RepositoryTest, ExpelsAPublisherAndKeepsItsNumbers) {
  admit(lake);
  lake.add("log", "1.0.0");
  ASSERT_TRUE(publish(lake));
  const auto expel = [&] { return world.run([&](Transaction& tx) { return world.repository->expel(tx, "lake"); }); };
  EXPECT_EQ(expel(), Delegated::kNow);
  EXPECT_TRUE(current("community").delegations.roles.empty());
  EXPECT_TRUE(current("community").delegations.keys.empty());
  EXPECT_EQ(publish(lake).error().kind, ErrorKind::kForbidden);
  --lake.document.version;
  EXPECT_TRUE(snapshot().meta.contains("publisher-lake.json")) << "a client would take its going for an attack";
  admit(lake);
  ASSERT_TRUE(publish(lake)) << "goes on at version 2";
  EXPECT_EQ(current("publisher-lake").version, 2);
}

TEST_F(RepositoryTest, ACeremonyTakesAPublisherOutOfTheOnlineKeysHands) {
  admit(lake);
  lake.add("log", "1.0.0");
  ASSERT_TRUE(publish(lake));
  const auto notes = take({targets({{}, {{"lake", {lake.key.public_key()}}}, {}})});
  ASSERT_TRUE(notes) << notes.error().message;
  EXPECT_TRUE(notes->empty());
  EXPECT_TRUE(current("community").delegations.roles.empty());
  const auto top = current("targets");
  EXPECT_EQ(top.version, 2);
  EXPECT_TRUE(top.delegations.roles[1].terminating);
  EXPECT_EQ(top.delegations.roles[1].name, "publisher-lake");
  lake.add("log", "1.1.0");
  ASSERT_TRUE(publish(lake));
  const auto fresh = security::PrivateKey::generate();
  EXPECT_EQ(admit("lake", {fresh.public_key()}), Delegated::kNextCeremony);
  EXPECT_TRUE(current("community").delegations.roles.empty());
  EXPECT_EQ(world.run([&](Transaction& tx) { return world.repository->expel(tx, "lake"); }), Delegated::kNextCeremony);
  EXPECT_THAT(take({targets({{}, {{"lake", {fresh.public_key()}}}, {}})}).value(),
              ElementsAre(HasSubstr("lake has to sign its document again")));
}

TEST_F(RepositoryTest, RefusesACeremonysDocumentsThatAreNotInOrder) {
  const auto fault = [&](const std::vector<CeremonyFile>& files) {
    const auto refused = take(files);
    return refused ? std::string("taken") : refused.error().message;
  };
  const auto root = tuf::parse_root(world.file("1.root.json")).value().document;
  const auto root_key = key("offline/root.key"), timestamp_key = key("online/timestamp.key");
  const auto in_a_year = world.clock.now() + days(365);
  const auto signed_root = [&](tuf::Root document, std::vector<const security::PrivateKey*> keys) {
    return std::vector{CeremonyFile{"root", tuf::sign_document(document, keys)}};
  };
  const auto fresh = security::PrivateKey::generate();
  auto next = change_root(root, {{"root", {{fresh.public_key()}, {}, 2}}}, in_a_year).value();
  EXPECT_THAT(fault(signed_root(next, {&root_key})), HasSubstr("1 of the 2 signatures that it demands"));
  EXPECT_THAT(fault(signed_root(next, {&fresh})), HasSubstr("0 of the 1 signatures that root 1 demands"));
  EXPECT_THAT(fault(signed_root(next, {&timestamp_key})), HasSubstr("signatures that root 1 demands"));
  auto skipped = next;
  ++skipped.version;
  EXPECT_THAT(fault(signed_root(skipped, {&root_key, &fresh})), HasSubstr("the next one is root 2"));
  auto expired = next;
  expired.expires = world.clock.now() - hours(1);
  EXPECT_THAT(fault(signed_root(expired, {&root_key, &fresh})), HasSubstr("has expired"));
  auto loose = next;
  loose.consistent_snapshot = false;
  EXPECT_THAT(fault(signed_root(loose, {&root_key, &fresh})), HasSubstr("consistent snapshots"));
  auto misnamed = next;
  misnamed.keys[std::string(64, 'a')] = tuf::key_of(timestamp_key.public_key());
  misnamed.roles["timestamp"].key_ids = {std::string(64, 'a')};
  EXPECT_THAT(fault(signed_root(misnamed, {&root_key, &fresh})), HasSubstr("another id by its bytes"));
  auto other_targets =
      change_root(next, {{"targets", {{fresh.public_key()}, {root.roles.at("targets").key_ids}, 1}}}, in_a_year)
          .value();
  other_targets.version = 2;
  EXPECT_THAT(fault(signed_root(other_targets, {&root_key, &fresh})), HasSubstr("together with the root"));
  auto without_key =
      change_root(next, {{"snapshot", {{fresh.public_key()}, {root.roles.at("snapshot").key_ids}, 1}}}, in_a_year)
          .value();
  without_key.version = 2;
  EXPECT_THAT(fault(signed_root(without_key, {&root_key, &fresh})), HasSubstr("lacks the key of the role snapshot"));
  EXPECT_FALSE(world.has("2.root.json"));
  EXPECT_EQ(fault(signed_root(next, {&root_key, &fresh})), "taken");
  EXPECT_EQ(fault(signed_root(next, {&root_key, &fresh})), "taken") << "again is harmless";
  next.expires -= days(1);
  EXPECT_THAT(fault(signed_root(next, {&root_key, &fresh})), HasSubstr("another root 2 already"));
}

TEST_F(RepositoryTest, RefusesTargetsThatAreLaidOutOtherwise) {
  const auto before = current("targets");
  const auto signer = key("offline/targets.key");
  const auto fault = [&](auto change) {
    auto changed = before;
    ++changed.version;
    change(changed);
    const auto refused = take({{"targets", tuf::sign_document(changed, {&signer})}});
    return refused ? std::string("taken") : refused.error().message;
  };
  EXPECT_THAT(fault([](auto& d) { d.delegations.roles[0].paths = {"*"}; }), HasSubstr("other paths to releases"));
  EXPECT_THAT(fault([](auto& d) { d.delegations.roles[1].terminating = true; }), HasSubstr("other paths to community"));
  EXPECT_THAT(fault([](auto& d) { d.delegations.roles.pop_back(); }), HasSubstr("does not delegate to registry"));
  EXPECT_THAT(fault([](auto& d) { d.delegations.roles[0].name = "others"; }), HasSubstr("no role of a registry"));
  EXPECT_THAT(fault([](auto& d) {
                d.delegations.roles.push_back(publisher_delegation("lake", d.delegations.roles[0].role, true));
              }),
              HasSubstr("after community"));
  EXPECT_THAT(fault([](auto& d) {
                d.targets["x"].hashes = {{"sha256", std::string(64, 'a')}};
              }),
              HasSubstr("targets of its own"));
  EXPECT_THAT(fault([](auto& d) { d.version = 1, d.expires -= days(1); }), HasSubstr("another targets 1 already"));
  EXPECT_EQ(fault([](auto&) {}), "taken");
}

TEST_F(RepositoryTest, RotatesTheOnlineKeysInOneStep) {
  admit(lake);
  lake.add("log", "1.0.0");
  ASSERT_TRUE(publish(lake));
  const auto root = tuf::parse_root(world.file("1.root.json")).value().document;
  RoleChanges changes;
  for (const std::string role : {"snapshot", "timestamp"}) {
    const auto made = make_key(world.folder.path / "online" / (role + "-2.key"), role);
    ASSERT_TRUE(made);
    changes[role] = {{*made}, root.roles.at(role).key_ids, 1};
  }
  const auto root_key = key("offline/root.key");
  const auto next = change_root(root, changes, world.clock.now() + days(365)).value();
  TargetsChange change;
  change.roles["community"] = {{make_key(world.folder.path / "online/community-2.key", "community").value()},
                               delegation_of(current("targets"), "community")->role.key_ids,
                               1};
  const auto snapshots = snapshot().version;
  const auto done = take({targets(change), {"root", tuf::sign_document(next, {&root_key})}});
  ASSERT_TRUE(done) << done.error().message;
  const auto signed_snapshot =
      tuf::parse_snapshot(world.file(std::to_string(snapshots + 1) + ".snapshot.json")).value();
  EXPECT_EQ(tuf::valid_signatures(signed_snapshot.canonical, signed_snapshot.signatures, next.roles.at("snapshot"),
                                  next.keys),
            1);
  EXPECT_TRUE(snapshot().meta.contains("publisher-lake.json"));
  EXPECT_EQ(current("community").delegations.roles.size(), 1U) << "its publishers stay";
  lake.add("log", "1.0.1");
  EXPECT_TRUE(publish(lake));
}

TEST_F(RepositoryTest, RenewsWhatIsHalfOver) {
  EXPECT_FALSE(renew());
  const auto first = timestamp();
  world.clock.pass(hours(13));
  EXPECT_TRUE(renew());
  EXPECT_EQ(timestamp().version, first.version + 1);
  EXPECT_EQ(timestamp().snapshot.version, first.snapshot.version) << "the snapshot holds for seven days";
  EXPECT_GT(timestamp().expires, first.expires);
  EXPECT_FALSE(renew());
  world.clock.pass(days(4));
  EXPECT_TRUE(renew());
  EXPECT_EQ(snapshot().version, first.snapshot.version + 1);
  const auto community = current("community").version;
  world.clock.pass(days(16));
  EXPECT_TRUE(renew());
  EXPECT_EQ(current("community").version, community + 1);
  EXPECT_EQ(current("registry").version, 2);
  EXPECT_GT(snapshot().expires, world.clock.now() + days(6));
  EXPECT_FALSE(world.has("1.snapshot.json")) << "superseded for more than a day";
  EXPECT_TRUE(world.has("1.root.json"));
}

TEST_F(RepositoryTest, KeepsAdvisoriesAsATarget) {
  const auto before = current("registry").targets.at("registry/advisories.json");
  Advisory advisory;
  advisory.id = "RA-2026-0001";
  advisory.affected = "<2";
  advisory.severity = "high";
  advisory.title = "T";
  advisory.published_at = world.clock.now();
  world.run([&](Transaction& tx) { return world.repository->put_advisories(tx, {advisory}); });
  const auto after = current("registry").targets.at("registry/advisories.json");
  EXPECT_NE(after.hashes, before.hashes);
  const auto rows = runtime::run_blocking((**world.database)
                                              .query({"test.advisories", R"(
    SELECT convert_from(bytes, 'UTF8') AS text, sha256 FROM tuf_targets ORDER BY sha256 = $1)"},
                                                     store::params(after.hashes.at("sha256"))));
  ASSERT_EQ(rows.value().size(), 2U) << "the one before stays for whoever is reading";
  EXPECT_EQ((*rows)[1].text("text"), encode_advisories({advisory}));
  EXPECT_EQ((*rows)[1].text("sha256"), after.hashes.at("sha256"));
  advisory.severity = "grave";
  EXPECT_FALSE(world.attempt([&](Transaction& tx) { return world.repository->put_advisories(tx, {advisory}); }));
}

TEST_F(RepositoryTest, DoesNotSignWhatTheDatabaseWasMadeToSay) {
  admit(lake);
  auto forged = current("community");
  ++forged.version;
  const auto thief = security::PrivateKey::generate();
  const auto file = tuf::sign_document(forged, {&thief});
  const auto done = runtime::run_blocking((**world.database)
                                              .query({"test.forge", R"(
    INSERT INTO tuf_metadata (role, version, file, expires_at) VALUES ('community', $1, convert_to($2, 'UTF8'), now()))"},
                                                     store::params(forged.version, file)));
  ASSERT_TRUE(done);
  const auto refused = world.attempt([&](Transaction& tx) { return world.repository->renew(tx); });
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().log_detail, HasSubstr("changed the database"));
}

TEST_F(RepositoryTest, TakesTurnsUnderConcurrentPublishers) {
  constexpr int kPublishers = 4, kVersions = 5;
  std::vector<std::unique_ptr<TestPublisher>> all;
  for (int i = 0; i < kPublishers; ++i) {
    all.push_back(std::make_unique<TestPublisher>("lake" + std::to_string(i)));
    admit(*all.back());
  }
  const auto before = timestamp().version;
  std::vector<std::thread> threads;
  std::atomic<int> published{0};
  for (auto& one : all) {
    threads.emplace_back([&, publisher = one.get()] {
      for (int i = 0; i < kVersions; ++i) {
        publisher->add("log", "1." + std::to_string(i) + ".0");
        if (publish(*publisher)) ++published;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(published, kPublishers * kVersions);
  EXPECT_EQ(timestamp().version, before + kPublishers * kVersions) << "no number twice, none left out";
  for (const auto& one : all) EXPECT_EQ(current("publisher-" + one->name).targets.size(), std::size_t{kVersions});
}

TEST(RepositoryKeys, AreRefusedWhenOthersMayReadThem) {
  const TestFolder folder;
  TestClock clock;
  EXPECT_FALSE(Repository::open(folder.path, clock)) << "no keys";
  EXPECT_FALSE(Repository::open(folder.path / "none", clock));
  const auto path = folder.path / "timestamp.key";
  ASSERT_TRUE(make_key(path, "timestamp"));
  struct stat about {};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_TRUE(Repository::open(folder.path, clock));
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const auto refused = Repository::open(folder.path, clock);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("others may read it"));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(::chmod(folder.path.c_str(), 0777), 0);
  EXPECT_FALSE(Repository::open(folder.path, clock)) << "others could put a key there";
  EXPECT_EQ(make_key(path, "timestamp").error().kind, ErrorKind::kConflict);
}

}  // namespace
}  // namespace rapt::marketplace
