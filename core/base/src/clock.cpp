// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/clock.hpp"

#include <cstdint>
#include <string>

namespace rapt {

namespace {

using std::chrono::microseconds;

/// Walks over a text, taking digits and signs from its front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& out) {
    if (rest_.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }

  bool one_of(std::string_view allowed, char* taken = nullptr) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    if (taken != nullptr) *taken = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  /// ".789" as microseconds; digits beyond the sixth are dropped. True as well when there is no fraction.
  bool fraction(microseconds& out) {
    out = microseconds{0};
    if (!one_of(".")) return true;
    int value = 0;
    std::size_t digits = 0;
    for (int digit = 0; number(1, digit); ++digits) {
      if (digits < 6) value = value * 10 + digit;
    }
    for (std::size_t i = digits; i < 6; ++i) value *= 10;
    out = microseconds{value};
    return digits > 0;
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool scan_offset(Scanner& scanner, std::chrono::minutes& out) {
  out = std::chrono::minutes{0};
  if (scanner.one_of("Zz")) return scanner.done();
  char sign = '+';
  int hours = 0;
  int minutes = 0;
  if (!scanner.one_of("+-", &sign) || !scanner.number(2, hours)) return false;
  if (!scanner.done()) {
    scanner.one_of(":");
    if (!scanner.number(2, minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  out = std::chrono::minutes{(sign == '-' ? -1 : 1) * (hours * 60 + minutes)};
  return scanner.done();
}

}  // namespace

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto in_day = std::chrono::duration_cast<std::chrono::milliseconds>(time - day).count();
  // Lists are full of times: by hand this takes a tenth of what formatting does.
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t end, std::size_t digits, std::int64_t value) {
    for (; digits > 0; --digits, value /= 10) out[--end] = static_cast<char>('0' + value % 10);
  };
  const int year = static_cast<int>(date.year());
  put(4, 4, year);
  put(7, 2, static_cast<unsigned>(date.month()));
  put(10, 2, static_cast<unsigned>(date.day()));
  put(13, 2, in_day / 3600000);
  put(16, 2, in_day / 60000 % 60);
  put(19, 2, in_day / 1000 % 60);
  put(23, 3, in_day % 1000);
  if (year < 0 || year > 9999) out.replace(0, 4, std::to_string(year));
  return out;
}

std::optional<TimePoint> parse_time(std::string_view text) {
  Scanner scanner(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  microseconds fraction{0};
  std::chrono::minutes offset{0};
  const bool scanned = scanner.number(4, year) && scanner.one_of("-") && scanner.number(2, month) &&
                       scanner.one_of("-") && scanner.number(2, day) && scanner.one_of("Tt ") &&
                       scanner.number(2, hour) && scanner.one_of(":") && scanner.number(2, minute) &&
                       scanner.one_of(":") && scanner.number(2, second) && scanner.fraction(fraction) &&
                       scan_offset(scanner, offset);
  if (!scanned || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return TimePoint{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + fraction - offset;
}

}  // namespace rapt
