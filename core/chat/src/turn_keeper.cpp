// SPDX-License-Identifier: AGPL-3.0-or-later
// What a host does for its turns beside answering: copies them into Redis, and keeps their rows.
#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "turns.hpp"

namespace rapt::chat {

namespace {

using std::chrono::milliseconds;

/// Each turn has a command of its own to Redis in every copy: the more there are, the more of each goes along.
constexpr milliseconds kBetweenCopies{25}, kMostBetweenCopies{200};
constexpr std::size_t kTurnsPerMillisecond = 5;
constexpr milliseconds kAfterAFailedCopy{500};
constexpr milliseconds kTick{500};
constexpr int kTicksToSweep = 4;
constexpr int kTicksToProlong = 20;  // a third of the lease

milliseconds pause_after_copying(std::size_t turns) {
  return std::clamp(milliseconds(turns / kTurnsPerMillisecond), kBetweenCopies, kMostBetweenCopies);
}

}  // namespace

/// As often as there is something to copy; never on a reader's way.
Task<void> Turns::copy_turns() {
  while (!stopping_) {
    if (hub_.idle() && log_.idle()) {
      const bool woken = co_await hub_.busy().wait();
      if (!woken) co_return;
      continue;
    }
    const auto running = hub_.running();
    const auto stops = co_await log_.copy(running);
    if (!stops) {
      log::warn("chat.turns_not_copied", {{"detail", stops.error().log_detail}});
      co_await runtime::sleep_for(kAfterAFailedCopy);
      continue;
    }
    for (const auto& id : *stops) {
      if (const auto turn = hub_.find(id)) turn->stop();
    }
    co_await runtime::sleep_for(pause_after_copying(running.size()));
  }
}

Task<void> Turns::tend() {
  tending_ = true;
  auto executor = co_await boost::asio::this_coro::executor;
  runtime::Wakeup copied;
  auto copying = [](std::shared_ptr<Turns> self) -> Task<void> { co_await self->copy_turns(); };
  auto done = [copied](const std::exception_ptr& fault) {
    if (fault) log::error("chat.copying_failed");
    copied.notify();
  };
  boost::asio::co_spawn(executor, copying(shared_from_this()), std::move(done));
  for (int tick = 0; !stopping_; ++tick) {
    if (tick % kTicksToProlong == 0) co_await prolong();
    if (tick % kTicksToSweep == 0) co_await sweep();
    co_await runtime::sleep_for(kTick);
  }
  co_await copied.wait();
  kept_.notify();
}

Task<void> Turns::finish(milliseconds grace) {
  const auto until = std::chrono::steady_clock::now() + grace;
  while (!hub_.idle() && std::chrono::steady_clock::now() < until) co_await runtime::sleep_for(milliseconds(20));
  stopping_ = true;
  hub_.busy().notify();
  if (tending_) co_await kept_.wait();
}

Task<void> Turns::prolong() {
  std::vector<std::string> ids;
  for (const auto& turn : hub_.running()) ids.push_back(turn->about().id);
  if (ids.empty()) co_return;
  const auto until = parts_.clock.now() + kTurnLease;
  const auto prolonged = co_await prolong_turns(parts_.database, parts_.host, std::move(ids), until);
  if (!prolonged) log::warn("chat.turns_not_prolonged", {{"detail", prolonged.error().log_detail}});
}

Task<void> Turns::sweep() {
  auto lost = co_await lost_turns(parts_.database, parts_.host, started_, parts_.clock.now());
  if (!lost) {
    log::warn("chat.turns_not_swept", {{"detail", lost.error().log_detail}});
    co_return;
  }
  for (auto& turn : *lost) {
    if (hub_.find(turn.id)) continue;  // it runs here; the database was away when it should have been prolonged
    const auto id = turn.id;
    const auto cleared = co_await clear_away(std::move(turn));
    if (!cleared) log::warn("chat.turn_not_cleared", {{"turn", id}, {"detail", cleared.error().log_detail}});
  }
}

}  // namespace rapt::chat
