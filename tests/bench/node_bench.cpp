// SPDX-License-Identifier: AGPL-3.0-or-later
// The same question to a plugin in a Node worker thread, which is neither sandboxed nor bounded, in the same run.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "hook_samples.hpp"

namespace rapt::bench {
namespace {

/// What node_workers.mjs prints; discarded where there is no Node.
nlohmann::json ask_node() {
  const char* node = std::getenv("RAPT_NODE");
  const std::string command = std::string(node != nullptr ? node : "node") + " '" RAPT_BENCH_DIR "/node_workers.mjs'";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), &pclose);
  if (!output) throw std::runtime_error("no process for Node");
  std::string text;
  for (char part[256]; std::fgets(part, sizeof part, output.get()) != nullptr;) text += part;
  return nlohmann::json::parse(text, nullptr, false);
}

std::vector<Figure> measure() {
  const auto node = ask_node();
  if (!node.is_object())
    throw std::runtime_error(
        "Node did not answer; RAPT_NODE names the program to compare with, where it is not on the path");
  ModuleHouse house;
  house.wait_running();
  auto hook = ask_many(house, 500, 10000);
  return {{"hook_16kb_p50_beside_node_worker", quantile(hook, 0.5), "us", node.at("p50_us").get<double>()},
          {"node_worker_calls_per_second_16kb", node.at("calls_per_second").get<double>(), "1/s"}};
}

const Group group("node", measure);

}  // namespace
}  // namespace rapt::bench
