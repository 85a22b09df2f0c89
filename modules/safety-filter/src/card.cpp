// SPDX-License-Identifier: AGPL-3.0-or-later
#include <array>

#include "context.hpp"
#include "scanners.hpp"
#include "shape.hpp"

namespace safety {
namespace {

constexpr std::size_t kMinDigits = 13, kMaxDigits = 19;
constexpr std::array<std::string_view, 8> kCues = {"card",     "visa",   "mastercard", "amex",
                                                   "discover", "credit", "debit",      "cc"};

/// ISO/IEC 7812-1, annex B.
bool luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

/// The issuers' ranges and the lengths they use.
bool issued(std::string_view d) {
  const auto prefix = [&](std::size_t n) {
    int out = 0;
    for (std::size_t i = 0; i < n; ++i) out = out * 10 + (d[i] - '0');
    return out;
  };
  const auto size = d.size();
  const int two = prefix(2), three = prefix(3), four = prefix(4);
  if (d[0] == '4') return size == 13 || size == 16 || size == 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return size == 16;
  if (two == 34 || two == 37) return size == 15;
  if (four == 6011 || two == 65 || (three >= 644 && three <= 649) || two == 62) return size >= 16;
  if (two == 35) return size >= 16;
  if (two == 36 || two == 38 || two == 39 || (three >= 300 && three <= 305)) return size == 14 || size >= 16;
  return (two == 50 || (two >= 56 && two <= 58) || two == 63 || two == 67) && size >= 16;
}

bool usual_grouping(const Part& part) {
  if (part.first == part.last || part.sized({4, 6, 5}) || part.sized({4, 6, 4})) return true;
  for (auto i = part.first; i < part.last; ++i) {
    if (part.run.groups[i].digits.size() != 4) return false;
  }
  return part.run.groups[part.last].digits.size() <= 4;
}

bool is_card(const Normalized& text, const Part& part, std::string_view digits) {
  if (!luhn(digits) || !issued(digits) || digits.find_first_not_of(digits[0]) == std::string_view::npos) return false;
  const Surroundings around(text, part.begin(), part.end());
  if (around.said_before(kCues)) return true;
  return !part.glued() && usual_grouping(part) && part.gaps_equal() && part.apart() && !around.in_formula();
}

}  // namespace

std::size_t match_card(const Normalized& text, const Run& run, std::size_t first) {
  std::string digits;
  std::size_t found = Run::npos;
  for (auto last = first; last < run.groups.size(); ++last) {
    digits += run.groups[last].digits.substr(0, kMaxDigits + 1);
    if (digits.size() > kMaxDigits) break;
    if (digits.size() >= kMinDigits && is_card(text, {run, first, last}, digits)) found = last;
  }
  return found;
}

}  // namespace safety
