// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "installer_fixture.hpp"
#include "rapt/http/client.hpp"
#include "rapt/install/marketplace_installer.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::install {

class MovableClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void pass(std::chrono::hours time) { now_ += time; }

 private:
  TimePoint now_ = *parse_time("2026-11-22T10:00:00Z");
};

/// A registry's repository as a folder, signed for real: one publisher, "tester", to whom the top-level role delegates.
class RegistryFolder {
 public:
  RegistryFolder(fs::path folder, const Clock& clock) : folder_(std::move(folder)), clock_(clock) {}

  /// Adds a bundle; publish() makes it known. `change` may say something else about it than is true.
  void add(const std::string& archive, marketplace::Channel channel = marketplace::Channel::kStable,
           const std::string& yanked = "") {
    const auto bundle = bundle::read_bundle(archive).value();
    const auto& manifest = bundle.manifest;
    marketplace::ModuleRelease release;
    release.name = manifest.name;
    release.version = manifest.version;
    release.publisher = manifest.publisher;
    release.channel = channel;
    release.abi_major = manifest.abi_major;
    release.abi_minor = manifest.abi_minor;
    release.architectures = {std::string(bundle::native_architecture())};
    release.dependencies = manifest.dependencies;
    release.released_at = clock_.now();
    release.yanked = yanked;
    const auto path = marketplace::module_target(release.publisher, release.name, release.version);
    const auto sha256 = security::hex(bundle.digest);
    releases_[path] = {archive.size(), {{"sha256", sha256}}, marketplace::encode_custom(release)};
    put("targets/" + marketplace::hashed_path(path, sha256), archive);
  }
  /// Writes the metadata: a new version of everything but the root.
  void publish() {
    ++version_;
    const auto expires = clock_.now() + std::chrono::hours(24 * 7);
    tuf::Targets publisher{version_, expires, releases_, {}};
    tuf::Targets top{version_, expires, {}, {}};
    for (const auto* key : publisher_keys) top.delegations.keys[id(*key)] = tuf::key_of(key->public_key());
    tuf::DelegatedRole delegated;
    delegated.name = marketplace::publisher_role("tester");
    for (const auto* key : publisher_keys) delegated.role.key_ids.push_back(id(*key));
    delegated.paths = {"modules/tester/*/*"};
    delegated.terminating = true;
    top.delegations.roles = {delegated};
    tuf::Snapshot snapshot{version_, expires, {}};
    sign("publisher-tester.json", publisher, *publisher_keys.front(), snapshot);
    sign("targets.json", top, online_, snapshot);
    const auto snapshot_file = tuf::sign_document(snapshot, {&online_});
    put("metadata/" + std::to_string(version_) + ".snapshot.json", snapshot_file);
    tuf::Timestamp timestamp{version_, expires, meta_of(snapshot_file)};
    put("metadata/timestamp.json", tuf::sign_document(timestamp, {&online_}));
  }
  [[nodiscard]] std::string root() const {
    tuf::Root root;
    root.version = 1;
    root.expires = clock_.now() + std::chrono::hours(24 * 365);
    root.keys = {{id(root_), tuf::key_of(root_.public_key())}, {id(online_), tuf::key_of(online_.public_key())}};
    for (const auto* role : {"targets", "snapshot", "timestamp"}) root.roles[role] = {{id(online_)}, 1};
    root.roles["root"] = {{id(root_)}, 1};
    return tuf::sign_document(root, {&root_});
  }
  void put(const std::string& path, const std::string& bytes) const {
    fs::create_directories((folder_ / path).parent_path());
    ASSERT_TRUE(write_file_atomically(folder_ / path, bytes));
  }
  [[nodiscard]] std::string url() const { return "file://" + folder_.string(); }

  std::vector<const security::PrivateKey*> publisher_keys;

 private:
  static std::string id(const security::PrivateKey& key) { return tuf::id_of(tuf::key_of(key.public_key())); }
  [[nodiscard]] tuf::FileMeta meta_of(const std::string& file) const {
    return {version_, file.size(), {{"sha256", security::hex(security::sha256(file))}}};
  }
  template <class Document>
  void sign(const std::string& name, const Document& document, const security::PrivateKey& key,
            tuf::Snapshot& snapshot) const {
    const auto file = tuf::sign_document(document, {&key});
    snapshot.meta[name] = meta_of(file);
    put("metadata/" + std::to_string(version_) + "." + name, file);
  }

  fs::path folder_;
  const Clock& clock_;
  security::PrivateKey root_ = security::PrivateKey::generate(), online_ = security::PrivateKey::generate();
  std::map<std::string, tuf::Target> releases_;
  std::int64_t version_ = 0;
};

/// A host that trusts that registry's root and, but for it, no publisher.
class RegistryTest : public InstallerTest {
 protected:
  RegistryTest() {
    trust_ = {};
    registry_.publisher_keys = {&key_};
    registry_.publish();
    EXPECT_TRUE(trusted().pin(registry_.root(), false));
  }
  ~RegistryTest() override { fs::remove_all(folder_); }

  marketplace::TrustedRegistry& trusted(const std::string& url = "") {
    trusted_ = std::make_unique<marketplace::TrustedRegistry>(
        marketplace::TrustedRegistry::Options{var_ / "registry", url.empty() ? registry_.url() : url}, http_, clock_);
    return *trusted_;
  }
  /// As a program that has just started.
  MarketplaceInstaller& market(bundle::SignaturePolicy policy = bundle::SignaturePolicy::kRequired) {
    plain_ = std::make_unique<Installer>(database_, var_, trust_, policy);
    market_ = std::make_unique<MarketplaceInstaller>(
        MarketplaceInstaller::Parts{.installer = *plain_,
                                    .database = database_,
                                    .clock = clock_,
                                    .var_dir = var_,
                                    .trust = trust_,
                                    .policy = policy,
                                    .host = "one",
                                    .url = registry_.url(),
                                    .registry = &trusted(),
                                    .word = nullptr});
    return *market_;
  }
  Result<Plan> plan(const std::string& module, const std::string& range = "", bool beta = false) {
    return run_blocking(market().plan({.install = {{module, range, beta}}}));
  }
  Result<void> apply(const Plan& plan) {
    auto& installer = market();
    const auto begun = run_blocking(installer.begin(plan, "Ada"));
    if (!begun) return begun.error();
    return run_blocking(installer.run(*begun, plan));
  }
  Result<void> get(const std::string& module, const std::string& range = "") {
    const auto planned = plan(module, range);
    if (!planned) return planned.error();
    return apply(*planned);
  }
  std::map<std::string, std::string> versions() {
    std::map<std::string, std::string> out;
    for (const auto& one : list()) out[one.name] = one.version;
    return out;
  }

  MovableClock clock_;
  fs::path folder_ = fs::path(::testing::TempDir()) / ("registry-" + new_uuid());
  RegistryFolder registry_{folder_, clock_};
  http::Client http_;
  std::unique_ptr<marketplace::TrustedRegistry> trusted_;
  std::unique_ptr<Installer> plain_;
  std::unique_ptr<MarketplaceInstaller> market_;
};

}  // namespace rapt::install
