// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <vector>

namespace rapt {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr int kLongestSearch = 41 * 366;  ///< days: 29 February is the same weekday again after 40 years at most

struct Field {
  const char* name;
  unsigned least, most;
  std::span<const std::string_view> names;
};
constexpr std::array<Field, 5> kFields{{{"minute", 0, 59, {}},
                                        {"hour", 0, 23, {}},
                                        {"day of the month", 1, 31, {}},
                                        {"month", 1, 12, kMonths},
                                        {"day of the week", 0, 7, kDays}}};

Error fault(std::size_t at, const std::string& why) {
  return Error::invalid("cron", "At character " + std::to_string(at + 1) + ": " + why);
}

/// Reads one field from left to right.
class Reader {
 public:
  Reader(const Field& field, std::string_view text, std::size_t begin) : field_(field), text_(text), begin_(begin) {}

  Result<std::uint64_t> read() {
    std::uint64_t bits = 0;
    do {
      auto part = read_part();
      if (!part) return part.error();
      bits |= *part;
    } while (take(','));
    if (at_ < text_.size()) return wrong("this does not belong here");
    return bits;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Error wrong(const std::string& why) const { return fault(begin_ + at_, std::string(field_.name) + ": " + why + "."); }

  Result<std::uint64_t> read_part() {
    unsigned first = field_.least, last = field_.most, step = 1;
    const bool all = take('*');
    if (!all) {
      RAPT_TRY(read_value(first));
      last = first;
      if (take('-')) RAPT_TRY(read_value(last));
      if (last < first) return wrong("the range ends before it begins");
    }
    if (take('/')) {
      if (!all && last == first) return wrong("a step needs \"*\" or a range before it");
      RAPT_TRY(read_number(step));
      if (step == 0) return wrong("a step of 0 leads nowhere");
    }
    std::uint64_t bits = 0;
    for (unsigned value = first; value <= last; value += step) bits |= std::uint64_t{1} << value;
    return bits;
  }

  Result<void> read_number(unsigned& out) {
    const char* begin = text_.data() + at_;
    const auto [end, code] = std::from_chars(begin, text_.data() + text_.size(), out);
    if (code != std::errc() || end - begin > 4) return wrong("a number was expected here");
    at_ += static_cast<std::size_t>(end - begin);
    return {};
  }

  Result<void> read_value(unsigned& out) {
    const auto rest = text_.substr(at_, 3);
    const auto same = [&](std::string_view name) {
      return std::equal(name.begin(), name.end(), rest.begin(), rest.end(),
                        [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
    };
    const auto named = std::find_if(field_.names.begin(), field_.names.end(), same);
    if (named != field_.names.end()) {
      out = static_cast<unsigned>(named - field_.names.begin()) + field_.least;
      at_ += 3;
      return {};
    }
    const auto begin = at_;
    RAPT_TRY(read_number(out));
    if (out >= field_.least && out <= field_.most) return {};
    at_ = begin;
    return wrong("give " + std::to_string(field_.least) + " to " + std::to_string(field_.most) +
                 (field_.names.empty() ? "" : ", or a name such as \"" + std::string(field_.names[0]) + "\""));
  }

  const Field& field_;
  const std::string_view text_;
  const std::size_t begin_;
  std::size_t at_ = 0;
};

/// The places of the words in it.
std::vector<std::pair<std::size_t, std::string_view>> words(std::string_view text) {
  std::vector<std::pair<std::size_t, std::string_view>> out;
  for (std::size_t at = text.find_first_not_of(" \t"); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(" \t", at), text.size());
    out.emplace_back(at, text.substr(at, end - at));
    at = text.find_first_not_of(" \t", end);
  }
  return out;
}

bool has(std::uint64_t bits, unsigned value) {
  return (bits >> value & 1) != 0;
}

/// The first one of `bits` from `value` on, or 64.
unsigned first_from(std::uint64_t bits, unsigned value) {
  while (value < 64 && !has(bits, value)) ++value;
  return value;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  const auto fields = words(text);
  if (fields.size() != kFields.size()) {
    return fault(fields.size() > kFields.size() ? fields[kFields.size()].first : text.size(),
                 "five fields are needed (minute, hour, day of the month, month, day of the week), here are " +
                     std::to_string(fields.size()) + ".");
  }
  Cron cron;
  const std::array into{&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto bits = Reader(kFields.at(i), fields[i].second, fields[i].first).read();
    if (!bits) return bits.error();
    *into.at(i) = *bits;
  }
  if (has(cron.weekdays_, 7)) cron.weekdays_ |= 1;
  cron.either_day_ = !fields[2].second.starts_with('*') && !fields[4].second.starts_with('*');
  if (!cron.next(sys_days{year{2024} / 1 / 1}))
    return fault(fields[2].first, "there is no such day in these months, so it would never come.");
  return cron;
}

bool Cron::has_day(sys_days day) const {
  const year_month_day date{day};
  if (!has(months_, static_cast<unsigned>(date.month()))) return false;
  const bool of_month = has(days_, static_cast<unsigned>(date.day()));
  const bool of_week = has(weekdays_, weekday{day}.c_encoding());
  return either_day_ ? of_month || of_week : of_month && of_week;
}

std::optional<TimePoint> Cron::next(TimePoint after) const {
  const auto start = floor<minutes>(after) + minutes{1};
  auto day = floor<days>(start);
  const auto into_day = static_cast<unsigned>((start - day).count());
  unsigned hour = into_day / 60, minute = into_day % 60;
  for (int looked = 0; looked < kLongestSearch; ++looked, day += days{1}, hour = 0, minute = 0) {
    if (!year_month_day{day}.ok() || year_month_day{day}.year() >= year{32000}) return std::nullopt;
    if (!has_day(day)) continue;
    for (unsigned h = first_from(hours_, hour); h < 24; h = first_from(hours_, h + 1)) {
      const unsigned m = first_from(minutes_, h == hour ? minute : 0);
      if (m < 60) return TimePoint(day + hours{h} + minutes{m});
    }
  }
  return std::nullopt;
}

}  // namespace rapt
