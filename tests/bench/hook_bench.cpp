// SPDX-License-Identifier: AGPL-3.0-or-later
// One hook through the public dispatcher into the sandboxed module and back, with a chat of 16 KB; beside it two
// processes that do nothing but wake each other by event descriptors.
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "bench.hpp"
#include "module_house.hpp"
#include "rapt/hooks/dispatcher.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWarmUp = 500;
constexpr int kRounds = 10000;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

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
    if (i >= kWarmUp) samples.push_back(microseconds_since(start));
  }
  waitpid(other, nullptr, 0);
  close(there);
  close(back);
  return samples;
}

/// A conversation whose texts come to 16 KB.
hooks::Context chat_of_16_kb() {
  hooks::Context context;
  context.tool = {"tool", "Socratic Algebra Tutor", "chat", "1", std::string(1024, 'b'), "mathematics"};
  context.user = {"user", "student"};
  context.session = {"session", "active", SystemClock().now()};
  for (std::int64_t seq = 1; seq <= 28; ++seq) {
    context.messages.push_back({seq % 2 == 1 ? "user" : "assistant", std::string(512, 'm'), seq, SystemClock().now()});
  }
  context.current = hooks::Message{"user", std::string(1024, 'c'), 29, SystemClock().now()};
  return context;
}

Task<void> ask_many(hooks::Dispatcher& dispatcher, std::vector<double>& samples) {
  hooks::Context context = chat_of_16_kb();
  const std::vector<hooks::Attachment> attachments{{.module = "bench"}};
  for (int i = 0; i < kWarmUp + kRounds; ++i) {
    const auto start = Clock::now();
    const auto outcome = co_await dispatcher.dispatch(hooks::Point::kChatBeforeAi, context, attachments);
    if (i >= kWarmUp) samples.push_back(microseconds_since(start));
    if (outcome.kind != hooks::Outcome::Kind::kContinue || !outcome.skipped.empty())
      throw std::runtime_error("a hook was not answered");
  }
}

std::vector<Figure> measure() {
  std::vector<double> bare = ping_pong(), hook;
  ModuleHouse house;
  house.wait_running();
  hooks::Dispatcher dispatcher(house.supervisor());
  house.run(ask_many(dispatcher, hook));
  const auto again = ping_pong();
  bare.insert(bare.end(), again.begin(), again.end());
  return {{"hook_round_trip_16kb_p50", quantile(hook, 0.5), "us", quantile(bare, 0.5)},
          {"hook_round_trip_16kb_p99", quantile(hook, 0.99), "us", quantile(bare, 0.99)}};
}

const Group group("hook", measure);

}  // namespace
}  // namespace rapt::bench
