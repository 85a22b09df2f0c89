// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapt::telemetry {

/// Labels of one sample, in their order.
using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Writes a page in the text format of Prometheus (0.0.4). Names are ours; values of labels may be anybody's, and are
/// escaped. Samples of a family come behind its heading.
class Exposition {
 public:
  /// `type`: "counter", "gauge" or "histogram".
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(std::string_view name, const Labels& labels, double value);
  void count(std::string_view name, const Labels& labels, std::uint64_t value);
  /// `within`: how many took at most so long, for each of `bounds`; `total` how many there were.
  void histogram(std::string_view name, const Labels& labels, std::span<const std::chrono::microseconds> bounds,
                 std::span<const std::uint64_t> within, std::uint64_t total, std::chrono::microseconds sum);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void line(std::string_view name, std::string_view ending, const Labels& labels, std::string_view le,
            std::string_view value);
  std::string text_;
};

}  // namespace rapt::telemetry
