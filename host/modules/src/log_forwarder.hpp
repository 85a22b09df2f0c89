// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "rapt/sandbox/reply_reader.hpp"

namespace rapt::host {

/// Passes a module's lines to the host's log under the module's name: control characters escaped, at most kPerSecond
/// lines a second on average, in bursts of at most kBurst; the rest is counted and the count is logged. Not
/// thread-safe.
class LogForwarder {
 public:
  static constexpr double kPerSecond = 20;
  static constexpr double kBurst = 60;

  explicit LogForwarder(std::string module) : module_(std::move(module)) {}
  /// Takes what the reader has and forwards it.
  void forward(sandbox::ReplyReader& reader, std::chrono::steady_clock::time_point now);

 private:
  std::string module_;
  double tokens_ = kBurst;
  std::chrono::steady_clock::time_point refilled_{};
  std::chrono::steady_clock::time_point told_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace rapt::host
