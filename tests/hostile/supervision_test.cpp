// SPDX-License-Identifier: AGPL-3.0-or-later
// What well-behaved modules may expect, and what becomes of bundles and processes that are not well.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/base/file.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
using hooks::Point;
using host::ModuleState;
using ::testing::HasSubstr;
using Kind = Answer::Kind;

class Supervision : public ::testing::Test {
 protected:
  Workshop workshop_;
};

TEST_F(Supervision, AModuleMayContinueReplaceBlockEmitInstructAndFail) {
  House house(workshop_);
  house.start({workshop_.pack("continue"), workshop_.pack("replace"), workshop_.pack("block"),
               workshop_.pack("instruct"), workshop_.pack("error"), workshop_.pack("read-context")});
  EXPECT_EQ(house.ask("hostile-continue").kind, Kind::kContinue);
  const auto replaced = house.ask("hostile-replace");
  EXPECT_EQ(replaced.kind, Kind::kReplace) << replaced.text;
  EXPECT_EQ(replaced.text, "[subtract \"1\"\nthen?]");
  const auto blocked = house.ask("hostile-block");
  EXPECT_EQ(blocked.kind, Kind::kBlock);
  EXPECT_EQ(blocked.text, "Please ask your teacher about this.");
  EXPECT_THAT(house.ask("hostile-instruct", 2s, Point::kChatBeforeAi).instructions,
              ::testing::ElementsAre("Take a smaller step."));
  EXPECT_EQ(house.ask("hostile-error").kind, Kind::kError);
}

TEST_F(Supervision, AModuleSeesTheContextWithAPseudonymForTheUser) {
  House house(workshop_);
  house.start({workshop_.pack("read-context")});
  const auto json = extraction(house.ask("hostile-read-context"), "context");
  EXPECT_THAT(json, HasSubstr(R"("name":"Socratic Algebra Tutor")"));
  EXPECT_THAT(json, HasSubstr(R"("content":"subtract \"1\"\u000athen?")"));
  EXPECT_THAT(json, HasSubstr(R"("messages":[{"role":"user","content":"How do I solve x + 1 = 4?","seq":1)"));
  EXPECT_THAT(json, HasSubstr(R"("config":{})"));
  EXPECT_THAT(json, HasSubstr(R"("role":"student")"));
  EXPECT_THAT(json, ::testing::Not(HasSubstr("user-1")));
  EXPECT_EQ(extraction(house.ask("hostile-read-context"), "context").substr(0, 200), json.substr(0, 200));
}

TEST_F(Supervision, CallsInFlightAreAnsweredInOrderAndNoneIsLost) {
  House house(workshop_);
  house.start({workshop_.pack("replace")});
  const auto context = sample_context();
  const std::string config = "{}", module = "hostile-replace";
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 500; ++i) {
    answers.push_back(boost::asio::co_spawn(
        house.loop(), house.supervisor().call(module, Point::kChatOnMessage, context, config, 10s),
        boost::asio::use_future));
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get().kind, Kind::kReplace);
}

TEST_F(Supervision, ACallerWhoseTimeIsUpInLineIsToldSoAndNobodyIsKilled) {
  House house(workshop_);
  house.start({workshop_.pack("sleep")});
  const auto context = sample_context();
  const std::string config = "{}", module = "hostile-sleep";
  const int pid = house.wait_running(module).pid;
  const auto strand = boost::asio::make_strand(house.loop());  // in this order
  const auto call = [&](std::chrono::milliseconds limit) {
    return boost::asio::co_spawn(strand, house.supervisor().call(module, Point::kChatOnMessage, context, config, limit),
                                 boost::asio::use_future);
  };
  auto first = call(1s);
  const auto second = call(50ms).get();
  EXPECT_EQ(second.kind, Kind::kNotRunning);
  EXPECT_THAT(second.text, HasSubstr("busy"));
  EXPECT_EQ(house.status(module).pid, pid);
  EXPECT_EQ(first.get().kind, Kind::kLate);
}

TEST_F(Supervision, AConversationThatDoesNotFitIsSaidAndTheModuleGoesOn) {
  House house(workshop_);
  house.start({workshop_.pack("continue")});
  auto context = sample_context();
  context.current->content = std::string(5u << 20, 'x');
  const auto answer = house.ask("hostile-continue", context, Point::kChatOnMessage, "{}", 2s);
  EXPECT_EQ(answer.kind, Kind::kNotRunning);
  EXPECT_THAT(answer.text, HasSubstr("4 MiB"));
  EXPECT_EQ(house.ask("hostile-continue").kind, Kind::kContinue);
}

TEST_F(Supervision, AModuleThatIsNotInstalledIsNotRunning) {
  House house(workshop_);
  house.start({});
  EXPECT_EQ(house.ask("nobody").kind, Kind::kNotRunning);
  EXPECT_FALSE(house.supervisor().installed("nobody"));
  EXPECT_FALSE(house.supervisor().declaration("nobody", Point::kChatOnMessage));
}

TEST_F(Supervision, AConfigurationIsCheckedAgainstTheModulesSchema) {
  Packing packing;
  packing.config_schema = R"({"type":"object","properties":{"words":{"type":"array"}},"additionalProperties":false})";
  House house(workshop_);
  house.start({workshop_.pack("continue", packing)});
  EXPECT_TRUE(house.supervisor().check_config("hostile-continue", R"({"words":["a"]})"));
  const auto fault = house.supervisor().check_config("hostile-continue", R"({"words":3})");
  ASSERT_FALSE(fault);
  ASSERT_FALSE(fault.error().fields.empty());
  EXPECT_THAT(fault.error().fields[0].path, HasSubstr("words"));
}

TEST_F(Supervision, ARunnerKilledInMidCallIsDeadAndStartedAgain) {
  House house(workshop_);
  house.start({workshop_.pack("sleep"), workshop_.pack("continue")});
  const auto before = house.wait_running("hostile-sleep");
  const auto context = sample_context();
  const std::string config = "{}", module = "hostile-sleep";
  auto call =
      boost::asio::co_spawn(house.loop(), house.supervisor().call(module, Point::kChatOnMessage, context, config, 10s),
                            boost::asio::use_future);
  ASSERT_EQ(kill(before.pid, SIGKILL), 0);
  const auto answer = call.get();
  EXPECT_THAT(answer.kind, ::testing::AnyOf(Kind::kDead, Kind::kNotRunning));
  EXPECT_EQ(house.ask("hostile-continue").kind, Kind::kContinue) << "the neighbor";
  const auto after = house.wait_for(
      module, [&](const auto& s) { return s.state == ModuleState::kRunning && s.restarts > 0 && s.pid != 0; });
  EXPECT_NE(after.pid, before.pid);
  EXPECT_THAT(after.last_failure, HasSubstr("was killed (SIGKILL)"));
  EXPECT_TRUE(after.last_failure_at.has_value());
}

TEST_F(Supervision, ALateModuleIsKilledWithinATenthOfASecond) {
  House house(workshop_);
  house.start({workshop_.pack("loop")});
  const int pid = house.wait_running("hostile-loop").pid;
  const auto asked = std::chrono::steady_clock::now();
  const auto answer = house.ask("hostile-loop", 100ms);
  while (kill(pid, 0) == 0) std::this_thread::yield();
  const auto took = std::chrono::steady_clock::now() - asked;
  EXPECT_EQ(answer.kind, Kind::kLate);
  EXPECT_EQ(answer.text, "It took longer than its limit of 100 ms at chat:on_message.");
  RecordProperty("killed_after_limit_us", std::to_string((took - 100ms) / 1us));
}

TEST_F(Supervision, AModuleThatFallsAgainAndAgainWaitsLongAndSaysWhy) {
  House house(workshop_, [](auto& options) { options.restart_maximum = 60s; });
  house.start({workshop_.pack("segfault")});
  for (int i = 0; i < 5; ++i) {
    house.wait_running("hostile-segfault");
    EXPECT_EQ(house.ask("hostile-segfault").kind, Kind::kDead);
  }
  const auto status =
      house.wait_for("hostile-segfault", [](const auto& s) { return s.reason.find("5 times") != std::string::npos; });
  EXPECT_EQ(status.state, ModuleState::kBackoff);
  EXPECT_THAT(status.reason, HasSubstr("SIGSEGV"));
  const auto answer = house.ask("hostile-segfault");
  EXPECT_EQ(answer.kind, Kind::kNotRunning);
  EXPECT_THAT(answer.text, HasSubstr("started again in"));
}

TEST_F(Supervision, OneChangedByteIsRefused) {
  auto module = workshop_.pack("continue");
  auto bytes = read_file(module.bundle_path, bundle::kMaxBundleBytes);
  ASSERT_TRUE(bytes);
  (*bytes)[bytes->size() / 2] = static_cast<char>((*bytes)[bytes->size() / 2] ^ 1);
  ASSERT_TRUE(write_file_atomically(module.bundle_path, *bytes));
  House house(workshop_);
  house.start({module, workshop_.pack("replace")});
  const auto status = house.status("hostile-continue");
  EXPECT_EQ(status.state, ModuleState::kRefused);
  EXPECT_THAT(status.reason, HasSubstr("bytes have changed"));
  const auto answer = house.ask("hostile-continue");
  EXPECT_EQ(answer.kind, Kind::kNotRunning);
  EXPECT_TRUE(house.supervisor().installed("hostile-continue"));
  EXPECT_FALSE(house.supervisor().declaration("hostile-continue", Point::kChatOnMessage))
      << "its manifest is not believed";
  EXPECT_EQ(house.ask("hostile-replace").kind, Kind::kReplace);
}

TEST_F(Supervision, AChangedByteWithAChangedRecordIsRefusedByTheSignature) {
  Packing other;
  other.memory_mb = 64;
  auto module = workshop_.pack("continue", other);
  Workshop stranger;
  House house(stranger);  // which trusts another key under the same publisher's name
  house.start({module});
  EXPECT_EQ(house.status("hostile-continue").state, ModuleState::kRefused);
}

TEST_F(Supervision, AnUnsignedBundleIsRefusedUnlessDevelopmentAllowsIt) {
  Packing packing;
  packing.is_signed = false;
  const auto module = workshop_.pack("continue", packing);
  {
    House house(workshop_);
    house.start({module});
    EXPECT_EQ(house.status(module.name).state, ModuleState::kRefused);
    EXPECT_THAT(house.status(module.name).reason, ::testing::ContainsRegex("sign"));
  }
  House house(workshop_,
              [](auto& options) { options.signature_policy = bundle::SignaturePolicy::kDevelopmentMayLack; });
  house.start({module});
  EXPECT_EQ(house.wait_running(module.name).is_signed, false);
}

TEST_F(Supervision, ALibraryThatIsNotWhatTheManifestSaysIsRefused) {
  House house(workshop_);
  house.start({workshop_.pack("other-name"), workshop_.pack("other-version"), workshop_.pack("other-abi"),
               workshop_.pack("no-hooks"), workshop_.pack("init-fails")});
  const std::pair<const char*, const char*> expected[] = {{"hostile-other-name", "says something else"},
                                                          {"hostile-other-version", "says something else"},
                                                          {"hostile-other-abi", "built for ABI 2"},
                                                          {"hostile-no-hooks", "rapt.hooks/1"},
                                                          {"hostile-init-fails", "init failed with status -5"}};
  for (const auto& [module, reason] : expected) {
    const auto status = house.wait_for(module, [](const auto& s) { return s.state == ModuleState::kRefused; });
    EXPECT_THAT(status.reason, HasSubstr(reason)) << module;
  }
}

TEST_F(Supervision, AMissingLayerThatConfigurationRequiresMeansNothingIsStarted) {
  House house(workshop_, [](auto& options) { options.required_layers = {"a-layer-of-lead"}; });
  house.start({workshop_.pack("continue")});
  EXPECT_EQ(house.status("hostile-continue").state, ModuleState::kRefused);
  EXPECT_THAT(house.status("hostile-continue").reason, HasSubstr("a-layer-of-lead"));
}

TEST_F(Supervision, UpdateStartsTheNewStopsTheGoneAndKeepsTheRest) {
  House house(workshop_);
  const auto kept = workshop_.pack("continue"), gone = workshop_.pack("replace"), fresh = workshop_.pack("block");
  house.start({kept, gone});
  const int pid = house.wait_running(kept.name).pid, gone_pid = house.wait_running(gone.name).pid;
  house.update({kept, fresh});
  house.wait_running(fresh.name);
  EXPECT_EQ(house.status(kept.name).pid, pid);
  EXPECT_FALSE(house.supervisor().installed(gone.name));
  EXPECT_NE(kill(gone_pid, 0), 0);
}

TEST_F(Supervision, ARefusedModuleIsLookedAtAgainWhenItsFileHasChanged) {
  House house(workshop_);
  const auto installed = workshop_.pack("continue");
  const auto good = *read_file(installed.bundle_path, bundle::kMaxBundleBytes);
  ASSERT_TRUE(write_file_atomically(installed.bundle_path, "not a bundle"));
  house.start({installed});
  ASSERT_EQ(house.status(installed.name).state, ModuleState::kRefused);
  ASSERT_TRUE(write_file_atomically(installed.bundle_path, good));
  house.update({installed});
  house.wait_running(installed.name);
}

TEST_F(Supervision, APublisherWhoIsNotTrustedAnyMoreDoesNotGoOnRunning) {
  House house(workshop_);
  const auto installed = workshop_.pack("continue");
  house.start({installed});
  const int pid = house.wait_running(installed.name).pid;
  house.update({installed}, bundle::TrustStore{});
  EXPECT_EQ(house.status(installed.name).state, ModuleState::kRefused);
  EXPECT_NE(kill(pid, 0), 0);
  house.update({installed});
  house.wait_running(installed.name);
}

TEST_F(Supervision, StopEndsEveryProcessAlsoOneThatDoesNotWantTo) {
  House house(workshop_);
  house.start({workshop_.pack("continue"), workshop_.pack("shutdown-loop")});
  const int one = house.wait_running("hostile-continue").pid, other = house.wait_running("hostile-shutdown-loop").pid;
  house.stop();
  EXPECT_NE(kill(one, 0), 0);
  EXPECT_NE(kill(other, 0), 0);
  EXPECT_EQ(house.status("hostile-continue").state, ModuleState::kStopped);
}

}  // namespace
}  // namespace rapt::hostile
