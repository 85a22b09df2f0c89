// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>

namespace rapt::agent {

/// How long something may go on.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds length) : length_(length) { restart(); }
  void restart() { end_ = std::chrono::steady_clock::now() + length_; }
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() >= end_; }

 private:
  std::chrono::milliseconds length_;
  std::chrono::steady_clock::time_point end_;
};

}  // namespace rapt::agent
