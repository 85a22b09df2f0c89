// SPDX-License-Identifier: AGPL-3.0-or-later
#include "remote_reader.hpp"

#include <chrono>
#include <utility>

#include "rapt/runtime/runtime.hpp"

namespace rapt::chat {

namespace {

using Events = std::vector<TurnEvent>;

constexpr std::chrono::milliseconds kPause{100};
/// In how many quiet rounds the database is asked whether anybody still works on it.
constexpr int kRoundsToAsk = 20;

Error lost() {
  return Error::unavailable("stream",
                            "This answer is made by another host and cannot be followed from here now: read the "
                            "conversation, it will be there.");
}

class RemoteReader final : public TurnReader {
 public:
  RemoteReader(TurnLog& log, store::Database& database, UserId owner, SessionId session, std::string turn,
               std::int64_t seen)
      : log_(log),
        database_(database),
        owner_(std::move(owner)),
        session_(std::move(session)),
        turn_(std::move(turn)),
        seen_(seen) {}
  [[nodiscard]] const std::string& turn() const override { return turn_; }

  Task<Result<Events>> next() override {
    if (ended_) co_return Events{};
    for (int round = 1;; ++round) {
      auto events = co_await look();
      if (!events || !events->empty()) co_return events;
      if (round % kRoundsToAsk == 0) {
        auto gone = co_await nobody_works();
        if (!gone) co_return gone.error();
        if (*gone) {
          // Its last words may have come since.
          auto last = co_await look();
          if (!last || !last->empty()) co_return last;
          co_return lost();
        }
      }
      co_await runtime::sleep_for(kPause);
    }
  }

  Task<Result<Reply>> outcome() override {
    for (;;) {
      auto events = co_await next();
      if (!events) co_return events.error();
      if (events->empty()) co_return lost();
      if (events->back().outcome) co_return *events->back().outcome;
    }
  }

 private:
  Task<Result<Events>> look() {
    auto logged = co_await log_.read(turn_, seen_);
    if (!logged) co_return lost();
    if (!logged->events.empty()) {
      // What was lost in between is written again from the beginning.
      if (logged->events.front().number != seen_ + 1) co_return Events{};
      seen_ = logged->events.back().number;
      ended_ = logged->events.back().outcome != nullptr;
    }
    co_return std::move(logged->events);
  }

  Task<Result<bool>> nobody_works() {
    const auto row = co_await running_turn(database_, owner_, session_);
    if (!row) co_return row.error();
    co_return !*row || (*row)->id != turn_;
  }

  TurnLog& log_;
  store::Database& database_;
  const UserId owner_;
  const SessionId session_;
  const std::string turn_;
  std::int64_t seen_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<TurnReader> read_remote_turn(TurnLog& log, store::Database& database, UserId owner, SessionId session,
                                             std::string turn, std::int64_t seen) {
  return std::make_unique<RemoteReader>(log, database, std::move(owner), std::move(session), std::move(turn), seen);
}

}  // namespace rapt::chat
