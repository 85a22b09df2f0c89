// SPDX-License-Identifier: AGPL-3.0-or-later
// A login provider in Rust, from its staged folder, in its sandbox.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/base/file.hpp"
#include "rapt/host/provider_lookups.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt {
namespace {

using namespace std::chrono_literals;

const std::string kModule = "rust-provider";
constexpr const char* kSettings = R"({"client_id": "school"})";

class RustProvider : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto packed = bundle::pack_bundle(std::string(RAPT_STAGES) + "/" + kModule, nullptr);
    ASSERT_TRUE(packed) << packed.error().message;
    ASSERT_TRUE(write_file_atomically(path_, *packed));
    host::Supervisor::Options options;
    options.runner = RAPT_RUNNER_PATH;
    options.signature_policy = bundle::SignaturePolicy::kDevelopmentMayLack;
    supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
    thread_ = std::jthread([this] { loop_.run(); });
    ASSERT_TRUE(supervisor_->start({{kModule, "1.0.0", path_, security::hex(security::sha256(*packed))}}));
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (supervisor_->status().front().state != host::ModuleState::kRunning) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << supervisor_->status().front().reason;
      std::this_thread::sleep_for(10ms);
    }
  }
  void TearDown() override {
    boost::asio::co_spawn(loop_, supervisor_->stop(), boost::asio::use_future).get();
    supervisor_.reset();
    work_.reset();
    loop_.stop();
    std::filesystem::remove(path_);
  }
  Result<std::string> start(const std::string& settings) {
    providers::Start input{settings, "https://school.example/back", "the-state", "nonce", "challenge"};
    return boost::asio::co_spawn(loop_, supervisor_->start(kModule, input), boost::asio::use_future).get();
  }
  Result<providers::Step> step(const providers::Input& input) {
    return boost::asio::co_spawn(loop_, supervisor_->step(kModule, input), boost::asio::use_future).get();
  }
  static providers::Input came_back() {
    providers::Input input;
    input.settings_json = kSettings;
    input.parameters = {{"code", "c0de"}};
    return input;
  }

  const std::filesystem::path path_ =
      std::filesystem::path(::testing::TempDir()) / ("rust-provider-" + std::to_string(::getpid()) + ".rapt");
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<host::Supervisor> supervisor_;
  std::jthread thread_;
};

TEST_F(RustProvider, SendsTheBrowserOnItsWay) {
  const auto url = start(kSettings);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(*url, "https://id.example/login?client_id=school&state=the-state");
  const auto refused = start("{}");
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].path, "settings.client_id");
}

TEST_F(RustProvider, LooksItsEndpointsUpBeforeTheBrowserGoes) {
  host::ProviderLookups lookups(*supervisor_);
  const auto begin = [&](std::optional<providers::LookedUp> before) {
    providers::Start input{R"({"client_id": "school", "issuer": "https://id.example"})", "https://school.example/back",
                           "the-state", "nonce", "challenge"};
    auto asked = lookups.begin(kModule, std::move(input), std::move(before));
    return boost::asio::co_spawn(loop_, std::move(asked), boost::asio::use_future).get();
  };
  const auto first = begin(std::nullopt);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->fetch);
  EXPECT_EQ(first->fetch->url, "https://id.example/.well-known/openid-configuration");
  EXPECT_EQ(first->memo, "looked up");
  const providers::Answered found{200, "application/json", R"({"authorization_endpoint": "https://id.example/to"})"};
  const auto last = begin(providers::LookedUp{found, first->memo});
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_FALSE(last->fetch);
  EXPECT_EQ(last->url, "https://id.example/to?state=the-state");
  const auto away = begin(providers::LookedUp{providers::Answered{503, "text/plain", "no"}, first->memo});
  ASSERT_FALSE(away);
  ASSERT_EQ(away.error().fields.size(), 1u);
  EXPECT_EQ(away.error().fields[0].path, "settings.issuer");
}

TEST_F(RustProvider, AsksTheHostToFetchAndSaysWhoItIs) {
  auto input = came_back();
  const auto first = step(input);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->fetch);
  EXPECT_EQ(first->fetch->body, "code=c0de&client_secret={{secret:client_secret}}");
  EXPECT_EQ(first->memo, "asked \"once\"");
  input.answered =
      providers::Answered{200, "application/json", R"({"sub": "7", "email": "ada@example.org", "verified": true})"};
  input.memo = first->memo;
  const auto last = step(input);
  ASSERT_TRUE(last) << last.error().message;
  ASSERT_TRUE(last->claim);
  EXPECT_EQ(last->claim->subject, "7");
  EXPECT_EQ(last->claim->email, "ada@example.org");
  EXPECT_TRUE(last->claim->email_verified);
}

TEST_F(RustProvider, RefusesKindlyAndFailsHonestly) {
  auto input = came_back();
  input.parameters.clear();
  const auto refused = step(input);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusal, "You were not logged in.");
  input = came_back();
  input.answered = providers::Answered{500, "text/plain", "{}"};
  const auto failed = step(input);
  ASSERT_FALSE(failed) << "a panic of the module";
  EXPECT_EQ(failed.error().part, kModule);
  EXPECT_TRUE(start(kSettings)) << "its process lives on";
}

}  // namespace
}  // namespace rapt
