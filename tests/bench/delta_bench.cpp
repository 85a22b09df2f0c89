// SPDX-License-Identifier: AGPL-3.0-or-later
// What two real, sandboxed stream filters add to each token of an answer: from the gateway's words to the reader's. The
// baseline is the project's own limit.
#include <chrono>
#include <stdexcept>

#include "bench.hpp"
#include "hook_samples.hpp"
#include "module_house.hpp"
#include "rapt/hooks/delta_filter.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kLimitUs = 20;
constexpr int kAnswers = 25;  // the first of which warms up

/// An answer of 400 tokens. Every eighth begins the phrase that is masked.
std::vector<std::string> tokens() {
  std::vector<std::string> all;
  for (int i = 0; i < 50; ++i) {
    for (const char* word : {"What ", "undoes ", "adding ", "five, ", "and ", "why? ", "answer ", "keys "})
      all.push_back(word);
  }
  return all;
}

Task<void> stream_answers(host::Supervisor& supervisor, std::vector<double>& samples) {
  auto conversation = chat_of_16_kb();
  const auto words = tokens();
  const std::vector<hooks::Attachment> filters{
      {.module = "bench-filter-1", .config_json = R"({"mask":"answer key"})"},
      {.module = "bench-filter-2", .config_json = R"({"mask":"nobody says this"})"}};
  for (int answer = 0; answer < kAnswers; ++answer) {
    hooks::DeltaFilter filter(supervisor, conversation, 30, filters);
    std::string shown;
    for (const auto& word : words) {
      const auto start = Clock::now();
      const bool goes_on = co_await filter.push(word, shown);
      if (answer > 0) samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
      if (!goes_on) throw std::runtime_error("a filter failed: " + filter.outcome().reason);
    }
    co_await filter.finish("", shown);
    if (shown.find("[masked]s") == std::string::npos || shown.find("answer key") != std::string::npos)
      throw std::runtime_error("the filters did not mask");
  }
}

std::vector<Figure> measure() {
  ModuleHouse house(stream_filters());
  house.wait_running();
  std::vector<double> samples;
  house.run(stream_answers(house.supervisor(), samples));
  return {{"on_delta_per_token_two_filters_p50", quantile(samples, 0.5), "us", kLimitUs},
          {"on_delta_per_token_two_filters_p99", quantile(samples, 0.99), "us"}};
}

const Group group("on_delta", measure);

}  // namespace
}  // namespace rapt::bench
