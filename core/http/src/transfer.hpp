// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::http {

/// One exchange, between the task that reads it and the thread that drives it. Thread-safe.
class Transfer {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Transfer(ClientRequest given);

  // The driving thread's side.
  void header_line(std::string_view line);
  enum class Taken { kYes, kPause, kTooLarge };
  Taken piece(std::string_view bytes);
  void end(Result<void> outcome);
  /// Since when the peer has been silent in the middle of its answer; nullopt while it may be.
  [[nodiscard]] std::optional<Clock::time_point> silent_since();

  // The reader's side.
  /// Waits for status and headers.
  Task<Result<void>> opened();
  /// The next piece; `resume` is set when the driving thread has to be told to go on.
  Task<Result<std::optional<std::string>>> next(bool& resume);
  [[nodiscard]] int status() const { return status_; }               ///< once opened
  [[nodiscard]] const Headers& headers() const { return headers_; }  ///< once opened

  const ClientRequest request;
  const std::string peer;  ///< host of the URL, for errors

 private:
  std::mutex mutex_;
  runtime::Wakeup changed_;
  int status_ = 0;
  Headers headers_;
  bool opened_ = false;
  std::deque<std::string> pieces_;
  std::size_t queued_ = 0;
  std::size_t received_ = 0;
  bool paused_ = false;
  Clock::time_point heard_at_{};
  std::optional<Result<void>> outcome_;
};

}  // namespace rapt::http
