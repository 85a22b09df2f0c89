// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "application.hpp"
#include "disk_blobs.hpp"
#include "download_counts.hpp"
#include "file_cache.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "test_repository.hpp"
#include "uploads.hpp"
#include "version_order.hpp"

namespace rapt::marketplace {

/// Hands requests on and knows how many are being handled: a client has its answer's last byte before the handler has
/// ended, and what the handler does after it (counting a download) a test must not read too early.
class WatchedHandler final : public http::Handler {
 public:
  explicit WatchedHandler(http::Handler& inner) : inner_(inner) {}
  Task<void> handle(http::Request& request, http::Responder& responder) override {
    const struct Open {
      explicit Open(std::atomic<int>& count) : count(count) { ++count; }
      Open(const Open&) = delete;
      Open& operator=(const Open&) = delete;
      ~Open() {
        --count;
        count.notify_all();
      }
      std::atomic<int>& count;
    } open(open_);
    co_await inner_.handle(request, responder);
  }
  Task<std::size_t> body_limit(const http::Request& head, std::size_t usual) override {
    return inner_.body_limit(head, usual);
  }
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override {
    return inner_.failure(status, code, message, request_id);
  }
  /// Waits until no request is being handled.
  void settle() const {
    for (int open = open_.load(); open != 0; open = open_.load()) open_.wait(open);
  }

 private:
  http::Handler& inner_;
  std::atomic<int> open_{0};
};

/// A registry on a real server, with a database of its own, blobs in a folder or where a test has them, and metadata
/// after a first ceremony.
class TestSite {
 public:
  explicit TestSite(std::optional<http::StaticFiles> pages = std::nullopt, Publishing* publishing = nullptr,
                    std::unique_ptr<Blobs> store = nullptr)
      : kept(std::move(store)),
        blobs(kept ? *kept : disk),
        files(1 << 20),
        site{**made.database, *made.repository, blobs,  clock,   "http://registry.test",
             publishing,      &downloads,       &files, &uploads},
        application(site, std::move(pages)),
        server_(loop_.executor(), {}, watched_) {
    server_.start().value();
    thread_ = std::jthread([this] { loop_.run(); });
  }
  ~TestSite() {
    loop_.spawn(stop());
    thread_.join();
  }

  http::Response ask(const std::string& method, const std::string& path,
                     const std::map<std::string, std::string>& headers = {}, std::string body = "") {
    http::ClientRequest request;
    request.method = method;
    request.url = base() + path;
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    request.body = std::move(body);
    return runtime::run_blocking(client_.fetch(std::move(request))).value();
  }
  http::Response get(const std::string& path, const std::map<std::string, std::string>& headers = {}) {
    return ask("GET", path, headers);
  }
  /// What an answer 200 holds.
  nlohmann::json json(const std::string& path) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
    return nlohmann::json::parse(answer.body);
  }
  http::Response post(const std::string& path, const nlohmann::json& body, const std::string& token = "") {
    std::map<std::string, std::string> headers{{"Content-Type", "application/json"}};
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    return ask("POST", path, headers, body.dump());
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

  /// Waits until no request is being handled: what the last one does after its answer is done then.
  void settle() const { watched_.settle(); }
  /// Writes what was downloaded so far into the database.
  void flush_downloads() {
    settle();
    runtime::run_blocking(downloads.flush(site.database)).value();
  }
  void sql(const std::string& script) { made.database->script(script); }
  std::string one(const std::string& query) {
    return runtime::run_blocking((**made.database).query({query.c_str(), query.c_str()})).value()[0].text("value");
  }
  void add_publisher(const std::string& name) {
    const auto key = security::PrivateKey::generate().public_key();
    sql("INSERT INTO publishers (name, title) VALUES ('" + name + "', 'The people of " + name +
        "');"
        "INSERT INTO publisher_keys (key_id, publisher, public_key, label) VALUES ('" +
        key.key_id() + "', '" + name + "', '" + key.to_text() + "', 'laptop')");
  }
  struct Facts {
    std::string publisher = "lake", title = "Reading log", description = "Notes what was read.", channel = "stable";
    std::string hooks = "chat:after_ai", permission = "log", architecture = "x86_64-linux-gnu";
    std::string bytes = "the bytes of a bundle";
    int abi_minor = 0;
  };
  /// A published version, with its blob.
  void publish(const std::string& module, const std::string& version, const Facts& facts) {
    const auto sha256 = security::hex(security::sha256(facts.bytes));
    runtime::run_blocking(blobs.put(sha256, facts.bytes)).value();
    const nlohmann::json manifest{{"name", module},
                                  {"title", facts.title},
                                  {"description", facts.description},
                                  {"license", "MIT"},
                                  {"permissions", {{{"name", facts.permission}, {"reason", "to tell"}}}}};
    sql("INSERT INTO modules (name, publisher, category) VALUES ('" + module + "', '" + facts.publisher +
        "', 'safety') ON CONFLICT DO NOTHING;"
        "INSERT INTO module_versions (module, version, sort_key, channel, state, sha256, bytes, key_id, manifest, "
        "abi_major, abi_minor, hooks, permissions, architectures, change_log, published_at) SELECT '" +
        module + "', '" + version + "', '" + sort_key(*Version::parse(version)) + "', '" + facts.channel +
        "', 'published', '" + sha256 + "', " + std::to_string(facts.bytes.size()) + ", key_id, '" + manifest.dump() +
        "', 1, " + std::to_string(facts.abi_minor) + ", '{" + facts.hooks + "}', '{" + facts.permission + "}', '{" +
        facts.architecture + "}', 'What " + version + " changed.', now() FROM publisher_keys WHERE publisher = '" +
        facts.publisher + "' LIMIT 1; SELECT refresh_module('" + module + "')");
  }
  void publish(const std::string& module, const std::string& version) { publish(module, version, Facts{}); }

  SystemClock clock;
  TestRepository made;
  DiskBlobs disk{made.folder.path / "blobs"};
  std::unique_ptr<Blobs> kept;  ///< what takes the place of the folder
  Blobs& blobs;
  DownloadCounts downloads;
  FileCache files;
  Uploads uploads{made.folder.path / "uploads"};
  Site site;
  Application application;

 private:
  Task<void> stop() {
    co_await server_.stop(std::chrono::seconds(5));
    loop_.stop();
  }
  WatchedHandler watched_{application};
  runtime::Runtime loop_{2};
  http::Server server_;
  http::Client client_;
  std::jthread thread_;
};

}  // namespace rapt::marketplace
