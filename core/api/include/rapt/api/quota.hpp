// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>

#include "rapt/base/clock.hpp"

namespace rapt::api {

/// How a limit stands: what the X-RateLimit headers and a refusal say.
struct Quota {
  int limit = 0;
  long long used = 0;
  TimePoint resets_at{};
  bool refused = false;

  [[nodiscard]] long long remaining() const { return std::max(0LL, limit - used); }
  /// Whole seconds until it counts from zero again; at least 1.
  [[nodiscard]] int seconds_left(TimePoint now) const {
    const auto left = std::chrono::ceil<std::chrono::seconds>(resets_at - now).count();
    return static_cast<int>(std::clamp<long long>(left, 1, 86400));
  }
};

}  // namespace rapt::api
