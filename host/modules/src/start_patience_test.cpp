// SPDX-License-Identifier: AGPL-3.0-or-later
#include "start_patience.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>

namespace rapt::host {
namespace {

using namespace std::chrono_literals;
using Clock = StartPatience::Clock;

/// A process of one thread that does one thing until it is killed.
class Process {
 public:
  explicit Process(void (*act)()) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) act();
  }
  ~Process() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  [[nodiscard]] int pid() const { return pid_; }
  void await_state(char wanted) const {
    for (std::string line; line.find(std::string(") ") + wanted) == std::string::npos; std::this_thread::sleep_for(1ms))
      std::getline(std::ifstream("/proc/" + std::to_string(pid_) + "/stat"), line);
  }

 private:
  int pid_;
};

class SlowStarts : public ::testing::Test {
 protected:
  const Clock::time_point deadline_ = Clock::now();
};

TEST_F(SlowStarts, AreNotWaitedForWhenTheProcessSleeps) {
  const Process sleeping([] { ::pause(); });
  sleeping.await_state('S');
  EXPECT_FALSE(StartPatience(deadline_, 1h).holds(sleeping.pid(), deadline_));
}

TEST_F(SlowStarts, AreWaitedForUntilTheProcessHasHadHalfOfItsTimeOfAProcessor) {
  const Process busy([] {});
  busy.await_state('R');
  EXPECT_TRUE(StartPatience(deadline_, 1h).holds(busy.pid(), deadline_));
  const StartPatience little(deadline_, 20ms);
  while (little.holds(busy.pid(), deadline_)) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(StartPatience(deadline_, 1h).holds(busy.pid(), deadline_)) << "it still works";
}

TEST_F(SlowStarts, AreWaitedForWhileNoProcessIsKnownYet) {
  EXPECT_TRUE(StartPatience(deadline_, 5s).holds(0, deadline_));
}

TEST_F(SlowStarts, AreNotWaitedForWithoutAnEnd) {
  const Process busy([] {});
  const auto end = deadline_ + StartPatience::kMost;
  EXPECT_TRUE(StartPatience(deadline_, 1h).holds(0, end - 1ms));
  for (const int pid : {0, busy.pid()}) EXPECT_FALSE(StartPatience(deadline_, 1h).holds(pid, end)) << pid;
}

TEST_F(SlowStarts, AreNotWaitedForWhenTheProcessIsGone) {
  const int pid = std::make_unique<Process>([] {})->pid();  // and ended
  EXPECT_FALSE(StartPatience(deadline_, 1h).holds(pid, deadline_));
}

}  // namespace
}  // namespace rapt::host
