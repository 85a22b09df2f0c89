// SPDX-License-Identifier: AGPL-3.0-or-later
// Modules and hosts of different versions, in the sandbox: what was built against a frozen header is asked by a host of
// today, and what is built today by hosts of older ABIs. Built once as each host (RAPT_HOST_ABI_MINOR).
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "author.hpp"
#include "rapt/sandbox/offer.hpp"

namespace rapt::abi {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
using hooks::Point;

constexpr const char* kOnMessage = R"([{"point":"chat:on_message","timeout_ms":10000}])";
constexpr const char* kOnDelta = R"([{"point":"chat:on_delta","window":"token","timeout_ms":10000}])";
constexpr const char* kBoth =
    R"([{"point":"chat:on_message","timeout_ms":10000},{"point":"chat:on_delta","timeout_ms":10000}])";
constexpr const char* kFromOldest = R"({"min":"1.0","built":"1.3"})";

std::filesystem::path library(const std::string& file) {
  return std::filesystem::path(RAPT_ABI_MODULES) / file;
}

class Cross : public ::testing::Test {
 protected:
  void start(const host::InstalledModule& module) {
    name_ = module.name;
    host::Supervisor::Options options;
    options.runner = RAPT_RUNNER_PATH;
    options.trust = author_.trust();
    supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
    thread_ = std::jthread([this] { loop_.run(); });
    const auto started = supervisor_->start({module});
    ASSERT_TRUE(started) << started.error().message;
    const auto deadline = std::chrono::steady_clock::now() + 90s;
    while (status().state == host::ModuleState::kStarting && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(1ms);
  }
  void TearDown() override {
    if (supervisor_) boost::asio::co_spawn(loop_, supervisor_->stop(), boost::asio::use_future).get();
    supervisor_.reset();
    work_.reset();
    loop_.stop();
  }
  host::ModuleStatus status() {
    auto all = supervisor_->status();
    return all.size() == 1 ? std::move(all.front()) : host::ModuleStatus{};
  }
  /// Waits for the line.
  ::testing::AssertionResult logs(const std::string& wanted) {
    std::string all;
    for (const auto until = std::chrono::steady_clock::now() + 90s; std::chrono::steady_clock::now() < until;) {
      for (const auto& line : supervisor_->take_lines()) all += line.text + "\n";
      if (all.find(wanted) != std::string::npos) return ::testing::AssertionSuccess();
      std::this_thread::sleep_for(5ms);
    }
    return ::testing::AssertionFailure() << "the module's log holds:\n" << all;
  }
  Answer ask(Point point, const hooks::Context& context) {
    return boost::asio::co_spawn(loop_, supervisor_->call(name_, point, context, "{}", 10s), boost::asio::use_future)
        .get();
  }
  Answer message(const std::string& text) {
    hooks::Context context;
    context.current = hooks::Message{"user", text, 1, {}};
    return ask(Point::kChatOnMessage, context);
  }
  Answer window(const std::string& text, std::int64_t seq, bool last) {
    hooks::Context context;
    context.current = hooks::Message{"assistant", text, 2, {}};
    context.stream = {"", seq, last};
    return ask(Point::kChatOnDelta, context);
  }

  Author author_;
  std::string name_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<host::Supervisor> supervisor_;
  std::jthread thread_;
};

std::string extraction(const Answer& answer) {
  return answer.extractions.empty() ? "" : answer.extractions[0].data_json;
}

class Frozen : public Cross, public ::testing::WithParamInterface<const char*> {};

TEST_P(Frozen, AModuleBuiltAgainstItAnswers) {
  const std::string version = GetParam();
  start(author_.pack(library("word-count-" + version + ".so"),
                     {"word-count", R"({"min":"1.0","built":")" + version + R"("})", kOnMessage}));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  const auto answer = message("three plain words");
  EXPECT_EQ(answer.kind, Answer::Kind::kContinue) << answer.text;
  ASSERT_EQ(answer.extractions.size(), 1U);
  EXPECT_EQ(answer.extractions[0].data_json, R"({"words": 3})");
}
INSTANTIATE_TEST_SUITE_P(Headers, Frozen, ::testing::Values("1.0", "1.1", "1.2", "1.3"),
                         [](const auto& test) { return "Abi1" + std::string(test.param).substr(2); });

TEST_F(Cross, AModuleOfTodayLearnsWhatThisHostOffers) {
  start(author_.pack(library("either.so"), {"either", kFromOldest, kBoth}));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  const auto answer = message("hi");
  ASSERT_EQ(answer.extractions.size(), 3U) << answer.text;
  const std::string& met = answer.extractions[0].data_json;
  const std::string wanted =
      "{\"abi_minor\":" + std::to_string(sandbox::kOfferedMinor) +
      (sandbox::kOffersStreams ? R"(,"service":true,"can_hold":true,)" : R"(,"service":false,"can_hold":false,)");
  EXPECT_TRUE(met.starts_with(wanted + R"("released":false,"window_seq":-1,"context":{"hook":"chat:on_message")"))
      << met;
  EXPECT_EQ(met.find("stream"), std::string::npos) << met;
}

TEST_F(Cross, AModuleSeesAsMuchOfTheConversationAsItsManifestSays) {
  if (!sandbox::kOffersServices) return;  // such a host refuses the key
  constexpr const char* kHooks = R"([{"point":"chat:on_message","timeout_ms":10000,"history":1},)"
                                 R"({"point":"chat:on_delta","timeout_ms":10000,"history":0}])";
  start(author_.pack(library("either.so"), {"either", R"("1.3")", kHooks}));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  hooks::Context context;
  context.messages = {{"user", "the first", 1, {}}, {"assistant", "the second", 2, {}}};
  context.current = hooks::Message{"user", "the third", 3, {}};
  const auto last = extraction(ask(Point::kChatOnMessage, context));
  EXPECT_EQ(last.find("the first"), std::string::npos) << last;
  EXPECT_NE(last.find("the second"), std::string::npos) << last;
  EXPECT_NE(last.find("the third"), std::string::npos) << last;
  context.stream = {"", 1, true};
  const auto none = extraction(ask(Point::kChatOnDelta, context));
  EXPECT_EQ(none.find("the second"), std::string::npos) << none;
  EXPECT_NE(none.find("the third"), std::string::npos) << none;
  context.messages.erase(context.messages.begin());
  EXPECT_NE(extraction(ask(Point::kChatOnMessage, context)).find("the second"), std::string::npos)
      << "a conversation may be shorter";
}

TEST_F(Cross, AnOlderHostHasNoServicesWhateverWasGranted) {
  start(author_.pack(library("either.so"), {"either", kFromOldest, kBoth,
                                            R"([{"name":"metrics","reason":"r"},{"name":"kv","reason":"r"}])"}));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  const auto answer = message("hi");
  ASSERT_EQ(answer.extractions.size(), 3U) << answer.text;
  EXPECT_EQ(answer.extractions[1].data_json, sandbox::kOffersServices ? "true" : "false");
  EXPECT_EQ(answer.extractions[2].data_json, "false") << "this host serves no values";
  EXPECT_EQ(status().metrics.size(), sandbox::kOffersServices ? 1U : 0U);
}

TEST_F(Cross, TheVerdictDecidesWhichTextCounts) {
  start(author_.pack(library("either.so"), {"either", kFromOldest, kBoth}));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  const auto replaced = message("both, replace"), blocked = message("both, block");
  EXPECT_EQ(replaced.kind, Answer::Kind::kReplace);
  EXPECT_EQ(replaced.text, "new words");
  EXPECT_EQ(blocked.kind, Answer::Kind::kBlock);
  EXPECT_EQ(blocked.text, "A reason.");
}

TEST_F(Cross, WindowsAreForHostsThatHaveStreams) {
  start(author_.pack(library("either.so"), {"either", kFromOldest, kBoth}));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  const auto declared = supervisor_->declaration("either", Point::kChatOnDelta);
  ASSERT_TRUE(declared) << declared.error().message;
  EXPECT_EQ(declared->has_value(), sandbox::kOffersStreams);
  if (!sandbox::kOffersStreams) return;
  const auto held = window("some words", 1, false);
  EXPECT_EQ(held.kind, Answer::Kind::kContinue) << held.text;
  EXPECT_EQ(held.held_bytes, 1U);
  const std::string stream = R"("stream":{"released":"","window_seq":1,"last":false})";
  EXPECT_NE(extraction(held).find(stream), std::string::npos) << extraction(held);
  EXPECT_EQ(window("s", 2, true).held_bytes, 0U);
}

TEST_F(Cross, AStreamFilterBuiltAgainst11HoldsAndHides) {
  start(author_.pack(library("number-mask-1.1.so"), {"number-mask", R"("1.1")", kOnDelta}));
  if (!sandbox::kOffersStreams) {
    EXPECT_EQ(status().state, host::ModuleState::kRefused);
    EXPECT_NE(status().reason.find("It needs module ABI 1.1, this host offers 1.0."), std::string::npos)
        << status().reason;
    EXPECT_EQ(status().pid, 0) << "it was started";
    return;
  }
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  const auto first = window("Call 1234", 1, false);
  EXPECT_EQ(first.kind, Answer::Kind::kReplace) << first.text;
  EXPECT_EQ(first.text, "Call ");
  EXPECT_EQ(first.held_bytes, 4U);
  const auto last = window("12345678", 2, true);
  EXPECT_EQ(last.kind, Answer::Kind::kReplace) << last.text;
  EXPECT_EQ(last.text, "[hidden]");
  EXPECT_EQ(last.held_bytes, 0U);
}

TEST_F(Cross, ADraftIsAskedOnlyByAHostThatKnowsIt) {
  start(author_.pack(library("sick.so"), {"sick", kFromOldest, kOnMessage}));
  const auto now = status();
  if (sandbox::kOffersStreams) {
    EXPECT_EQ(now.state, host::ModuleState::kRefused);
    EXPECT_NE(now.reason.find("Its self-test failed with status -5"), std::string::npos) << now.reason;
  } else {
    EXPECT_EQ(now.state, host::ModuleState::kRunning) << now.reason;
    EXPECT_EQ(message("hi").extractions.size(), 3U);
  }
}

TEST_F(Cross, ADraftThatBecamePartOfTheAbiIsNotThereAndItsHeaderIsNamed) {
  start(author_.pack(library("drafted.so"), {"drafted", kFromOldest, kOnMessage}));
  EXPECT_EQ(status().state, host::ModuleState::kRunning) << status().reason << ": it got a draft";
  if (sandbox::kOffersServices) {
    EXPECT_TRUE(logs("rapt.kv/draft-1, which became rapt.kv/1 (rapt/kv.h) with ABI 1.3"));
  }
}

TEST_F(Cross, AModuleThatHandsOutADraftIsRefusedWithItsHeader) {
  Author::Manifest manifest{"drafted", kFromOldest, kOnMessage, R"([{"name":"routes","reason":"r"}])"};
  manifest.more = R"(,"routes":[{"method":"GET","path":"/a","access":"user"}])";
  start(author_.pack(library("drafted.so"), manifest));
  if (!sandbox::kOffersServices) {
    EXPECT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
    return;
  }
  EXPECT_EQ(status().state, host::ModuleState::kRefused);
  EXPECT_NE(status().reason.find("the draft rapt.routes/draft-1, which became rapt.routes/1 (rapt/routes.h)"),
            std::string::npos)
      << status().reason;
}

TEST_F(Cross, ALoginProviderIsAskedByAHostThatHasProviders) {
  Author::Manifest manifest{"either", kFromOldest, kOnMessage};
  manifest.permissions = R"([{"name":"auth-provider","reason":"r"}])";
  start(author_.pack(library("either.so"), manifest));
  ASSERT_EQ(status().state, host::ModuleState::kRunning) << status().reason;
  EXPECT_EQ(supervisor_->provider_modules().size(), sandbox::kOffersProviders ? 1U : 0U);
  EXPECT_EQ(message("hi").extractions.size(), 3U) << "its hooks are asked by every host";
}

TEST_F(Cross, ALoginProviderThatNeedsItsHostIsRefusedByAnOlderOne) {
  Author::Manifest manifest{"either", R"({"min":"1.2","built":"1.3"})", kOnMessage};
  manifest.permissions = R"([{"name":"auth-provider","reason":"r"}])";
  start(author_.pack(library("either.so"), manifest));
  const auto wanted = sandbox::kOffersProviders ? host::ModuleState::kRunning : host::ModuleState::kRefused;
  EXPECT_EQ(status().state, wanted) << status().reason;
}

TEST_F(Cross, WhatNeedsALaterHostIsRefusedBeforeItStarts) {
  start(author_.pack(library("word-count-1.99.so"), {"word-count", R"("1.99")", kOnMessage}));
  const auto now = status();
  EXPECT_EQ(now.state, host::ModuleState::kRefused);
  EXPECT_EQ(now.pid, 0);
  const std::string offered = std::to_string(RAPT_ABI_MAJOR) + "." + std::to_string(sandbox::kOfferedMinor);
  EXPECT_NE(now.reason.find("It needs module ABI 1.99, this host offers " + offered), std::string::npos) << now.reason;
}

}  // namespace
}  // namespace rapt::abi
