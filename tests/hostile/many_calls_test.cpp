// SPDX-License-Identifier: AGPL-3.0-or-later
// Thousands of calls in flight: every one gets exactly one answer, whatever becomes of the process or the caller.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <future>

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
using ::testing::HasSubstr;
using Kind = Answer::Kind;
namespace asio = boost::asio;

class ManyCalls : public ::testing::Test {
 protected:
  std::future<Answer> ask(const std::string& module, const hooks::Context& context, std::chrono::milliseconds limit) {
    return asio::co_spawn(house_.loop(),
                          house_.supervisor().call(module, Point::kChatOnMessage, context, config_, limit),
                          asio::use_future);
  }

  Workshop workshop_;
  House house_{workshop_};
  const std::string config_ = "{}";
  const hooks::Context context_ = sample_context();
};

TEST_F(ManyCalls, EachGetsTheAnswerToItsOwnQuestion) {
  house_.start({workshop_.pack("replace")});
  const std::string module = "hostile-replace";
  constexpr int kCalls = 3000;
  const std::string large(200 << 10, 'x');  // needs the large slot
  std::vector<hooks::Context> contexts(kCalls, context_);
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < kCalls; ++i) {
    auto& context = contexts[static_cast<std::size_t>(i)];
    context.current->content = std::to_string(i);
    if (i % 50 == 0) context.messages[0].content = large;
    answers.push_back(ask(module, contexts[static_cast<std::size_t>(i)], 60s));
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto answer = answers[i].get();
    ASSERT_EQ(answer.kind, Kind::kReplace) << answer.text;
    ASSERT_EQ(answer.text, "[" + contexts[i].current->content + "]") << "call " << i;
  }
}

TEST_F(ManyCalls, WhenTheProcessIsKilledEveryCallerIsToldAndNothingIsAskedTwice) {
  house_.start({workshop_.pack("replace")});
  const std::string module = "hostile-replace";
  for (int round = 0; round < 5; ++round) {
    const int pid = house_.wait_running(module).pid;
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 2000; ++i) answers.push_back(ask(module, context_, 60s));
    kill(pid, SIGKILL);
    for (auto& one : answers) {
      const auto answer = one.get();
      EXPECT_THAT(answer.kind, ::testing::AnyOf(Kind::kReplace, Kind::kDead, Kind::kNotRunning)) << answer.text;
    }
    const auto again = [&](const auto& status) {
      return status.state == host::ModuleState::kRunning && status.pid != pid && status.pid != 0;
    };
    house_.wait_for(module, again);
  }
}

TEST_F(ManyCalls, TheCallThatIsLateIsToldApartFromThoseBehindIt) {
  house_.start({workshop_.pack("loop")});
  const std::string module = "hostile-loop";
  house_.wait_running(module);
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 40; ++i) answers.push_back(ask(module, context_, i == 0 ? 300ms : 60s));
  int late = 0, behind = 0;
  for (auto& one : answers) {
    const auto answer = one.get();
    if (answer.kind == Kind::kLate) ++late;
    if (answer.kind == Kind::kDead && answer.text.find("before it had begun with this call") != std::string::npos)
      ++behind;
  }
  // The loop has two threads: which call comes first is theirs to say, and a restarted process may take some, too.
  EXPECT_GE(late + behind, 1);
  EXPECT_GE(late, 1);
}

TEST_F(ManyCalls, CallersThatGoAwayDisturbNobody) {
  house_.start({workshop_.pack("replace")});
  const std::string module = "hostile-replace";
  constexpr int kCallers = 600;
  std::vector<asio::cancellation_signal> signals(kCallers);
  std::vector<asio::strand<asio::io_context::executor_type>> strands;
  std::atomic<int> over{0};
  for (int i = 0; i < kCallers; ++i) {
    strands.push_back(asio::make_strand(house_.loop()));
    const auto at = static_cast<std::size_t>(i);
    asio::co_spawn(strands[at], house_.supervisor().call(module, Point::kChatOnMessage, context_, config_, 60s),
                   asio::bind_cancellation_slot(signals[at].slot(),
                                                [&over](const std::exception_ptr&, const Answer&) { ++over; }));
  }
  for (std::size_t i = 0; i < kCallers; i += 3) {
    asio::post(strands[i], [&signals, i] { signals[i].emit(asio::cancellation_type::terminal); });
  }
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (over < kCallers && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_EQ(over, kCallers);
  EXPECT_EQ(house_.ask(module, 10s).kind, Kind::kReplace);
  EXPECT_EQ(house_.status(module).restarts, 0u);
}

}  // namespace
}  // namespace rapt::hostile
