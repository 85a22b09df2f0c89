// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"

namespace rapt {

/// When modules may be changed without anybody being asked: a part of each day in UTC, "02:00-05:00". It may go over
/// midnight ("22:00-04:00").
class DailyWindow {
 public:
  DailyWindow() = default;  ///< always
  /// nullopt for anything but "" (always) and HH:MM-HH:MM with two different times.
  static std::optional<DailyWindow> parse(std::string_view text);
  [[nodiscard]] bool contains(TimePoint time) const;
  /// When it opens next, after `time`.
  [[nodiscard]] TimePoint next_opening(TimePoint time) const;
  [[nodiscard]] const std::string& text() const { return text_; }  ///< "" for always

 private:
  std::string text_;
  std::chrono::minutes from_{0}, to_{0};  ///< of the day
};

}  // namespace rapt
