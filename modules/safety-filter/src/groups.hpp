// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "normalize.hpp"

namespace safety {

/// Digits that stand together: "555", or one spelled word ("five", "double five").
struct Group {
  std::string digits;
  std::size_t begin = 0, end = 0;
  bool spelled = false;
  bool glued_front = false, glued_back = false;  ///< a letter touches it: a variable, a unit, a name
};

/// What stands between two groups of a run.
enum class Gap { kSpace, kHyphen, kDot, kOpen, kClose, kComma };

/// Groups with nothing but gaps between them. gaps[i] lies between groups[i] and groups[i + 1].
struct Run {
  std::vector<Group> groups;
  std::vector<Gap> gaps;

  /// Index of the last group when groups from `first` on hold exactly `digits` digits; npos otherwise.
  [[nodiscard]] std::size_t span(std::size_t first, std::size_t digits) const;
  [[nodiscard]] std::string joined(std::size_t first, std::size_t last) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// "five", "oh", and "double" and "triple", which belong to the digit that follows.
bool is_digit_word(std::string_view word);

/// Calls `visit` with every run of the text, in order. A run of more than 512 groups is handed out in pieces, so that
/// memory stays small whatever the text. Linear time.
void for_each_run(const Normalized& text, const std::function<void(const Run&)>& visit);

}  // namespace safety
