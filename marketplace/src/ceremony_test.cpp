// SPDX-License-Identifier: AGPL-3.0-or-later
// Ceremonies by the program's words, as the holders of keys say them.
#include "ceremony.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "test_repository.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Ceremony : public ::testing::Test {
 protected:
  /// The program's exit status; what it said is in out and err.
  int say(std::vector<std::string> words) {
    std::istringstream in;
    std::ostringstream out_stream, err_stream;
    cli::Console console{in, out_stream, err_stream, [](std::string_view) { return std::nullopt; }};
    words.insert(words.begin(), "root");
    const int status = run_marketplace(console, words);
    out = out_stream.str();
    err = err_stream.str();
    return status;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (folder.path / name).string(); }
  std::string key(const std::string& name) {
    EXPECT_EQ(say({"keygen", at(name + ".key"), "--for", "root", "--json"}), 0) << err;
    return nlohmann::json::parse(out).at("key_id");
  }
  /// Three holders of the root, two of whom have to sign; one of everything else.
  void init() {
    for (const std::string name : {"anna", "ben", "cleo"}) root_ids.push_back(key(name));
    for (const std::string name : {"targets", "snapshot", "timestamp", "community", "registry"}) key(name);
    ASSERT_EQ(say({"init", at("c"), "--add", "root=" + at("anna.pub"), "--add", "root=" + at("ben.pub"), "--add",
                   "root=" + at("cleo.pub"), "--threshold", "root=2", "--add", "targets=" + at("targets.pub"), "--add",
                   "snapshot=" + at("snapshot.pub"), "--add", "timestamp=" + at("timestamp.pub")}),
              0)
        << err;
  }
  nlohmann::json show(const std::string& file) {
    EXPECT_EQ(say({"show", at(file), "--json"}), 0) << err;
    return nlohmann::json::parse(out);
  }

  TestFolder folder;
  std::vector<std::string> root_ids;
  std::string out, err;
};

TEST_F(Ceremony, KeepsAPrivateKeyToItsOwnerAndNeverReplacesIt) {
  const auto id = key("anna");
  struct stat about {};
  ASSERT_EQ(::stat(at("anna.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  const auto secret = read_file(at("anna.key"), 4096).value();
  EXPECT_THAT(read_file(at("anna.pub"), 4096).value(), HasSubstr(id));
  EXPECT_EQ(say({"keygen", at("anna.key")}), 1);
  EXPECT_THAT(err, HasSubstr("never replaced"));
  EXPECT_EQ(read_file(at("anna.key"), 4096).value(), secret);
  EXPECT_EQ(say({"keygen", at("ben.pem")}), 2);
  EXPECT_EQ(say({"keygen", at("ben.key"), "--for", "everything"}), 2);
}

TEST_F(Ceremony, ARootIsSignedByOneHolderAfterTheOther) {
  init();
  auto shown = show("c/1.root.json");
  EXPECT_FALSE(shown["ready"]);
  EXPECT_THAT(shown["fault"], HasSubstr("0 of the 2 signatures"));
  ASSERT_EQ(say({"sign", at("c/1.root.json"), "--key", at("anna.key")}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("demands 2, and has 1: not enough"), HasSubstr("not signed by")));
  ASSERT_EQ(say({"sign", at("c/1.root.json"), "--key", at("cleo.key")}), 0) << err;
  shown = show("c/1.root.json");
  EXPECT_TRUE(shown["ready"]) << shown;
  EXPECT_THAT(shown["signatures"][0]["missing"], ElementsAre(root_ids[1]));
  EXPECT_EQ(say({"sign", at("c/1.root.json"), "--key", at("targets.key")}), 1);
  EXPECT_THAT(err, HasSubstr("whose signature nobody wants"));
  EXPECT_EQ(say({"init", at("c"), "--add", "root=" + at("anna.pub")}), 1);
}

TEST_F(Ceremony, ARotationTellsWhatChangesAndNeedsOldAndNew) {
  init();
  ASSERT_EQ(say({"sign", at("c/1.root.json"), "--key", at("anna.key"), "--key", at("ben.key")}), 0) << err;
  const auto emil = key("emil");
  ASSERT_EQ(say({"rotate", at("c"), "--remove", "root=" + root_ids[0].substr(0, 16), "--add", "root=" + at("emil.pub"),
                 "--days", "100"}),
            0)
      << err;
  const auto shown = show("c/2.root.json");
  EXPECT_EQ(shown["before"], "root 1");
  EXPECT_THAT(shown["changes"], ElementsAre("root: the key " + emil.substr(0, 16) + " comes",
                                            "root: the key " + root_ids[0].substr(0, 16) + " goes"));
  // The two that go on are enough for both: the old root's threshold and the new one's.
  ASSERT_EQ(say({"sign", at("c/2.root.json"), "--key", at("emil.key"), "--key", at("ben.key")}), 0) << err;
  EXPECT_THAT(out, HasSubstr("root 1 demands 2, and has 1: not enough"));
  ASSERT_EQ(say({"sign", at("c/2.root.json"), "--key", at("cleo.key")}), 0) << err;
  EXPECT_TRUE(show("c/2.root.json")["ready"]);
  ASSERT_EQ(say({"rotate", at("c")}), 0) << err;
  EXPECT_TRUE(show("c/3.root.json")["changes"].empty());
  EXPECT_EQ(say({"rotate", at("none")}), 1);
}

TEST_F(Ceremony, RefusesWhatCannotBe) {
  init();
  const auto fault = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"rotate", at("c")});
    EXPECT_EQ(say(std::move(words)), 1) << out;
    return err;
  };
  EXPECT_THAT(fault({"--threshold", "root=4"}), HasSubstr("does not fit 3 keys"));
  EXPECT_THAT(fault({"--threshold", "root"}), HasSubstr("ROLE="));
  EXPECT_THAT(fault({"--threshold", "root=many"}), HasSubstr("from 1 to"));
  EXPECT_THAT(fault({"--remove", "root=abcdefabcdef"}), HasSubstr("has no key"));
  EXPECT_THAT(fault({"--remove", "root=ab"}), HasSubstr("at least 8 characters"));
  EXPECT_THAT(fault({"--add", "community=" + at("anna.pub")}), HasSubstr("no role of this name"));
  EXPECT_THAT(fault({"--add", "root=" + at("nobody.pub")}), HasSubstr("nobody.pub"));
  EXPECT_THAT(fault({"--days", "0"}), HasSubstr("from 1 to 3650"));
  ASSERT_EQ(::chmod(at("anna.key").c_str(), 0644), 0);
  const auto refused = fault({"--key", at("anna.key")});
  EXPECT_THAT(refused, HasSubstr("others may read it"));
  std::ofstream(at("c/2.root.json")) << "{}";
  EXPECT_EQ(say({"show", at("c/2.root.json")}), 1);
  EXPECT_EQ(say({"show", at("c/root.json")}), 1);
  EXPECT_THAT(err, HasSubstr("not called as documents"));
}

TEST_F(Ceremony, TargetsAdmitThePublishersThatAreNamed) {
  init();
  const std::vector<std::string> first = {"targets", at("c"),
                                          "--add",   "community=" + at("community.pub"),
                                          "--add",   "registry=" + at("registry.pub"),
                                          "--key",   at("targets.key")};
  EXPECT_EQ(say({"targets", at("c"), "--add", "registry=" + at("registry.pub")}), 1);
  EXPECT_THAT(err, HasSubstr("community"));
  ASSERT_EQ(say(first), 0) << err;
  EXPECT_TRUE(show("c/1.targets.json")["ready"]) << out;
  const auto lake = security::PrivateKey::generate().public_key(), old = security::PrivateKey::generate().public_key();
  const nlohmann::json list = {
      {"data",
       {{{"name", "lake"},
         {"keys", {{{"public_key", lake.to_text()}}, {{"public_key", old.to_text()}, {"revoked_at", "2026-01-01"}}}}},
        {{"name", "bog"}, {"suspended_because", "malware"}, {"keys", {{{"public_key", old.to_text()}}}}},
        {{"name", "hill"}, {"keys", {{{"public_key", old.to_text()}}}}}}}};
  std::ofstream(at("list.json")) << list;
  EXPECT_EQ(say({"targets", at("c"), "--admit", "lake"}), 1) << "without a list";
  EXPECT_EQ(say({"targets", at("c"), "--admit", "bog", "--publishers", at("list.json")}), 1) << "suspended";
  ASSERT_EQ(say({"targets", at("c"), "--admit", "lake", "--publishers", at("list.json"), "--key", at("targets.key")}),
            0)
      << err;
  const auto shown = show("c/2.targets.json");
  EXPECT_TRUE(shown["ready"]) << shown;
  const auto lake_id = tuf::id_of(tuf::key_of(lake)).substr(0, 16);
  EXPECT_THAT(shown["changes"], ElementsAre("publisher lake: is new, with " + lake_id));
  ASSERT_EQ(say({"targets", at("c"), "--expel", "lake"}), 0) << err;
  EXPECT_THAT(show("c/3.targets.json")["changes"], ElementsAre("publisher lake: goes, with " + lake_id));
  EXPECT_EQ(say({"targets", at("c"), "--expel", "lake"}), 1);
}

TEST_F(Ceremony, TheRegistryTakesInWhatDevelopMakes) {
  const auto database = marketplace_database();
  ASSERT_EQ(say({"develop", at("dev"), "--json"}), 0) << err;
  EXPECT_EQ(nlohmann::json::parse(out)["made"].size(), 9U);
  ASSERT_EQ(say({"develop", at("dev")}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("there already"), HasSubstr("no ceremony")));
  const std::vector<std::string> take = {
      "take",           at("dev/metadata/1.root.json"), at("dev/metadata/1.targets.json"), "--keys", at("dev/online"),
      "--database-url", database->options().url};
  ASSERT_EQ(say(take), 0) << err;
  ASSERT_EQ(say(take), 0) << "again is harmless: " << err;
  const auto lake = security::PrivateKey::generate().public_key();
  database->script(
      "INSERT INTO publishers (name) VALUES ('lake'), ('bog'); INSERT INTO publisher_keys (key_id, publisher, "
      "public_key) VALUES ('" +
      lake.key_id() + "', 'lake', '" + lake.to_text() + "')");
  ASSERT_EQ(say({"publishers", "--database-url", database->options().url}), 0) << err;
  const auto listed = parse_publishers(out).value();
  ASSERT_EQ(listed.size(), 1U) << "who has no key cannot be admitted: " << out;
  EXPECT_EQ(listed[0].name, "lake");
  EXPECT_THAT(listed[0].keys, ElementsAre(lake));
  const SystemClock clock;
  const auto repository = Repository::open(folder.path / "dev/online", clock).value();
  EXPECT_TRUE(runtime::run_blocking(repository->file(**database, "timestamp.json")));
  EXPECT_EQ(say({"take", at("dev/metadata/1.root.json"), "--keys", at("dev/online")}), 1);
  EXPECT_THAT(err, HasSubstr("database-url"));
}

TEST(Develop, RenewsWhatExpiresSoon) {
  const TestFolder folder;
  const TestClock clock;
  ASSERT_TRUE(develop(folder.path, clock.now()));
  EXPECT_TRUE(develop(folder.path, clock.now() + std::chrono::days(300)).value().empty());
  const auto made = develop(folder.path, clock.now() + std::chrono::days(310)).value();
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].filename(), "2.root.json");
  EXPECT_EQ(made[1].filename(), "2.targets.json");
}

TEST(ParsePublishers, RefusesWhatIsNoList) {
  for (const std::string text : {"", "{}", R"([{"name":7}])", R"([{"name":"a","keys":[{"public_key":"x"}]}])", "[1]"})
    EXPECT_FALSE(parse_publishers(text)) << text;
  EXPECT_TRUE(parse_publishers("[]").value().empty());
}

}  // namespace
}  // namespace rapt::marketplace
