// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rapt {

using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// The wall clock, injected so that tests can move it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override;
};

/// RFC 3339 in UTC with milliseconds: 2026-01-12T12:34:56.789Z
std::string to_rfc3339(TimePoint time);
/// Accepts RFC 3339 and PostgreSQL's "2026-01-12 12:34:56.789+00".
std::optional<TimePoint> parse_time(std::string_view text);

}  // namespace rapt
