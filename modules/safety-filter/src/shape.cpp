// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shape.hpp"

#include <algorithm>

namespace safety {

bool Part::sized(std::initializer_list<std::size_t> sizes) const {
  if (last - first + 1 != sizes.size()) return false;
  std::size_t i = first;
  return std::all_of(sizes.begin(), sizes.end(),
                     [&](std::size_t size) { return run.groups[i++].digits.size() == size; });
}

bool Part::single_digits() const {
  for (auto i = first; i <= last; ++i) {
    if (run.groups[i].digits.size() != 1) return false;
  }
  return true;
}

std::size_t Part::spelled() const {
  std::size_t count = 0;
  for (auto i = first; i <= last; ++i) count += run.groups[i].spelled ? 1 : 0;
  return count;
}

bool Part::gaps_are(Gap gap) const {
  return std::all_of(run.gaps.begin() + static_cast<std::ptrdiff_t>(first),
                     run.gaps.begin() + static_cast<std::ptrdiff_t>(last), [gap](Gap each) { return each == gap; });
}

bool Part::gaps_equal() const {
  return last == first || gaps_are(run.gaps[first]);
}

bool Part::has_gap(Gap gap) const {
  const auto from = run.gaps.begin() + static_cast<std::ptrdiff_t>(first),
             to = run.gaps.begin() + static_cast<std::ptrdiff_t>(last);
  return std::find(from, to, gap) != to;
}

bool Part::apart() const {
  return (first == 0 || run.gaps[first - 1] == Gap::kSpace) &&
         (last + 1 == run.groups.size() || run.gaps[last] == Gap::kSpace);
}

bool is_counting(const Part& part) {
  const auto value = [&](std::size_t i) {
    int out = 0;
    for (const char c : part.run.groups[i].digits.substr(0, 6)) out = out * 10 + (c - '0');
    return out;
  };
  if (part.last < part.first + 2) return false;
  const int step = value(part.first + 1) - value(part.first);
  for (auto i = part.first + 1; i < part.last; ++i) {
    if (value(i + 1) - value(i) != step) return false;
  }
  return true;
}

}  // namespace safety
