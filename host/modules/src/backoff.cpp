// SPDX-License-Identifier: AGPL-3.0-or-later
#include "backoff.hpp"

#include <algorithm>

namespace rapt::host {

Backoff::Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds maximum, unsigned seed)
    : initial_(initial), maximum_(std::max(initial, maximum)), random_(seed) {}

std::chrono::milliseconds Backoff::next(Clock::time_point now) {
  while (!crashes_.empty() && now - crashes_.front() > kWindow) crashes_.pop_front();
  crashes_.push_back(now);
  auto nominal = maximum_;
  if (!often()) nominal = std::min(maximum_, initial_ * (1 << (crashes_.size() - 1)));
  const auto quarter = nominal.count() / 4;
  return nominal + std::chrono::milliseconds(std::uniform_int_distribution<long>(-quarter, quarter)(random_));
}

}  // namespace rapt::host
