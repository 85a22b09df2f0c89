// SPDX-License-Identifier: AGPL-3.0-or-later
#include "hook_samples.hpp"

#include <chrono>
#include <stdexcept>

#include "rapt/hooks/dispatcher.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;

Task<void> ask(hooks::Dispatcher& dispatcher, int warm_up, int rounds, std::vector<double>& samples) {
  hooks::Context context = chat_of_16_kb();
  const std::vector<hooks::Attachment> attachments{{.module = "bench"}};
  for (int i = 0; i < warm_up + rounds; ++i) {
    const auto start = Clock::now();
    const auto outcome = co_await dispatcher.dispatch(hooks::Point::kChatBeforeAi, context, attachments);
    if (i >= warm_up) samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    if (outcome.kind != hooks::Outcome::Kind::kContinue || !outcome.skipped.empty())
      throw std::runtime_error("a hook was not answered");
  }
}

}  // namespace

hooks::Context chat_of_16_kb() {
  hooks::Context context;
  context.tool = {"tool", "Socratic Algebra Tutor", "chat", "1", std::string(1024, 'b'), "mathematics"};
  context.user = {"user", "student"};
  context.session = {"session", "active", SystemClock().now()};
  for (std::int64_t seq = 1; seq <= 28; ++seq) {
    hooks::tell(context, {seq % 2 == 1 ? "user" : "assistant", std::string(512, 'm'), seq, SystemClock().now()});
  }
  context.current = hooks::Message{"user", std::string(1024, 'c'), 29, SystemClock().now()};
  return context;
}

std::vector<double> ask_many(ModuleHouse& house, int warm_up, int rounds) {
  std::vector<double> samples;
  hooks::Dispatcher dispatcher(house.supervisor());
  house.run(ask(dispatcher, warm_up, rounds, samples));
  return samples;
}

}  // namespace rapt::bench
