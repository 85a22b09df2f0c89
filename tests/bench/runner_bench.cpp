// SPDX-License-Identifier: AGPL-3.0-or-later
// What a sandboxed process costs: time from the order to "ready" (reading, verifying, forking, sandboxing, loading and
// init included), and the memory that an idle one has for itself.
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

}  // namespace
}  // namespace rapt::bench
