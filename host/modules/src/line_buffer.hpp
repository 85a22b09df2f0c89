// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "rapt/host/supervisor.hpp"

namespace rapt::host {

/// The newest lines that modules logged, until somebody takes them. Thread-safe.
class LineBuffer {
 public:
  static constexpr std::size_t kKept = 1000;

  void add(ModuleLine line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() == kKept) lines_.pop_front();
    lines_.push_back(std::move(line));
  }
  std::vector<ModuleLine> take() {
    const std::lock_guard lock(mutex_);
    std::vector<ModuleLine> taken(std::make_move_iterator(lines_.begin()), std::make_move_iterator(lines_.end()));
    lines_.clear();
    return taken;
  }

 private:
  std::mutex mutex_;
  std::deque<ModuleLine> lines_;
};

}  // namespace rapt::host
