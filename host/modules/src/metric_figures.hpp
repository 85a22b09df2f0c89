// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/metrics.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "rapt/host/supervisor.hpp"
#include "rapt/sandbox/reply_reader.hpp"

namespace rapt::host {

/// The figures that a module counts (rapt.metrics), at most kNames of them; of observations a histogram whose buckets
/// are an eighth of an octave wide. Thread-safe.
class MetricFigures {
 public:
  static constexpr std::size_t kNames = RAPT_METRICS_MAX_NAMES;

  /// How many of them were dropped, because there are names enough already.
  std::size_t record(const std::vector<sandbox::Metric>& metrics);
  /// By name.
  [[nodiscard]] std::vector<MetricStatus> snapshot() const;

 private:
  struct Figure {
    std::uint64_t count = 0;  ///< of observations; of a counter, what it has come to
    double sum = 0, min = 0, max = 0;
    std::map<int, std::uint64_t> buckets;
  };
  static void observe(Figure& figure, double value);
  static double quantile(const Figure& figure, double share);

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, sandbox::MetricsMethod>, Figure> figures_;
};

}  // namespace rapt::host
