// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/daily_window.hpp"

namespace rapt {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;

/// "02:30"
std::optional<minutes> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 100; };
  const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  if (hour > 23 || minute > 59) return std::nullopt;
  return minutes(hour * 60 + minute);
}

}  // namespace

std::optional<DailyWindow> DailyWindow::parse(std::string_view text) {
  DailyWindow out;
  if (text.empty()) return out;
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto from = time_of_day(text.substr(0, 5)), to = time_of_day(text.substr(6));
  if (!from || !to || *from == *to) return std::nullopt;
  out.text_ = text;
  out.from_ = *from;
  out.to_ = *to;
  return out;
}

bool DailyWindow::contains(TimePoint time) const {
  if (text_.empty()) return true;
  const auto now = floor<minutes>(time - floor<days>(time));
  if (from_ < to_) return now >= from_ && now < to_;
  return now >= from_ || now < to_;
}

TimePoint DailyWindow::next_opening(TimePoint time) const {
  if (text_.empty()) return time;
  const TimePoint today = floor<days>(time) + from_;
  return today > time ? today : today + days(1);
}

}  // namespace rapt
