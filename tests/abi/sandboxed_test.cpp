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

class SandboxedModules : public testing::Test {
 protected:
  void SetUp() override {
    auto trust = bundle::TrustStore::load(RAPT_KEYS_DIR);
    ASSERT_TRUE(trust) << trust.error().message;
    host::Supervisor::Options options;
    options.runner = RAPT_RUNNER_PATH;
    options.trust = *trust;
    supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
    thread_ = std::jthread([this] { loop_.run(); });
    const auto started = supervisor_->start({bundled("safety-filter"), bundled("struggle-detector")});
    ASSERT_TRUE(started) << started.error().message;
    for (const char* name : {"safety-filter", "struggle-detector"}) await_running(name);
  }
  void TearDown() override {
    boost::asio::co_spawn(loop_, supervisor_->stop(), boost::asio::use_future).get();
    supervisor_.reset();
    work_.reset();
    loop_.stop();
  }

  static host::InstalledModule bundled(const std::string& name) {
    const auto path = std::filesystem::path(RAPT_BUNDLES_DIR) / (name + "-1.0.0.rapt");
    const auto bytes = read_file(path, bundle::kMaxBundleBytes);
    if (!bytes) throw std::runtime_error(bytes.error().message);
    return {name, "1.0.0", path, security::hex(security::sha256(*bytes))};
  }
  void await_running(const std::string& name) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < deadline) {
      for (const auto& status : supervisor_->status()) {
        if (status.name != name) continue;
        if (status.state == host::ModuleState::kRunning) return;
        ASSERT_NE(status.state, host::ModuleState::kRefused) << status.reason;
      }
      std::this_thread::yield();
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
