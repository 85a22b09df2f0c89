// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rapt::bench {

/// One measured figure. A baseline is something that cannot be beaten or is to be beaten, measured in the same run.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> baseline{};
};

/// A group of figures that are measured together. Adding one: a file of its own with a Group object at namespace scope.
struct Group {
  /// `name` is what the command line says; `measure` throws std::runtime_error with a sentence when it cannot. A group
  /// that takes minutes runs only when it is named.
  Group(std::string name, std::function<std::vector<Figure>()> measure, bool only_when_named = false);
};

/// The value below which `share` (0 to 1) of the samples lie. Sorts them.
double quantile(std::vector<double>& samples, double share);

}  // namespace rapt::bench
