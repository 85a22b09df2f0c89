// SPDX-License-Identifier: AGPL-3.0-or-later
#include "metric_figures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rapt::host {
namespace {

using sandbox::Metric;
using sandbox::MetricsMethod;

Metric count(std::string name, std::int64_t delta) {
  return {std::move(name), MetricsMethod::kCount, delta, 0};
}
Metric observe(std::string name, double value) {
  return {std::move(name), MetricsMethod::kObserve, 0, value};
}

TEST(MetricFigures, CountersAddUpAndStayAtTheLargestNumber) {
  MetricFigures figures;
  figures.record({count("a", 2), count("a", 3), count("b", std::numeric_limits<std::int64_t>::max())});
  for (int i = 0; i < 3; ++i) figures.record({count("b", std::numeric_limits<std::int64_t>::max())});
  const auto all = figures.snapshot();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].count, 5u);
  EXPECT_EQ(all[1].count, std::numeric_limits<std::uint64_t>::max());
}

TEST(MetricFigures, QuantilesAreWithinATenthOfTheValue) {
  MetricFigures figures;
  for (int i = 1; i <= 1000; ++i) figures.record({observe("size", i)});
  const auto size = figures.snapshot().at(0);
  EXPECT_FALSE(size.is_counter);
  EXPECT_EQ(size.count, 1000u);
  EXPECT_DOUBLE_EQ(size.sum, 500500);
  EXPECT_NEAR(size.p50, 500, 50);
  EXPECT_NEAR(size.p99, 990, 99);
  EXPECT_DOUBLE_EQ(size.min, 1);
  EXPECT_DOUBLE_EQ(size.max, 1000);
}

TEST(MetricFigures, NegativeTinyAndHugeValuesAreInOrder) {
  MetricFigures figures;
  for (const double value : {-1e300, -5.0, 0.0, 1e-300, 1e300, 1.7e308, 1.7e308}) figures.record({observe("v", value)});
  const auto v = figures.snapshot().at(0);
  EXPECT_GE(v.p50, 0);
  EXPECT_LT(v.p50, 1e-15);
  EXPECT_TRUE(std::isfinite(v.sum));
  EXPECT_DOUBLE_EQ(v.min, -1e300);
  EXPECT_GT(v.p99, 1e18);
}

TEST(MetricFigures, ThereAreThirtyTwoNames) {
  MetricFigures figures;
  for (std::size_t i = 0; i < MetricFigures::kNames; ++i) {
    EXPECT_EQ(figures.record({count("n" + std::to_string(i), 1)}), 0u);
  }
  EXPECT_EQ(figures.record({count("n0", 1), count("another", 1), observe("n0", 1)}), 2u);
  EXPECT_EQ(figures.snapshot().size(), MetricFigures::kNames);
}

}  // namespace
}  // namespace rapt::host
