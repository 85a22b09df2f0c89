// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry on the real server, read by the real client.
#include "registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <thread>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/marketplace/registry_client.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using runtime::run_blocking;
using ::testing::HasSubstr;

Task<void> stop_server(http::Server& server, runtime::Runtime& loop) {
  co_await server.stop(std::chrono::seconds(5));
  loop.stop();
}

class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest()
      : folder_(fs::path(::testing::TempDir()) / ("registry-" + new_uuid())),
        registry_(folder_),
        server_(loop_.executor(), {}, registry_) {
    fs::create_directories(folder_);
    if (const auto started = server_.start(); !started) throw std::runtime_error(started.error().message);
    thread_ = std::jthread([this] { loop_.run(); });
    base_ = "http://127.0.0.1:" + std::to_string(server_.port());
  }
  ~RegistryTest() override {
    loop_.spawn(stop_server(server_, loop_));
    thread_.join();
    fs::remove_all(folder_);
  }

  std::string publish(const std::string& file, const std::string& version, const std::string& publisher = "tester",
                      bool is_signed = true) {
    const auto manifest = R"({"name":"sample","version":")" + version + R"(","title":"Sample )" + version +
                          R"(","description":"d","publisher":")" + publisher +
                          R"(","license":"MIT","abi":"1.0","libraries":{")" +
                          std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})";
    const auto archive =
        bundle::encode_bundle({{"manifest.json", {0644, manifest}},
                               {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                              publisher, is_signed ? &key_ : nullptr);
    EXPECT_TRUE(write_file_atomically(folder_ / file, *archive));
    return *archive;
  }
  http::Response get(const std::string& path, const std::string& method = "GET") {
    http::ClientRequest request;
    request.url = base_ + path;
    request.method = method;
    return run_blocking(client_.fetch(std::move(request))).value();
  }
  RegistryClient reader() { return {client_, base_}; }

  fs::path folder_;
  security::PrivateKey key_ = security::PrivateKey::generate();
  Registry registry_;
  runtime::Runtime loop_{1};
  http::Server server_;
  std::jthread thread_;
  std::string base_;
  http::Client client_;
};

TEST_F(RegistryTest, OffersWhatIsInItsFolder) {
  const auto archive = publish("a.rapt", "1.0.0");
  publish("b.rapt", "1.10.0");
  publish("c.rapt", "1.9.0");
  auto client = reader();
  const auto modules = run_blocking(client.list());
  ASSERT_TRUE(modules) << modules.error().message;
  ASSERT_EQ(modules->size(), 1U);
  EXPECT_EQ(modules->front().title, "Sample 1.10.0");
  ASSERT_EQ(modules->front().versions.size(), 3U);
  EXPECT_EQ(modules->front().versions[0].version, "1.10.0");
  const auto listing = run_blocking(client.find("sample"));
  ASSERT_TRUE(listing);
  const auto downloaded = run_blocking(client.download("sample", listing->versions[2]));
  ASSERT_TRUE(downloaded) << downloaded.error().message;
  EXPECT_EQ(*downloaded, archive);
}

TEST_F(RegistryTest, NoticesWhatComesAndGoes) {
  EXPECT_EQ(json::parse(get("/api/modules").body).at("data").size(), 0U);
  publish("a.rapt", "1.0.0");
  EXPECT_EQ(json::parse(get("/api/modules").body).at("data").size(), 1U);
  fs::remove(folder_ / "a.rapt");
  EXPECT_EQ(json::parse(get("/api/modules").body).at("data").size(), 0U);
}

TEST_F(RegistryTest, LeavesOutWhatItCannotOffer) {
  publish("a.rapt", "1.0.0");
  publish("b.rapt", "1.0.0");
  publish("c.rapt", "2.0.0", "somebody");
  publish("d.rapt", "3.0.0", "tester", false);
  ASSERT_TRUE(write_file_atomically(folder_ / "e.rapt", "no bundle"));
  ASSERT_TRUE(write_file_atomically(folder_ / "README", "no bundle either"));
  auto client = reader();
  const auto listing = run_blocking(client.find("sample"));
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->versions.size(), 1U);
  EXPECT_EQ(listing->versions[0].version, "1.0.0");
}

TEST_F(RegistryTest, AnswersInTheDocumentedShapeWhenSomethingIsWrong) {
  publish("a.rapt", "1.0.0");
  for (const auto* path : {"/api/modules/nope", "/api/modules/sample/download/9.9.9",
                           "/api/modules/sample/upload/1.0.0", "/etc/passwd", "/"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(json::parse(answer.body).at("code"), "NOT_FOUND");
  }
  const auto refused = get("/api/modules", "DELETE");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.get("Allow"), "GET");
  EXPECT_EQ(json::parse(get("/health").body).at("data").at("status"), "ok");
}

TEST_F(RegistryTest, SaysSoWhenItsFolderIsGone) {
  fs::remove_all(folder_);
  const auto answer = get("/api/modules");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(json::parse(answer.body).at("code"), "SERVICE_UNAVAILABLE");
}

TEST_F(RegistryTest, TheClientNoticesOtherBytesThanAnnounced) {
  publish("a.rapt", "1.0.0");
  auto client = reader();
  auto version = run_blocking(client.find("sample"))->versions[0];
  version.sha256 = std::string(64, '0');
  const auto downloaded = run_blocking(client.download("sample", version));
  ASSERT_FALSE(downloaded);
  EXPECT_EQ(downloaded.error().kind, ErrorKind::kUpstream);
  EXPECT_THAT(downloaded.error().message, HasSubstr("other bytes"));
}

TEST_F(RegistryTest, TheClientSaysWhatToDoWhenThereIsNoRegistry) {
  RegistryClient client(client_, "http://127.0.0.1:1");
  const auto listed = run_blocking(client.list());
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(listed.error().message, HasSubstr("MARKETPLACE_URL"));
  EXPECT_EQ(run_blocking(client.find("../admin")).error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace rapt::marketplace
