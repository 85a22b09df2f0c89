// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/clock.hpp"

#include <cstdio>

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
  char out[48];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(in_day / 3600000), static_cast<int>(in_day / 60000 % 60),
                static_cast<int>(in_day / 1000 % 60), static_cast<int>(in_day % 1000));
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
