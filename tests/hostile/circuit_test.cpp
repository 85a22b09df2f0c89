// SPDX-License-Identifier: AGPL-3.0-or-later
// A module that fails: when it is still asked, when it is started again, and what is remembered and told of it.
#include <gmock/gmock.h>
#include <signal.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
using hooks::Point;
using host::Circuit;
using host::ModuleState;
using ::testing::HasSubstr;
using Kind = Answer::Kind;

const std::string kMoody = "hostile-moody";

hooks::Context saying(const std::string& text) {
  auto context = sample_context();
  context.current->content = text;
  return context;
}

Answer tell(House& house, const std::string& text, std::chrono::milliseconds limit = 10s) {
  return house.ask(kMoody, saying(text), Point::kChatOnMessage, "{}", limit);
}

/// Asks until the module is asked.
Answer tell_when_asked(House& house, const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  for (;;) {
    auto answer = tell(house, text);
    if (answer.kind != Kind::kNotRunning || std::chrono::steady_clock::now() > deadline) return answer;
    std::this_thread::sleep_for(1ms);
  }
}

class CircuitHouse : public ::testing::Test {
 protected:
  Workshop workshop_;
};

TEST_F(CircuitHouse, FailuresInARowOpenItAndCallersAreAnsweredAtOnceWithTheReason) {
  House house(workshop_, [](auto& options) {
    options.circuit_failures = 3;
    options.circuit_pause = 1h;
  });
  house.start({workshop_.pack("moody")});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tell(house, "error").kind, Kind::kError);
  const auto refused = tell(house, "hello");
  EXPECT_EQ(refused.kind, Kind::kNotRunning);
  for (const char* part : {"hostile-moody", "chat:on_message", "last 3 calls"})
    EXPECT_THAT(refused.text, HasSubstr(part));
  const auto status = house.status(kMoody);
  EXPECT_EQ(status.state, ModuleState::kRunning);
  EXPECT_EQ(status.circuit, Circuit::kOpen);
  EXPECT_THAT(status.circuit_reason, HasSubstr("One call is let through in"));
  for (const auto& hook : status.hooks) {
    const bool asked = hook.declared.point == Point::kChatOnMessage;
    EXPECT_EQ(hook.calls, asked ? 3u : 0u) << "a refused call is none";
    EXPECT_EQ(hook.failures, asked ? 3u : 0u);
    EXPECT_EQ(hook.p50.has_value(), asked);
  }
}

TEST_F(CircuitHouse, OneCallIsLetThroughAfterThePauseAndDecides) {
  House house(workshop_, [](auto& options) {
    options.circuit_failures = 1;
    options.circuit_pause = 20ms;
  });
  house.start({workshop_.pack("moody")});
  EXPECT_EQ(tell(house, "error").kind, Kind::kError);
  EXPECT_EQ(tell_when_asked(house, "error").kind, Kind::kError);
  EXPECT_EQ(house.status(kMoody).circuit, Circuit::kOpen);
  EXPECT_EQ(tell_when_asked(house, "hello").kind, Kind::kContinue);
  EXPECT_EQ(house.status(kMoody).circuit, Circuit::kClosed);
  EXPECT_EQ(house.status(kMoody).circuit_reason, "");
  EXPECT_EQ(tell(house, "hello").kind, Kind::kContinue);
}

TEST_F(CircuitHouse, AfterACrashOneCallDecidesAndTheOthersDoNotWaitForIt) {
  House house(workshop_);
  house.start({workshop_.pack("moody")});
  EXPECT_EQ(tell(house, "crash").kind, Kind::kDead);
  house.wait_for(kMoody, [](const auto& s) { return s.restarts == 1 && s.pid != 0; });
  EXPECT_EQ(house.status(kMoody).circuit, Circuit::kHalfOpen);
  const auto context = saying("sleep 3000");
  const std::string config = "{}";
  auto trial =
      boost::asio::co_spawn(house.loop(), house.supervisor().call(kMoody, Point::kChatOnMessage, context, config, 10s),
                            boost::asio::use_future);
  house.wait_for(kMoody, [](const auto& s) { return s.circuit_reason.find("is being tried") != std::string::npos; });
  const auto other = tell(house, "hello");
  EXPECT_EQ(other.kind, Kind::kNotRunning);
  EXPECT_THAT(other.text, HasSubstr("gave up"));
  EXPECT_EQ(trial.get().kind, Kind::kContinue);
  EXPECT_EQ(house.status(kMoody).circuit, Circuit::kClosed);
}

TEST_F(CircuitHouse, ATrialWhoseCallerLeavesIsFollowedByAnother) {
  House house(workshop_);
  house.start({workshop_.pack("moody")});
  EXPECT_EQ(tell(house, "crash").kind, Kind::kDead);
  house.wait_for(kMoody, [](const auto& s) { return s.restarts == 1 && s.pid != 0; });
  const auto context = saying("sleep 200");
  const std::string config = "{}";
  const auto strand = boost::asio::make_strand(house.loop());
  boost::asio::cancellation_signal leave;
  std::promise<void> left;
  boost::asio::co_spawn(
      strand, house.supervisor().call(kMoody, Point::kChatOnMessage, context, config, 2s),
      boost::asio::bind_cancellation_slot(leave.slot(), [&](std::exception_ptr, const Answer&) { left.set_value(); }));
  house.wait_for(kMoody, [](const auto& s) { return s.circuit_reason.find("is being tried") != std::string::npos; });
  boost::asio::post(strand, [&] { leave.emit(boost::asio::cancellation_type::terminal); });
  left.get_future().get();
  EXPECT_EQ(tell_when_asked(house, "hello").kind, Kind::kContinue);
  EXPECT_EQ(house.status(kMoody).circuit, Circuit::kClosed);
}

TEST_F(CircuitHouse, EndsInARowPutAModuleIntoQuarantineUntilItIsReleased) {
  House house(workshop_, [](auto& options) { options.quarantine_failures = 3; });
  auto installed = workshop_.pack("moody");
  house.start({installed});
  for (std::size_t ends = 1; ends <= 3; ++ends) {
    EXPECT_EQ(tell_when_asked(house, "crash").kind, Kind::kDead);
    house.wait_for(kMoody, [&](const auto& s) { return s.health.failures.size() == ends; });
  }
  const auto status = house.wait_for(kMoody, [](const auto& s) { return s.state == ModuleState::kQuarantined; });
  EXPECT_EQ(status.restarts, 2u);
  EXPECT_EQ(status.pid, 0);
  for (const char* part : {"hostile-moody", "3 times", "gave up", "`rapt module release hostile-moody`"})
    EXPECT_THAT(status.reason, HasSubstr(part));
  EXPECT_EQ(tell(house, "hello").text, status.reason);
  installed.health = status.health;
  house.update({installed});
  EXPECT_EQ(house.status(kMoody).state, ModuleState::kQuarantined) << "nobody has released it";
  installed.health.released_at = SystemClock().now();
  house.update({installed});
  house.wait_running(kMoody);
  EXPECT_FALSE(house.status(kMoody).health.quarantined_at);
  EXPECT_EQ(tell(house, "hello").kind, Kind::kContinue);
}

TEST_F(CircuitHouse, ARestartOfTheHostNeitherForgetsEndsNorLetsAModuleOut) {
  auto installed = workshop_.pack("moody");
  const auto change = [](auto& options) { options.quarantine_failures = 2; };
  {
    House house(workshop_, change);
    house.start({installed});
    EXPECT_EQ(tell(house, "crash").kind, Kind::kDead);
    installed.health = house.wait_for(kMoody, [](const auto& s) { return s.health.failures.size() == 1; }).health;
  }
  {
    House house(workshop_, change);
    house.start({installed});
    EXPECT_EQ(tell_when_asked(house, "crash").kind, Kind::kDead);
    installed.health =
        house.wait_for(kMoody, [](const auto& s) { return s.state == ModuleState::kQuarantined; }).health;
  }
  House house(workshop_, change);
  house.start({installed});
  const auto status = house.status(kMoody);
  EXPECT_EQ(status.state, ModuleState::kQuarantined);
  EXPECT_EQ(status.health, installed.health);
  EXPECT_EQ(tell(house, "hello").kind, Kind::kNotRunning);
}

TEST_F(CircuitHouse, AnAdminsTimeLimitIsInForceWithoutARestart) {
  House house(workshop_);
  auto installed = workshop_.pack("moody");
  house.start({installed});
  const int pid = house.wait_running(kMoody).pid;
  const auto limit = [&] { return (*house.supervisor().declaration(kMoody, Point::kChatOnMessage))->time_limit; };
  EXPECT_EQ(limit(), 10s);
  installed.time_limits = {{Point::kChatOnMessage, 50ms}, {Point::kChatBeforeAi, 1h}};
  house.update({installed});
  EXPECT_EQ(limit(), 50ms);
  EXPECT_EQ((*house.supervisor().declaration(kMoody, Point::kChatBeforeAi))->time_limit, 10s) << "only narrowed";
  EXPECT_EQ(house.status(kMoody).pid, pid);
  const auto late = tell(house, "sleep 60000");
  EXPECT_EQ(late.kind, Kind::kLate);
  EXPECT_THAT(late.text, HasSubstr("limit of 50 ms at chat:on_message"));
  installed.time_limits.clear();
  house.update({installed});
  EXPECT_EQ(limit(), 10s);
}

TEST_F(CircuitHouse, LinesOfAStartAndOfADyingProcessAreKept) {
  House house(workshop_);
  house.start({workshop_.pack("moody")});
  EXPECT_EQ(tell(house, "crash").kind, Kind::kDead);
  house.wait_for(kMoody, [](const auto& s) { return s.restarts == 1 && s.pid != 0; });
  std::vector<std::string> told;
  for (const auto& line : house.supervisor().take_lines()) {
    EXPECT_EQ(line.module, kMoody);
    told.push_back(line.level + ": " + line.text);
  }
  EXPECT_THAT(told, ::testing::ElementsAre("info: waking up", "error: farewell", "info: waking up"));
  EXPECT_TRUE(house.supervisor().take_lines().empty());
}

}  // namespace
}  // namespace rapt::hostile
