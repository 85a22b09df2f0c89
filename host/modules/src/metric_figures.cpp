// SPDX-License-Identifier: AGPL-3.0-or-later
#include "metric_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rapt::host {
namespace {

using sandbox::MetricsMethod;

constexpr int kSteps = 8;                     ///< buckets of an octave
constexpr int kOctaves = 64;                  ///< from 2^-64 to 2^64; what is beyond counts with the outermost
constexpr int kZero = kSteps * 2 * kOctaves;  ///< beyond every other bucket's distance

/// Negative for negative values, so that the order of the buckets is that of the values.
int bucket_of(double value) {
  if (value == 0) return 0;
  const double octave = std::clamp(std::log2(std::abs(value)), double{-kOctaves}, double{kOctaves});
  const int place = static_cast<int>(std::floor(octave * kSteps)) + kZero;
  return value < 0 ? -place : place;
}

double middle_of(int bucket) {
  if (bucket == 0) return 0;
  const double size = std::exp2((std::abs(bucket) - kZero + 0.5) / kSteps);
  return bucket < 0 ? -size : size;
}

}  // namespace

void MetricFigures::observe(Figure& figure, double value) {
  figure.min = figure.count == 0 ? value : std::min(figure.min, value);
  figure.max = figure.count == 0 ? value : std::max(figure.max, value);
  ++figure.count;
  // Never infinite: it is shown as a number.
  figure.sum =
      std::clamp(figure.sum + value, std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
  ++figure.buckets[bucket_of(value)];
}

std::size_t MetricFigures::record(const std::vector<sandbox::Metric>& metrics) {
  std::size_t dropped = 0;
  const std::lock_guard lock(mutex_);
  for (const auto& metric : metrics) {
    auto found = figures_.find({metric.name, metric.method});
    if (found == figures_.end()) {
      if (figures_.size() == kNames) {
        ++dropped;
        continue;
      }
      found = figures_.emplace(std::pair(metric.name, metric.method), Figure{}).first;
    }
    if (metric.method == MetricsMethod::kObserve) {
      observe(found->second, metric.value);
    } else {
      // Stays at the largest number rather than beginning anew.
      auto& count = found->second.count;
      count += std::min(static_cast<std::uint64_t>(metric.delta), std::numeric_limits<std::uint64_t>::max() - count);
    }
  }
  return dropped;
}

double MetricFigures::quantile(const Figure& figure, double share) {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(figure.count)));
  std::uint64_t seen = 0;
  for (const auto& [bucket, count] : figure.buckets) {
    seen += count;
    if (seen >= rank) return std::clamp(middle_of(bucket), figure.min, figure.max);
  }
  return figure.max;
}

std::vector<MetricStatus> MetricFigures::snapshot() const {
  std::vector<MetricStatus> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, figure] : figures_) {
    MetricStatus status{.name = key.first, .is_counter = key.second == MetricsMethod::kCount, .count = figure.count};
    if (!status.is_counter) {
      status.sum = figure.sum;
      status.min = figure.min;
      status.max = figure.max;
      status.p50 = quantile(figure, 0.5);
      status.p99 = quantile(figure, 0.99);
    }
    out.push_back(std::move(status));
  }
  return out;
}

}  // namespace rapt::host
