// SPDX-License-Identifier: AGPL-3.0-or-later
// What a hook point costs a tool without modules: the dispatcher is awaited as a message awaits it. The baseline is the
// project's own limit.
#include <chrono>
#include <stdexcept>

#include "bench.hpp"
#include "hook_samples.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kLimitNs = 100;
constexpr int kBatches = 2000;
constexpr int kPointsInABatch = 1000;  // one is shorter than a look at the clock

Task<std::vector<double>> pass_many(hooks::Dispatcher& dispatcher) {
  auto context = chat_of_16_kb();
  const std::vector<hooks::Attachment> nobody;
  std::vector<double> samples;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto start = Clock::now();
    for (int i = 0; i < kPointsInABatch; ++i) {
      const auto outcome = co_await dispatcher.dispatch(hooks::Point::kChatBeforeAi, context, nobody);
      if (outcome.kind != hooks::Outcome::Kind::kContinue) throw std::runtime_error("nobody stopped a message");
    }
    const auto spent = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    samples.push_back(spent / kPointsInABatch);
  }
  co_return samples;
}

std::vector<Figure> measure() {
  hooks::ScriptedCaller caller;
  hooks::Dispatcher dispatcher(caller);
  auto samples = runtime::run_blocking(pass_many(dispatcher));
  return {{"no_module_hook_point", quantile(samples, 0.5), "ns", kLimitNs}};
}

const Group group("hookpoint", measure);

}  // namespace
}  // namespace rapt::bench
