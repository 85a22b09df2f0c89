// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "line_buffer.hpp"
#include "rapt/sandbox/reply_reader.hpp"

namespace rapt::host {

/// Passes a module's lines to the host's log under the module's name: control characters escaped, at most kPerSecond
/// lines a second on average, in bursts of at most kBurst; the rest is counted and the count is logged. Thread-safe.
class LogForwarder {
 public:
  static constexpr double kPerSecond = 20;
  static constexpr double kBurst = 60;

  /// `lines` keeps them for the administration; it may be null.
  explicit LogForwarder(std::string module, std::shared_ptr<LineBuffer> lines = nullptr)
      : module_(std::move(module)), lines_(std::move(lines)) {}
  /// Takes what the reader has and forwards it. The tail of the reader's log belongs to this object.
  void forward(sandbox::ReplyReader& reader, std::chrono::steady_clock::time_point now);
  /// A sentence of the host's about the module, among its lines and within the same limit.
  void complain(const std::string& sentence, std::chrono::steady_clock::time_point now);

 private:
  void write(rapt_log_level level, std::string_view line, const char* event);
  bool allowed(std::chrono::steady_clock::time_point now);
  void tell_dropped(std::chrono::steady_clock::time_point now);

  const std::string module_;
  const std::shared_ptr<LineBuffer> lines_;
  std::mutex mutex_;  ///< guards what follows, and the tail of the reader's log
  double tokens_ = kBurst;
  std::chrono::steady_clock::time_point refilled_{};
  std::chrono::steady_clock::time_point told_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace rapt::host
