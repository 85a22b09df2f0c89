// SPDX-License-Identifier: AGPL-3.0-or-later
// What a sandboxed process costs: time from the order to "ready" (reading, verifying, forking, sandboxing, loading and
// init included), alone and a hundred at once; the memory that an idle one has for itself; and how soon a late one is
// gone.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "bench.hpp"
#include "module_house.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;

// The project's own limits: what an idle module may cost, and how long an admin may wait for one.
constexpr double kSpawnLimitMs = 5;
constexpr double kMemoryLimitKib = 2048;
constexpr double kManyLimitMs = 2000;
constexpr double kLateLimitMs = 100;

std::vector<Figure> measure_spawn() {
  constexpr int kRounds = 40;
  ModuleHouse house;
  house.wait_running();
  std::vector<double> samples;
  for (int i = 0; i < kRounds; ++i) {
    house.install(false);
    const auto start = Clock::now();
    house.install(true);
    house.wait_running();
    samples.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return {{"spawn_to_ready_p50", quantile(samples, 0.5), "ms", kSpawnLimitMs},
          {"spawn_to_ready_p99", quantile(samples, 0.99), "ms"}};
}

/// A host's start with many modules: from the list to the last one's "ready".
std::vector<Figure> measure_many() {
  constexpr std::size_t kModules = 100;
  ModuleHouse house(kModules);
  house.wait_running();
  std::vector<double> samples;
  for (int round = 0; round < 3; ++round) {
    house.install(false);
    const auto start = Clock::now();
    house.install(true);
    house.wait_running();
    samples.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return {{"hundred_modules_up", quantile(samples, 0.5), "ms", kManyLimitMs}};
}

/// A module that never answers: from its limit to the moment at which its process is gone and its caller is told.
std::vector<Figure> measure_late() {
  constexpr std::chrono::milliseconds kLimit{20};
  constexpr int kRounds = 15;
  ModuleHouse house;
  hooks::Context context;
  context.current = hooks::Message{"user", "spin", 1, {}};
  const std::string module = "bench", config = "{}";
  std::vector<double> told, gone;
  for (int i = 0; i < kRounds; ++i) {
    const int pid = house.wait_running().pid;
    const auto start = Clock::now();
    hooks::Answer answer;
    auto ask = [&]() -> Task<void> {
      answer = co_await house.supervisor().call(module, hooks::Point::kChatBeforeAi, context, config, kLimit);
    };
    house.run(ask());
    const double limit = std::chrono::duration<double, std::milli>(kLimit).count();
    told.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count() - limit);
    if (answer.kind != hooks::Answer::Kind::kLate) throw std::runtime_error("a module that spins was not late");
    while (kill(pid, 0) == 0) usleep(100);
    gone.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count() - limit);
    house.install(false);  // so that neither back-off nor circuit breaker stands in the way of the next round
    house.install(true);
  }
  return {{"late_caller_told_after_limit_p50", quantile(told, 0.5), "ms", kLateLimitMs},
          {"late_process_gone_after_limit_max", quantile(gone, 1), "ms", kLateLimitMs}};
}

std::vector<Figure> measure_memory() {
  ModuleHouse house;
  const int pid = house.wait_running().pid;
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  double unique_kib = 0, value = 0;
  bool found = false;
  for (std::string key; file >> key;) {
    if (key != "Private_Clean:" && key != "Private_Dirty:") continue;
    file >> value;
    unique_kib += value;
    found = true;
  }
  if (!found) throw std::runtime_error("a sandboxed process hides its memory from other users: run this as root");
  return {{"idle_runner_unique_memory", unique_kib, "KiB", kMemoryLimitKib}};
}

const Group spawn("spawn", measure_spawn);
const Group memory("memory", measure_memory);
const Group many("many", measure_many);
const Group late("late", measure_late);

}  // namespace
}  // namespace rapt::bench
