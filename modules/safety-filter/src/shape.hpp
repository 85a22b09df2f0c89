// SPDX-License-Identifier: AGPL-3.0-or-later
// Small questions about a part of a run, shared by the matchers of numbers.
#pragma once

#include <initializer_list>

#include "groups.hpp"

namespace safety {

struct Part {
  const Run& run;
  std::size_t first, last;

  [[nodiscard]] bool sized(std::initializer_list<std::size_t> sizes) const;
  [[nodiscard]] bool single_digits() const;
  [[nodiscard]] std::size_t spelled() const;
  /// All gaps inside are `gap`.
  [[nodiscard]] bool gaps_are(Gap gap) const;
  [[nodiscard]] bool gaps_equal() const;
  [[nodiscard]] bool has_gap(Gap gap) const;
  /// No further digits before or after in this run.
  [[nodiscard]] bool alone() const { return first == 0 && last + 1 == run.groups.size(); }
  /// Further digits at most across a space.
  [[nodiscard]] bool apart() const;
  [[nodiscard]] bool glued() const { return run.groups[first].glued_front || run.groups[last].glued_back; }
  [[nodiscard]] std::string digits() const { return run.joined(first, last); }
  [[nodiscard]] std::size_t begin() const { return run.groups[first].begin; }
  [[nodiscard]] std::size_t end() const { return run.groups[last].end; }
};

/// 1 2 3 4…, 9 8 7…, 5 5 5 5…, 05 10 15…: somebody counts.
bool is_counting(const Part& part);

}  // namespace safety
