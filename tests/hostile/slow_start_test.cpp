// SPDX-License-Identifier: AGPL-3.0-or-later
// A start that takes long because the machine does not let the module's process run is not held against the module.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using host::ModuleState;

constexpr auto kLimit = 500ms;

/// Holds a process up for as long as it is there.
class HeldUp {
 public:
  explicit HeldUp(int pid) : pid_(pid) { EXPECT_EQ(::kill(pid_, SIGSTOP), 0); }
  ~HeldUp() { ::kill(pid_, SIGCONT); }
  HeldUp(const HeldUp&) = delete;
  HeldUp& operator=(const HeldUp&) = delete;

 private:
  int pid_;
};

TEST(SlowStart, OfAProcessThatHasNotBegunIsWaitedFor) {
  Workshop workshop;
  House house(workshop, [](host::Supervisor::Options& options) {
    options.start_timeout = kLimit;
    options.quarantine_failures = 1;
  });
  const auto known = workshop.pack("continue"), late = workshop.pack("replace");
  house.start({known});
  house.wait_running(known.name);
  {
    const HeldUp fork_server(children_of(getpid()).at(0));
    house.update({known, late});
    std::this_thread::sleep_for(3 * kLimit);
    const auto status = house.status(late.name);
    EXPECT_EQ(status.state, ModuleState::kStarting) << status.reason;
    EXPECT_TRUE(status.health.failures.empty()) << status.last_failure;
  }
  const auto status = house.wait_running(late.name);
  EXPECT_EQ(status.restarts, 0u) << status.last_failure;
  EXPECT_EQ(house.ask(late.name).kind, hooks::Answer::Kind::kReplace);
}

}  // namespace
}  // namespace rapt::hostile
