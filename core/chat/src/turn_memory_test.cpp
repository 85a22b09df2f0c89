// SPDX-License-Identifier: AGPL-3.0-or-later
// What an answer on its way costs in memory, by the C library's own count.
#include <malloc.h>

#include "test_world.hpp"

namespace rapt::chat {
namespace {

constexpr std::size_t kTurns = 48, kWords = 240;
/// Of it four kilobytes are the words, as they were written and as they are shown, and as much their places.
constexpr std::size_t kMostPerTurn = 26 * 1024;

/// Says everything but that it has ended, until it is opened.
class HoldingGateway final : public gateway::Gateway {
 public:
  std::size_t holding = 0;
  bool open = false;

  Task<gateway::Exchange> complete(gateway::ChatRequest /*request*/, gateway::DeltaSink* sink) override {
    const std::string word = "#000000 ";
    for (std::size_t i = 0; i < kWords; ++i) co_await sink->on_delta(word);
    ++holding;
    co_await until([this] { return open; });
    gateway::Exchange whole{gateway::Completion{"", "stop"}, gateway::Spent{"test-model", 30, 12}};
    co_return whole;
  }
  Task<Result<void>> check() override { co_return Result<void>{}; }
};

class TurnMemoryTest : public World {
 public:
  static std::size_t in_use() { return mallinfo2().uordblks; }

  Task<void> hold_all() {
    std::vector<std::unique_ptr<TurnReader>> readers;
    readers.reserve(kTurns);
    const auto before = in_use();
    for (const auto& session : sessions) {
      auto actor = student();
      NewTurn said{"Is the link clear?"};
      auto reader = co_await host.send(std::move(actor), session, std::move(said));
      if (!reader) throw std::runtime_error(reader.error().message);
      readers.push_back(std::move(*reader));
    }
    co_await until([this] { return model.holding == kTurns; });
    per_turn = (in_use() - before) / kTurns;
    model.open = true;
    for (auto& reader : readers) {
      const auto reply = co_await reader->outcome();
      if (!reply) throw std::runtime_error(reply.error().message);
    }
  }

  HoldingGateway model;
  ChatService host{{database, tools, dispatcher, model, admission, clock, redis, "memory", prefix}};
  std::vector<SessionId> sessions;
  std::size_t per_turn = 0;
};

TEST_F(TurnMemoryTest, IsLittleMoreThanItsWords) {
  if (in_use() == 0) GTEST_SKIP() << "this build's malloc does not count";
  for (std::size_t i = 0; i < kTurns; ++i) sessions.push_back(start());
  runtime::run_blocking_void(hold_all());
  EXPECT_GT(per_turn, kWords);
  EXPECT_LT(per_turn, kMostPerTurn);
}

}  // namespace
}  // namespace rapt::chat
