// SPDX-License-Identifier: AGPL-3.0-or-later
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>

#include "rapt/usage/reports.hpp"

namespace rapt::usage {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int kMostDays = 1100;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = number(text.substr(0, 4)), m = number(text.substr(5, 2)), d = number(text.substr(8, 2));
  if (!y || !m || !d || *y < 2000 || *m < 1 || *d < 1) return std::nullopt;
  const year_month_day day{std::chrono::year(*y), std::chrono::month(static_cast<unsigned>(*m)),
                           std::chrono::day(static_cast<unsigned>(*d))};
  return day.ok() ? std::optional(sys_days(day)) : std::nullopt;
}

std::string text_of(sys_days at) {
  const year_month_day day(at);
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

sys_days first_of_month(sys_days at) {
  const year_month_day day(at);
  return sys_days(day.year() / day.month() / 1);
}

sys_days months_before(sys_days first, int count) {
  return sys_days(year_month_day(first) - months(count));
}

}  // namespace

Result<Days> parse_days(const std::string& from, const std::string& to, TimePoint now) {
  const auto today = std::chrono::floor<days>(now);
  const auto last = to.empty() ? std::optional<sys_days>(today) : parse_day(to);
  if (!last) return Error::invalid("to", "must be a day like 2026-11-21");
  const auto first = from.empty() ? std::optional<sys_days>(first_of_month(today)) : parse_day(from);
  if (!first) return Error::invalid("from", "must be a day like 2026-11-01");
  if (*first > *last) return Error::invalid("from", "must not be after the last day, " + text_of(*last));
  if (*last - *first >= days(kMostDays))
    return Error::invalid("from", "must be at most " + std::to_string(kMostDays) + " days before the last day");
  return Days{text_of(*first), text_of(*last)};
}

Days days_before(const Days& these) {
  const auto first = *parse_day(these.from), last = *parse_day(these.to), end = last + days(1);
  if (first != first_of_month(first) || end != first_of_month(end))
    return {text_of(first - (end - first)), text_of(first - days(1))};
  const year_month_day a(first), b(end);
  const auto whole = (b.year() / b.month() - a.year() / a.month()).count();
  return {text_of(months_before(first, static_cast<int>(whole))), text_of(first - days(1))};
}

}  // namespace rapt::usage
