// SPDX-License-Identifier: AGPL-3.0-or-later
// One hook through the public dispatcher into the sandboxed module and back, with a chat of 16 KB; beside it two
// processes that do nothing but wake each other by event descriptors.
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench.hpp"
#include "hook_samples.hpp"
#include "module_house.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWarmUp = 500;
constexpr int kRounds = 10000;

void add_one(int fd) {
  const std::uint64_t one = 1;
  if (write(fd, &one, sizeof one) != sizeof one) _exit(1);
}

void take(int fd) {
  std::uint64_t count = 0;
  if (read(fd, &count, sizeof count) != sizeof count) _exit(1);
}

std::vector<double> ping_pong() {
  const int there = eventfd(0, EFD_CLOEXEC), back = eventfd(0, EFD_CLOEXEC);
  const pid_t other = fork();
  if (other < 0) throw std::runtime_error("no second process for the ping-pong");
  if (other == 0) {
    for (int i = 0; i < kWarmUp + kRounds; ++i) {
      take(there);
      add_one(back);
    }
    _exit(0);
  }
  std::vector<double> samples;
  for (int i = 0; i < kWarmUp + kRounds; ++i) {
    const auto start = Clock::now();
    add_one(there);
    take(back);
    if (i >= kWarmUp) samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  waitpid(other, nullptr, 0);
  close(there);
  close(back);
  return samples;
}

/// As many processes that never rest as there are processors.
class BusyMachine {
 public:
  BusyMachine() {
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
      const pid_t child = fork();
      if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) asm volatile("");
      }
      if (child > 0) children_.push_back(child);
    }
  }
  BusyMachine(const BusyMachine&) = delete;
  BusyMachine& operator=(const BusyMachine&) = delete;
  ~BusyMachine() {
    for (const pid_t child : children_) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> children_;
};

std::vector<Figure> measure_as(const std::string& name) {
  std::vector<double> bare = ping_pong();
  ModuleHouse house;
  house.wait_running();
  auto hook = ask_many(house, kWarmUp, kRounds);
  const auto again = ping_pong();
  bare.insert(bare.end(), again.begin(), again.end());
  return {{name + "_p50", quantile(hook, 0.5), "us", quantile(bare, 0.5)},
          {name + "_p99", quantile(hook, 0.99), "us", quantile(bare, 0.99)}};
}

std::vector<Figure> measure() {
  return measure_as("hook_round_trip_16kb");
}

std::vector<Figure> measure_busy() {
  const BusyMachine busy;
  return measure_as("hook_round_trip_16kb_busy");
}

const Group group("hook", measure);
const Group busy_group("hook-busy", measure_busy);

}  // namespace
}  // namespace rapt::bench
