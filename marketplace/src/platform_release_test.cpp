// SPDX-License-Identifier: AGPL-3.0-or-later
// A release of the platform on its way: packed, handed in, signed, published, found by a host, unpacked.
#include <gmock/gmock.h>

#include <fstream>

#include "key_folder.hpp"
#include "rapt/marketplace/release_document.hpp"
#include "rapt/marketplace/trusted_registry.hpp"
#include "rapt/release/archive.hpp"
#include "test_publishing.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kArchitecture = "x86_64-linux-gnu";

class ReleaseOfThePlatform : public ::testing::Test {
 protected:
  struct Packed {
    release::Manifest manifest;
    fs::path path;
    std::string bytes, sha256;
  };

  Packed pack(const std::string& version, const std::string& notes = "", const std::string& architecture = "") {
    const auto stage = folder_.path / ("stage-" + version + architecture);
    for (const std::string file : {"bin/rapt", "bin/rapt-runner", "bin/rapt-marketplace", "LICENSE", "CHANGELOG.md",
                                   "sbom.json", "migrations/core/0007_x.sql"}) {
      fs::create_directories((stage / file).parent_path());
      std::ofstream(stage / file) << file << " of " << version << notes;
    }
    release::Manifest manifest;
    manifest.version = version;
    manifest.architecture = architecture.empty() ? std::string(kArchitecture) : architecture;
    manifest.built_at = *parse_time("2026-01-02T03:04:05Z");
    manifest.min_from = "0.1.0";
    Packed out;
    out.path = folder_.path / (version + architecture + ".tar.gz");
    out.manifest = release::pack(stage, manifest, out.path).value();
    out.bytes = read_file(out.path, 1 << 20).value();
    out.sha256 = security::hex(security::sha256(out.bytes));
    return out;
  }

  NewRelease vouched(const Packed& packed) {
    PlatformRelease release;
    release.version = packed.manifest.version;
    release.architecture = packed.manifest.architecture;
    release.min_from = packed.manifest.min_from;
    release.released_at = *parse_time("2026-11-22T10:00:00Z");
    if (release.version.find('-') != std::string::npos) release.channel = Channel::kBeta;
    return {release, packed.sha256, packed.bytes.size()};
  }

  Answer put(const Packed& packed, std::uint64_t offset, std::string part, const std::string& sha256 = "") {
    return put_by(key_, packed, offset, std::move(part), sha256);
  }
  Answer put_by(const security::PrivateKey& key, const Packed& packed, std::uint64_t offset, std::string part,
                const std::string& sha256 = "") {
    return publishing_.ask(key, "PUT",
                           "/api/releases/" + packed.manifest.version + "/archives/" + packed.manifest.architecture,
                           std::move(part),
                           {{"sha256", sha256.empty() ? packed.sha256 : sha256},
                            {"bytes", std::to_string(packed.bytes.size())},
                            {"offset", std::to_string(offset)}});
  }

  std::optional<tuf::Targets> current() {
    const auto file =
        site().made.run([&](store::Transaction& tx) { return site().made.repository->releases_file(tx); });
    if (!file) return std::nullopt;
    return tuf::parse_targets(*file).value().document;
  }
  using Change = std::function<void(tuf::Targets&)>;
  std::string next(const Change& change) {
    auto document = next_document(current(), site().made.clock.now());
    change(document);
    return tuf::sign_document(document, {&key_});
  }
  Answer hand_in(const std::string& file, int percent = 100) {
    return publishing_.ask(key_, "POST", "/api/releases", json{{"file", file}, {"rollout_percent", percent}}.dump());
  }
  Answer publish(const Packed& packed, int percent = 100) {
    EXPECT_EQ(put(packed, 0, packed.bytes).status, 201);
    return hand_in(next([&](auto& document) { add_release(document, vouched(packed)).value(); }), percent);
  }
  std::string fault(const Change& change) {
    const auto answer = hand_in(next(change));
    EXPECT_EQ(answer.status, 400) << answer.body;
    return answer.error();
  }
  TestSite& site() { return publishing_.site; }

  TestPublishing publishing_{false};
  TestFolder folder_;
  security::PrivateKey key_ = read_private_key(site().made.folder.path / "offline" / "releases.key").value();
};

TEST_F(ReleaseOfThePlatform, GoesFromTheArchiveToAHost) {
  const auto packed = pack("1.2.0");
  const auto published = publish(packed, 10);
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.data().at("published"), json({"1.2.0"}));
  const auto row = site().json("/api/releases/1.2.0").at("data");
  EXPECT_EQ(row.at("rollout_percent"), 10);
  EXPECT_EQ(row.at("min_from"), "0.1.0");
  EXPECT_EQ(row.at("files").at(0).at("sha256"), packed.sha256);

  TrustedRegistry registry({folder_.path / "state", site().base()}, publishing_.client, site().made.clock);
  ASSERT_TRUE(registry.pin(site().made.file("1.root.json"), false));
  ASSERT_TRUE(runtime::run_blocking(registry.check()));
  const auto releases = runtime::run_blocking(registry.releases(std::string(kArchitecture))).value();
  ASSERT_EQ(releases.size(), 1U);
  EXPECT_EQ(releases[0].release.version, "1.2.0");
  EXPECT_EQ(releases[0].sha256, packed.sha256);
  EXPECT_EQ(site().get(releases[0].url.substr(site().base().size())).body, packed.bytes);
  EXPECT_THAT(runtime::run_blocking(registry.releases("riscv64-linux-gnu")).value(), IsEmpty());

  std::uint64_t last = 0;
  const auto progress = [&](std::uint64_t done, std::uint64_t total) { last = done * 100 / total; };
  const auto done =
      runtime::run_blocking(registry.download_release(releases[0], folder_.path / "got.tar.gz", progress));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(last, 100U);
  const auto unpacked = release::unpack(folder_.path / "got.tar.gz", folder_.path / "releases/1.2.0");
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(unpacked->version, "1.2.0");
  EXPECT_EQ(unpacked->core_migrations, 7);

  auto other = releases[0];
  other.sha256 = std::string(64, 'a');
  EXPECT_EQ(runtime::run_blocking(registry.download_release(other, folder_.path / "no", {})).error().kind,
            ErrorKind::kConflict);
}

TEST_F(ReleaseOfThePlatform, ComesInPartsAndGoesOnWhereItBrokeOff) {
  const auto packed = pack("1.2.0");
  const auto half = packed.bytes.size() / 2;
  EXPECT_EQ(put(packed, 0, "").data(), json({{"received", 0}, {"complete", false}}));
  EXPECT_EQ(put(packed, 0, packed.bytes.substr(0, half)).data().at("received"), half);
  EXPECT_EQ(put(packed, 0, "").data().at("received"), half) << "so it says to who asks";
  const auto twice = put(packed, 0, packed.bytes.substr(0, half));
  EXPECT_EQ(twice.status, 409);
  EXPECT_THAT(twice.error(), HasSubstr("Go on from there"));
  EXPECT_EQ(put(packed, half, packed.bytes + "x").status, 400) << "beyond the end";
  const auto whole = put(packed, half, packed.bytes.substr(half));
  EXPECT_EQ(whole.status, 201) << whole.body;
  const auto again = put(packed, 0, "");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.data(), json({{"received", packed.bytes.size()}, {"complete", true}}));
  EXPECT_FALSE(fs::exists(site().uploads.path_of(packed.sha256)));
}

TEST_F(ReleaseOfThePlatform, AnArchiveThatIsNotFitIsNotKept) {
  auto packed = pack("1.2.0");
  EXPECT_EQ(put(packed, 0, packed.bytes, std::string(64, 'a')).code(), "WRONG_DIGEST");
  EXPECT_EQ(put(packed, 0, "", std::string(64, 'a')).data().at("received"), 0) << "the next try begins anew";
  auto renamed = packed;
  renamed.manifest.version = "1.3.0";
  EXPECT_THAT(put(renamed, 0, packed.bytes).error(), HasSubstr("The archive is 1.2.0"));
  for (const auto& bytes :
       {packed.bytes.substr(0, packed.bytes.size() - 9), std::string("no archive"), packed.bytes + "more"}) {
    auto bad = packed;
    bad.bytes = bytes;
    bad.sha256 = security::hex(security::sha256(bytes));
    const auto answer = put(bad, 0, bytes);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_THAT(answer.error(), HasSubstr("The archive is not taken"));
    EXPECT_THAT(answer.error(), Not(HasSubstr(folder_.path.parent_path().string()))) << "where it lay is our own";
  }
  EXPECT_EQ(site().one("SELECT count(*)::text AS value FROM release_archives"), "0");
}

TEST_F(ReleaseOfThePlatform, OnlyAKeyOfTheRoleMayHandIn) {
  const auto packed = pack("1.2.0");
  const auto stranger = security::PrivateKey::generate();
  EXPECT_EQ(put_by(stranger, packed, 0, packed.bytes).code(), "NO_RELEASES_KEY");
  ASSERT_EQ(publishing_.enroll("lake", stranger).status, 201);
  EXPECT_EQ(put_by(stranger, packed, 0, packed.bytes).code(), "NO_RELEASES_KEY") << "a publisher's is none either";
  EXPECT_EQ(site().ask("POST", "/api/releases", {{"Content-Type", "application/json"}}, "{}").status, 401);
  auto request = publishing_.request(key_, "POST", "/api/releases", "{}");
  EXPECT_EQ(publishing_.send(request).status, 400);
  EXPECT_EQ(publishing_.send(request).code(), "REQUEST_REPLAYED");
  // Whoever may hand in has signed nothing by that.
  ASSERT_EQ(put(packed, 0, packed.bytes).status, 201);
  auto document = next_document(std::nullopt, site().made.clock.now());
  add_release(document, vouched(packed)).value();
  const auto forged = hand_in(tuf::sign_document(document, {&stranger}));
  EXPECT_EQ(forged.status, 403) << forged.body;
  EXPECT_THAT(forged.error(), HasSubstr("0 of the 1 signatures"));
}

TEST_F(ReleaseOfThePlatform, TheDocumentSaysExactlyWhatWasHandedIn) {
  const auto packed = pack("1.2.0");
  const auto adding = [&](const std::function<void(NewRelease&)>& change) {
    return [&, change](tuf::Targets& document) {
      auto release = vouched(packed);
      change(release);
      add_release(document, release).value();
    };
  };
  EXPECT_THAT(fault(adding([](auto&) {})), HasSubstr("hand it in first"));
  ASSERT_EQ(put(packed, 0, packed.bytes).status, 201);
  EXPECT_THAT(fault(adding([](auto& r) { r.sha256 = std::string(64, 'b'); })), HasSubstr("hand it in first"));
  EXPECT_THAT(fault(adding([](auto& r) { r.bytes += 1; })), HasSubstr("not so many"));
  EXPECT_THAT(fault(adding([](auto& r) { r.release.min_from = ""; })), HasSubstr("not those of its release.json"));
  EXPECT_THAT(fault(adding([](auto& r) { r.release.schema_from = "1.0.0"; })), HasSubstr("release.json"));
  EXPECT_THAT(fault(adding([](auto& r) { r.release.withdrawn = "no"; })), HasSubstr("before it is published"));
  EXPECT_THAT(fault([&](auto& d) {
                add_release(d, vouched(packed)).value();
                d.targets.begin()->second.custom_json = "{}";
              }),
              HasSubstr("cannot be read"));
  EXPECT_THAT(fault([&](auto& d) {
                auto node = (add_release(d, vouched(packed)).value(), d.targets.extract(d.targets.begin()));
                node.key() = "releases/9.9.9/other.tar.gz";
                d.targets.insert(std::move(node));
              }),
              HasSubstr("another release than its path"));
  EXPECT_EQ(site().one("SELECT count(*)::text AS value FROM releases"), "0");
  EXPECT_FALSE(current());
}

TEST_F(ReleaseOfThePlatform, APublishedReleaseNeverChanges) {
  const auto packed = pack("1.2.0");
  ASSERT_EQ(publish(packed).status, 200);
  const auto other = pack("1.2.0", " otherwise");
  ASSERT_NE(other.sha256, packed.sha256);
  EXPECT_EQ(put(other, 0, other.bytes).code(), "VERSION_EXISTS");
  EXPECT_THAT(fault([](auto& d) { d.targets.clear(); }), HasSubstr("is missing"));
  EXPECT_THAT(fault([](auto& d) {
                auto& custom = d.targets.begin()->second.custom_json;
                auto release = parse_release(custom).value();
                release.notes = "Other words.";
                custom = encode_release(release);
              }),
              HasSubstr("nothing but \"withdrawn\" may change"));
  auto release = vouched(packed);
  release.bytes += 1;
  auto document = *current();
  EXPECT_EQ(add_release(document, release).error().kind, ErrorKind::kConflict);
}

TEST_F(ReleaseOfThePlatform, DocumentsFollowEachOther) {
  const auto first = pack("1.2.0"), second = pack("1.3.0-rc.1");
  ASSERT_EQ(publish(first).status, 200);
  ASSERT_EQ(put(second, 0, second.bytes).status, 201);
  const auto current_file =
      *site().made.run([&](store::Transaction& tx) { return site().made.repository->releases_file(tx); });
  const auto again = hand_in(current_file);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_THAT(again.data().at("published").get<std::vector<std::string>>(), IsEmpty());
  const auto jump = next([](auto& d) { d.version += 1; });
  EXPECT_EQ(hand_in(jump).status, 409);
  const auto older = next([](auto& d) {
    d.version -= 1;
    d.expires += std::chrono::seconds(1);
  });
  EXPECT_THAT(hand_in(older).error(), HasSubstr("version 2 is next"));
  const auto expired = next([&](auto& d) { d.expires = site().made.clock.now() - std::chrono::hours(1); });
  EXPECT_THAT(hand_in(expired).error(), HasSubstr("has expired"));
  const auto eternal = next([&](auto& d) { d.expires += std::chrono::days(4000); });
  EXPECT_THAT(hand_in(eternal).error(), HasSubstr("400 days ahead"));
  const auto stable = next([&](auto& d) {
    auto release = vouched(second);
    release.release.channel = Channel::kStable;
    add_release(d, release).value();
  });
  EXPECT_THAT(hand_in(stable).error(), HasSubstr("belongs to the channel beta"));
  const auto fits = next([&](auto& d) { add_release(d, vouched(second)).value(); });
  EXPECT_EQ(hand_in(fits).data().at("published"), json({"1.3.0-rc.1"}));
}

TEST_F(ReleaseOfThePlatform, ArchitecturesOfAVersionAgree) {
  const auto one = pack("1.2.0"), two = pack("1.2.0", "", "aarch64-linux-gnu");
  ASSERT_EQ(publish(one, 50).status, 200);
  ASSERT_EQ(put(two, 0, two.bytes).status, 201);
  EXPECT_THAT(fault([&](auto& d) {
                auto release = vouched(two);
                release.release.notes = "Other words.";
                add_release(d, release).value();
              }),
              HasSubstr("architectures have to agree"));
  const auto later = hand_in(next([&](auto& d) { add_release(d, vouched(two)).value(); }), 5);
  ASSERT_EQ(later.status, 200) << later.body;
  const auto row = site().json("/api/releases/1.2.0").at("data");
  EXPECT_EQ(row.at("files").size(), 2U);
  EXPECT_EQ(row.at("rollout_percent"), 50) << "how far it has come stays";
}

TEST_F(ReleaseOfThePlatform, IsWithdrawnByASignedWordAndTakenBack) {
  ASSERT_EQ(publish(pack("1.1.0")).status, 200);
  ASSERT_EQ(publish(pack("1.2.0")).status, 200);
  const auto latest = [&] { return site().json("/api/releases/latest").at("data").at("version"); };
  EXPECT_EQ(latest(), "1.2.0");
  const auto gone = hand_in(next([](auto& d) { set_withdrawn(d, "1.2.0", "It forgets logins.").value(); }));
  EXPECT_EQ(gone.data().at("withdrawn"), json({"1.2.0"})) << gone.body;
  EXPECT_EQ(latest(), "1.1.0");
  EXPECT_EQ(site().json("/api/releases/1.2.0").at("data").at("withdrawn_because"), "It forgets logins.");
  const auto back = hand_in(next([](auto& d) { set_withdrawn(d, "1.2.0", "").value(); }));
  EXPECT_EQ(back.data().at("restored"), json({"1.2.0"}));
  EXPECT_EQ(latest(), "1.2.0");
  auto document = *current();
  EXPECT_EQ(set_withdrawn(document, "9.9.9", "x").error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::marketplace
