// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

/// The statements that make sums of ai_usage.
namespace rapt::usage {

/// Which (group, day) are made anew, and until when their rows count: texts of SQL with the parameters $1 and $2.
struct Stretch {
  std::string touched;  ///< a SELECT of group_id, day, without repeats
  std::string until;    ///< a timestamptz
};

/// Rows made after $1, less ten minutes, and until $2.
Stretch stretch_by_time();
/// Days from $1 to $2, as far as has been added up.
Stretch stretch_by_day();
/// The same of what modules asked for by themselves.
Stretch modules_by_time();
Stretch modules_by_day();

/// Makes ai_usage_daily anew for a stretch, and writes only what differs: most people of a school have not asked since
/// the last minute.
std::string replace_daily(const Stretch& stretch);
/// Makes ai_usage_modules anew for a stretch of modules.
std::string replace_modules(const Stretch& stretch);
/// Makes ai_usage_totals anew for the days of a stretch, out of ai_usage_daily.
std::string replace_day_totals(const Stretch& stretch);
/// The same for the months that the days lie in, out of the totals of days.
std::string replace_month_totals(const Stretch& stretch);

}  // namespace rapt::usage
