// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

namespace rapt {

/// A time table of crontab(5), in UTC: minute, hour, day of the month, month, day of the week. Numbers, names (JAN,
/// MON),
/// "*", ranges "1-5", steps "*/15" and "10-50/20", lists of these; Sunday is 0 and 7. Where both kinds of days are
/// given (neither begins with "*"), a day of either kind counts, as POSIX says.
class Cron {
 public:
  /// kInvalid: a sentence with the place in the text, also for what never comes ("0 0 30 2 *").
  static Result<Cron> parse(std::string_view text);
  /// The first time behind `after`, a whole minute. nullopt when the calendar has none (behind the year 32000).
  [[nodiscard]] std::optional<TimePoint> next(TimePoint after) const;

 private:
  [[nodiscard]] bool has_day(std::chrono::sys_days day) const;

  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;  ///< a bit for each
  bool either_day_ = false;
};

}  // namespace rapt
