// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "publishing.hpp"
#include "rapt/base/file.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/marketplace/publisher_document.hpp"
#include "rapt/marketplace/request_signature.hpp"
#include "rapt/tuf/signing.hpp"
#include "test_site.hpp"

namespace rapt::marketplace {

/// What a version of a test's module is like.
struct ModuleFacts {
  std::string name = "sample", version = "1.0.0", publisher = "lake";
  std::string permissions = "[]";   ///< JSON
  std::string dependencies = "{}";  ///< JSON
  std::string hooks = "[]";         ///< JSON
  std::string license = "MIT";
  std::string change_log = "# Changes\n\n## 1.0.0\n\nThe first one.\n";
};

/// A whole bundle around a real library.
inline std::string bundle_of(const ModuleFacts& facts, const security::PrivateKey* key) {
  const auto manifest = R"({"name":")" + facts.name + R"(","version":")" + facts.version +
                        R"(","title":"Sample","description":"What it does.","publisher":")" + facts.publisher +
                        R"(","license":")" + facts.license + R"(","abi":"1.0","permissions":)" + facts.permissions +
                        R"(,"dependencies":)" + facts.dependencies + R"(,"hooks":)" + facts.hooks +
                        R"(,"libraries":{")" + std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})";
  const nlohmann::json sbom{{"spdxVersion", "SPDX-2.3"},
                            {"SPDXID", "SPDXRef-DOCUMENT"},
                            {"packages", {{{"name", facts.name}, {"versionInfo", facts.version}}}}};
  return bundle::encode_bundle({{"manifest.json", {0644, manifest}},
                                {"LICENSE", {0644, "MIT"}},
                                {"CHANGELOG.md", {0644, facts.change_log}},
                                {"sbom.spdx.json", {0644, sbom.dump()}},
                                {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                               facts.publisher, key)
      .value();
}

/// A conformance kit that has nothing to say against a module: what the real one says is tests/e2e's to show.
inline std::filesystem::path content_kit(const std::filesystem::path& folder) {
  auto path = folder / "rapt";
  const auto written = write_file_atomically(
      path, "#!/bin/sh\necho '{\"results\":[{\"promise\":\"answers\",\"result\":\"holds\"}]}'\n", 0755);
  if (!written) throw std::runtime_error(written.error().message);
  return path;
}

/// Answers to signed requests.
struct Answer {
  int status = 0;
  nlohmann::json body;
  [[nodiscard]] std::string code() const { return body.value("code", ""); }
  [[nodiscard]] std::string error() const { return body.value("error", ""); }
  [[nodiscard]] nlohmann::json data() const { return body.value("data", nlohmann::json()); }
};

/// A registry that takes submissions, and publishers that sign.
class TestPublishing {
 public:
  explicit TestPublishing(bool with_kit = true)
      : publishing({.rapt_program = with_kit ? content_kit(folder.path) : std::filesystem::path(), .uploads_a_day = 9}),
        site(std::nullopt, &publishing) {}

  using Query = std::multimap<std::string, std::string>;

  /// The request as it would be sent; tests change it before send().
  http::ClientRequest request(const security::PrivateKey& key, const std::string& method, const std::string& path,
                              std::string body = "", const Query& query = {}) {
    http::ClientRequest out;
    out.method = method;
    out.url = target_uri("http://registry.test", path, query);
    out.body = std::move(body);
    const bool is_json = out.body.starts_with("{");
    sign_request(out, key, site.clock.now());
    if (!out.body.empty()) out.headers.set("Content-Type", is_json ? "application/json" : "application/octet-stream");
    out.url = target_uri(site.base(), path, query);
    return out;
  }
  Answer send(http::ClientRequest request) {
    const auto response = runtime::run_blocking(client.fetch(std::move(request))).value();
    return {response.status, nlohmann::json::parse(response.body, nullptr, false)};
  }
  Answer ask(const security::PrivateKey& key, const std::string& method, const std::string& path, std::string body = "",
             const Query& query = {}) {
    return send(request(key, method, path, std::move(body), query));
  }
  Answer enroll(const std::string& name, const security::PrivateKey& key) {
    return ask(key, "POST", "/api/publishers",
               nlohmann::json{{"name", name}, {"public_key", key.public_key().to_text()}}.dump());
  }
  Answer submit(const ModuleFacts& facts, const security::PrivateKey& key, const Query& query = {}) {
    return submit_bytes(facts, bundle_of(facts, &key), key, query);
  }
  Answer submit_bytes(const ModuleFacts& facts, std::string bytes, const security::PrivateKey& key,
                      const Query& query = {}) {
    return ask(key, "POST", "/api/modules/" + facts.name + "/versions/" + facts.version, std::move(bytes), query);
  }
  void check() { runtime::run_blocking(check_submissions(site.site)).value(); }
  Answer submission(const ModuleFacts& facts, const security::PrivateKey& key) {
    return ask(key, "GET", "/api/modules/" + facts.name + "/versions/" + facts.version + "/submission");
  }

  /// The publisher's next document, changed, signed and handed in.
  Answer hand_in(const std::string& publisher, const security::PrivateKey& key,
                 const std::function<void(tuf::Targets&)>& change) {
    auto document = next_document(current(publisher), site.made.clock.now());
    change(document);
    return ask(key, "POST", "/api/publishers/me/metadata",
               nlohmann::json{{"file", tuf::sign_document(document, {&key})}}.dump());
  }
  std::optional<tuf::Targets> current(const std::string& publisher) {
    const auto file =
        site.made.run([&](store::Transaction& tx) { return site.made.repository->publisher_file(tx, publisher); });
    if (!file) return std::nullopt;
    return tuf::parse_targets(*file).value().document;
  }
  NewTarget target_of(const std::string& bytes, Channel channel = Channel::kStable) {
    const auto read = bundle::read_bundle(bytes).value();
    NewTarget out{release_of(read.manifest, channel), security::hex(read.digest), bytes.size()};
    out.release.released_at = std::chrono::floor<std::chrono::seconds>(site.clock.now());
    return out;
  }
  Answer vouch(const ModuleFacts& facts, const security::PrivateKey& key, Channel channel = Channel::kStable) {
    const auto target = target_of(bundle_of(facts, &key), channel);
    return hand_in(facts.publisher, key, [&](tuf::Targets& document) { add_target(document, target).value(); });
  }
  /// From the bundle to the published version; fails the test where it stops.
  void publish(const ModuleFacts& facts, const security::PrivateKey& key) {
    const auto taken = submit(facts, key);
    ASSERT_EQ(taken.status, 201) << taken.body;
    check();
    const auto state = submission(facts, key);
    ASSERT_EQ(state.data().at("state"), "approved") << state.body;
    const auto done = vouch(facts, key);
    ASSERT_EQ(done.status, 200) << done.body;
  }

  TestFolder folder;
  Publishing publishing;
  TestSite site;
  http::Client client;
};

}  // namespace rapt::marketplace
