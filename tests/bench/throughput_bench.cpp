// SPDX-License-Identifier: AGPL-3.0-or-later
// Calls a second through the public dispatcher into one module, with many callers at once.
#include <chrono>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>

#include "bench.hpp"
#include "hook_samples.hpp"
#include "module_house.hpp"
#include "rapt/hooks/dispatcher.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kCallers = 64;
constexpr int kCallsEach = 2000;
// The project's own target, on two cores.
constexpr double kTarget = 150000;

Task<void> ask(hooks::Dispatcher& dispatcher, hooks::Context context, int& left) {
  const std::vector<hooks::Attachment> attachments{{.module = "bench"}};
  for (int i = 0; i < kCallsEach; ++i) {
    const auto outcome = co_await dispatcher.dispatch(hooks::Point::kChatBeforeAi, context, attachments);
    if (outcome.kind != hooks::Outcome::Kind::kContinue || !outcome.skipped.empty())
      throw std::runtime_error("a hook was not answered");
  }
  --left;
}

double calls_per_second(ModuleHouse& house, const hooks::Context& context) {
  hooks::Dispatcher dispatcher(house.supervisor());
  int left = kCallers;
  std::exception_ptr failure;
  const auto start = Clock::now();
  for (int i = 0; i < kCallers; ++i) {
    boost::asio::co_spawn(house.loop(), ask(dispatcher, context, left), [&](std::exception_ptr thrown) {
      if (thrown) failure = thrown;
    });
  }
  house.loop().restart();
  while (left > 0 && !failure) house.loop().run_one();
  if (failure) std::rethrow_exception(failure);
  return kCallers * kCallsEach / std::chrono::duration<double>(Clock::now() - start).count();
}

hooks::Context chat_of_1_kb() {
  hooks::Context context = chat_of_16_kb();
  context.messages.clear();
  context.tool.behavior.clear();
  context.current->content = std::string(1024, 'c');
  return context;
}

std::vector<Figure> measure() {
  ModuleHouse house;
  house.wait_running();
  calls_per_second(house, chat_of_1_kb());  // warm
  return {{"calls_per_second_1kb_64_callers", calls_per_second(house, chat_of_1_kb()), "1/s", kTarget},
          {"calls_per_second_16kb_64_callers", calls_per_second(house, chat_of_16_kb()), "1/s"}};
}

const Group group("throughput", measure);

}  // namespace
}  // namespace rapt::bench
