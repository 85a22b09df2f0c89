// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rapt::demo {

/// One side of an equation in one variable, up to the second power: square x^2 + linear x + constant.
struct DemoSide {
  double square = 0, linear = 0, constant = 0;
  [[nodiscard]] bool has_variable() const { return square != 0 || linear != 0; }
};

struct DemoEquation {
  DemoSide left, right;
  char variable = 'x';
  std::string text;  ///< as a reader would write it, for $…$
  [[nodiscard]] bool is_square() const { return left.square != 0 || right.square != 0; }
  /// The variable alone on one side and a number on the other.
  [[nodiscard]] std::optional<double> stated_value() const;
  [[nodiscard]] bool holds_for(double value) const;
};

/// The last equation in running text ("how do i solve 3x + 5 = 20??"); nullopt when there is none.
std::optional<DemoEquation> find_equation(std::string_view text);
/// The last number in running text that is no part of a word.
std::optional<double> find_number(std::string_view text);
/// 3 as "3", 2.5 as "2.5".
std::string demo_number(double value);

}  // namespace rapt::demo
