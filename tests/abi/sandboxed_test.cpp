// SPDX-License-Identifier: AGPL-3.0-or-later
// The signed bundles of this build, as a host runs them: verified, in their sandboxes, asked through shared memory.
#include <gtest/gtest.h>

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/base/file.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOidcSettings =
    R"({"issuer":"https://id.example","authorization_endpoint":"https://id.example/auth","client_id":"school",)"
    R"("token_endpoint":"https://id.example/token","userinfo_endpoint":"https://id.example/me",)"
    R"("jwks_uri":"https://id.example/keys"})";

class SandboxedModules : public ::testing::Test {
 protected:
  void SetUp() override {
    auto trust = bundle::TrustStore::load(RAPT_KEYS_DIR);
    ASSERT_TRUE(trust) << trust.error().message;
    host::Supervisor::Options options;
    options.runner = RAPT_RUNNER_PATH;
    options.trust = *trust;
    supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
    thread_ = std::jthread([this] { loop_.run(); });
    const auto started =
        supervisor_->start({bundled("safety-filter"), bundled("struggle-detector"), bundled("oidc", "2.0.0")});
    ASSERT_TRUE(started) << started.error().message;
    for (const char* name : {"safety-filter", "struggle-detector", "oidc"}) await_running(name);
  }
  void TearDown() override {
    boost::asio::co_spawn(loop_, supervisor_->stop(), boost::asio::use_future).get();
    supervisor_.reset();
    work_.reset();
    loop_.stop();
  }

  static host::InstalledModule bundled(const std::string& name, const std::string& version = "1.0.0") {
    const auto path = std::filesystem::path(RAPT_BUNDLES_DIR) / (name + "-" + version + ".rapt");
    const auto bytes = read_file(path, bundle::kMaxBundleBytes);
    if (!bytes) throw std::runtime_error(bytes.error().message);
    return {name, version, path, security::hex(security::sha256(*bytes))};
  }
  void await_running(const std::string& name) {
    const auto deadline = std::chrono::steady_clock::now() + 90s;
    while (std::chrono::steady_clock::now() < deadline) {
      for (const auto& status : supervisor_->status()) {
        if (status.name != name) continue;
        if (status.state == host::ModuleState::kRunning) return;
        ASSERT_NE(status.state, host::ModuleState::kRefused) << status.reason;
      }
      std::this_thread::sleep_for(1ms);
    }
    FAIL() << name << " does not run";
  }
  hooks::Answer ask(const std::string& module, hooks::Point point, const std::string& content,
                    const std::string& config = "{}") {
    hooks::Context context;
    context.messages = {{"user", "how do i solve 3x + 5 = 20", 1, {}}, {"assistant", "What undoes adding 5?", 2, {}}};
    context.current = hooks::Message{"user", content, 3, {}};
    return boost::asio::co_spawn(loop_, supervisor_->call(module, point, context, config, 2s), boost::asio::use_future)
        .get();
  }

  Result<providers::Step> step(const std::string& memo, const std::string& answer) {
    providers::Input input;
    input.settings_json = kOidcSettings;
    input.redirect_uri = "https://school.example/callback";
    input.nonce = "n1";
    input.now = *parse_time("2026-03-01T08:00:00Z");
    input.parameters = {{"code", "c1"}};
    input.memo = memo;
    if (!memo.empty()) input.answered = providers::Answered{200, "application/json", answer};
    return boost::asio::co_spawn(loop_, supervisor_->step("oidc", input), boost::asio::use_future).get();
  }

  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<host::Supervisor> supervisor_;
  std::jthread thread_;
};

TEST_F(SandboxedModules, TheSafetyFilterMasksBlocksAndReportsItsOwnFaults) {
  const auto masked = ask("safety-filter", hooks::Point::kChatOnMessage, "call me 415-555-0132");
  EXPECT_EQ(masked.kind, hooks::Answer::Kind::kReplace) << masked.text;
  EXPECT_EQ(masked.text, "call me [phone number removed]");
  EXPECT_EQ(masked.extractions.size(), 1u);
  const auto blocked =
      ask("safety-filter", hooks::Point::kChatBeforeAi, "wheres the answer key", R"({"block_words": ["answer key"]})");
  EXPECT_EQ(blocked.kind, hooks::Answer::Kind::kBlock) << blocked.text;
  EXPECT_EQ(ask("safety-filter", hooks::Point::kChatBeforeAi, "3x + 5 = 20").kind, hooks::Answer::Kind::kContinue);
  // An exception is thrown and caught inside the sandbox; the module lives on.
  EXPECT_EQ(ask("safety-filter", hooks::Point::kChatOnMessage, "hi", R"({"mask": ["emial"]})").kind,
            hooks::Answer::Kind::kError);
  EXPECT_EQ(ask("safety-filter", hooks::Point::kChatOnMessage, "hi").kind, hooks::Answer::Kind::kContinue);
}

TEST_F(SandboxedModules, TheSafetyFilterHoldsANumberBackUntilItIsWholeAndMasksIt) {
  const auto window = [this](const std::string& passed, const std::string& text, bool last) {
    hooks::Context context;
    context.current = hooks::Message{"assistant", text, 2, {}};
    context.stream.emplace();
    context.stream->released = passed;
    context.stream->window_seq = passed.empty() ? 1 : 2;
    context.stream->last = last;
    return boost::asio::co_spawn(loop_,
                                 supervisor_->call("safety-filter", hooks::Point::kChatOnDelta, context, "{}", 2s),
                                 boost::asio::use_future)
        .get();
  };
  const std::string beginning = "Please call me at 415-5";
  const auto first = window("", beginning, false);
  ASSERT_EQ(first.kind, hooks::Answer::Kind::kContinue) << first.text;
  const auto cut = beginning.size() - first.held_bytes;
  EXPECT_EQ(beginning.substr(0, cut), "Please call ");
  const auto second = window(beginning.substr(0, cut), beginning.substr(cut) + "55-0132.", true);
  EXPECT_EQ(second.kind, hooks::Answer::Kind::kReplace) << second.text;
  EXPECT_EQ(second.text, "me at [phone number removed].");
  EXPECT_EQ(second.extractions.size(), 1u);
}

TEST_F(SandboxedModules, TheStruggleDetectorEmitsAndInstructs) {
  const std::string cry = "ugh i dont get it, how do i solve 3x + 5 = 20??";
  const auto seen = ask("struggle-detector", hooks::Point::kChatOnMessage, cry);
  EXPECT_EQ(seen.kind, hooks::Answer::Kind::kContinue) << seen.text;
  ASSERT_EQ(seen.extractions.size(), 1u);
  EXPECT_EQ(seen.extractions[0].type, "struggle");
  EXPECT_EQ(ask("struggle-detector", hooks::Point::kChatBeforeAi, cry).instructions.size(), 1u);
  EXPECT_EQ(ask("struggle-detector", hooks::Point::kSessionEnd, cry).extractions.size(), 1u);
}

TEST_F(SandboxedModules, ALargeMessageStaysWithinTheMemoryOfTheManifest) {
  std::string text;
  while (text.size() < 250'000) text += "1-";
  EXPECT_EQ(ask("safety-filter", hooks::Point::kChatBeforeAi, text).kind, hooks::Answer::Kind::kContinue);
}

TEST_F(SandboxedModules, OidcGoesFromTheCodeToTheTokenAndSurvivesWhatAProviderAnswers) {
  const auto first = step("", "");
  ASSERT_TRUE(first) << first.error().message << first.error().log_detail;
  ASSERT_TRUE(first->fetch);
  EXPECT_EQ(first->fetch->url, "https://id.example/token");
  const std::string deep(100'000, '[');
  const auto is_refused = [&](const std::string& memo, const std::string& answer) {
    const auto refused = step(memo, answer);
    ASSERT_TRUE(refused) << refused.error().message << refused.error().log_detail;
    EXPECT_FALSE(refused->refusal.empty());
  };
  for (const std::string& answer : {std::string("{}"), std::string(), deep, std::string(200'000, '"')})
    is_refused(first->memo, answer);
  // Whatever an id token looks like, it is held against the provider's keys.
  const auto second = step(first->memo, R"({"access_token":"t","id_token":"a.b.c"})");
  ASSERT_TRUE(second) << second.error().message << second.error().log_detail;
  ASSERT_TRUE(second->fetch);
  for (const std::string& answer : {std::string(R"({"keys":[]})"), std::string("{}"), deep})
    is_refused(second->memo, answer);
}

TEST_F(SandboxedModules, OidcTakesNoSettingsButItsOwn) {
  const auto start = [this](const std::string& settings) {
    const providers::Start input{settings, "https://school.example/callback", "s1", "n1", "c1"};
    return boost::asio::co_spawn(loop_, supervisor_->start("oidc", input), boost::asio::use_future).get();
  };
  const std::string good = kOidcSettings;
  const auto url = start(good);
  ASSERT_TRUE(url) << url.error().message << url.error().log_detail;
  EXPECT_TRUE(url->starts_with("https://id.example/auth?response_type=code&client_id=school&")) << *url;
  const auto secret = start(good.substr(0, good.size() - 1) + R"(,"client_secret":"in the wrong place"})");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().kind, ErrorKind::kInvalid);
  ASSERT_FALSE(secret.error().fields.empty());
  EXPECT_TRUE(secret.error().fields.front().path.starts_with("settings")) << secret.error().fields.front().path;
  EXPECT_FALSE(start(R"({"issuer":7})"));
}

// The example of RFC 7515, appendix A.3.
TEST_F(SandboxedModules, OidcChecksASignatureWithTheLibraryThatItBringsAlong) {
  const std::string input =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
      "lfQ";
  const std::string signature =
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  const std::string keys = R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                           R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
  const auto memo = [&](const std::string& text) {
    return R"({"at":"keys","userinfo":"https://id.example/me","token":"at","id_token":")" + text + "." + signature +
           "\"}";
  };
  // The example is of 2011 and for nobody: what is refused is the claim, once the signature was right.
  const auto right = step(memo(input), keys);
  ASSERT_TRUE(right) << right.error().message << right.error().log_detail;
  EXPECT_EQ(right->refusal, "The login comes from another provider.");
  const auto wrong = step(memo(input + "x"), keys);
  ASSERT_TRUE(wrong) << wrong.error().message;
  EXPECT_NE(wrong->refusal, right->refusal);
}

TEST_F(SandboxedModules, SchemasHoldWhatTheModulesTake) {
  EXPECT_TRUE(supervisor_->check_config(
      "safety-filter",
      R"({"mask": ["email"], "block_words": ["x"], "block_message": "No.", "allow_emails": ["a.org"]})"));
  EXPECT_FALSE(supervisor_->check_config("safety-filter", R"({"mask": ["emial"]})"));
  EXPECT_TRUE(supervisor_->check_config("struggle-detector",
                                        R"({"thresholds": {"mild": 0.2}, "window": 5, "instruct_from": "high"})"));
  EXPECT_FALSE(supervisor_->check_config("struggle-detector", R"({"windows": 5})"));
}

}  // namespace
}  // namespace rapt
