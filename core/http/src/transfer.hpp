// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::http {

/// One exchange, between the task that reads it and the loop that drives it. Thread-safe: they may be on two threads.
class Transfer {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Transfer(ClientRequest given);

  // The driving loop's side.
  void header_line(std::string_view line);
  enum class Taken { kYes, kPause, kTooLarge };
  Taken piece(std::string_view bytes);
  void end(Result<void> outcome);
  /// The same for a loop that runs nothing any more: a task that waits is not woken but dropped.
  void abandon(Error why);
  void request_sent();  ///< its body and fields are not needed any more
  /// When the peer is late if nothing more comes, and what that is; nullopt while it may take its time.
  struct Due {
    Clock::time_point at;
    Error error;
  };
  [[nodiscard]] std::optional<Due> due();
  void look_again_at(Clock::time_point at);  ///< when the driving loop asks for due() next
  void discard();                            ///< from now on what comes is dropped

  // The reader's side.
  /// Waits for status and headers.
  Task<Result<void>> opened();
  /// What the driving loop has to be told once a piece has been taken.
  struct Wish {
    bool resume = false;
    bool look = false;  ///< earlier than it means to: it takes its time while there are pieces
  };
  Task<Result<std::optional<std::string>>> next(Wish& wish);
  /// True when the driving loop has to look earlier than it means to.
  [[nodiscard]] bool expect_by(Clock::time_point deadline);
  [[nodiscard]] bool ended();
  [[nodiscard]] int status() const { return status_; }               ///< once opened
  [[nodiscard]] const Headers& headers() const { return headers_; }  ///< once opened

  ClientRequest request;   ///< the driving loop's
  const std::string peer;  ///< host of the URL, for errors

 private:
  std::mutex mutex_;
  runtime::Wakeup changed_;
  int status_ = 0;
  Headers headers_;
  bool opened_ = false;
  std::vector<std::string> pieces_;  ///< a few; a deque takes half a kilobyte when it is empty
  std::size_t queued_ = 0;
  std::size_t received_ = 0;
  bool paused_ = false;
  bool discarding_ = false;
  Clock::time_point heard_at_ = Clock::now();  ///< before anything was heard: when it was made
  Clock::time_point look_at_{};
  std::optional<Clock::time_point> deadline_;
  std::optional<Result<void>> outcome_;
};

}  // namespace rapt::http
