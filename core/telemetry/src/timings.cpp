// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/telemetry/timings.hpp"

#include <algorithm>

#include "rapt/telemetry/exposition.hpp"

namespace rapt::telemetry {
namespace {

constexpr std::size_t kMostSeries = 2000;
constexpr char kBetween = '\x1f';

}  // namespace

Timings::Timings(std::string name, std::string help, std::vector<std::string> labels)
    : name_(std::move(name)), help_(std::move(help)), labels_(std::move(labels)) {}

void Timings::record(std::initializer_list<std::string_view> values, std::chrono::nanoseconds took) {
  thread_local std::string key;  // keeps its room
  key.clear();
  for (const auto value : values) key.append(value) += kBetween;
  const auto us = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 0);
  const auto bound = static_cast<std::size_t>(std::lower_bound(kBounds.begin(), kBounds.end(), us) - kBounds.begin());
  const std::lock_guard lock(mutex_);
  auto found = series_.find(key);
  if (found == series_.end()) {
    if (series_.size() >= kMostSeries) {
      key.clear();
      for (std::size_t i = 0; i < labels_.size(); ++i) key.append("other") += kBetween;
    }
    found = series_.try_emplace(key).first;
  }
  if (bound < kBounds.size()) ++found->second.within[bound];
  ++found->second.count;
  found->second.microseconds += static_cast<std::uint64_t>(us);
}

void Timings::write(Exposition& page) const {
  std::array<std::chrono::microseconds, kBounds.size()> bounds{};
  std::transform(kBounds.begin(), kBounds.end(), bounds.begin(), [](auto us) { return std::chrono::microseconds(us); });
  const auto all = [this] {
    const std::lock_guard lock(mutex_);
    return series_;
  }();
  page.family(name_, "histogram", help_);
  for (const auto& [key, series] : all) {
    Labels labels;
    std::string_view rest = key;
    for (const auto& label : labels_) {
      const auto end = rest.find(kBetween);
      labels.emplace_back(label, rest.substr(0, end));
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    auto within = series.within;
    for (std::size_t i = 1; i < within.size(); ++i) within[i] += within[i - 1];
    page.histogram(name_, labels, bounds, within, series.count,
                   std::chrono::microseconds(static_cast<std::int64_t>(series.microseconds)));
  }
}

Timings& http_requests() {
  static Timings all("rapt_http_request_duration_seconds", "Answers of this host, streams until their end.",
                     {"method", "route", "status"});
  return all;
}

Timings& gateway_calls() {
  static Timings all("rapt_gateway_call_duration_seconds", "Questions to the AI gateway, with what was tried again.",
                     {"kind", "outcome"});
  return all;
}

}  // namespace rapt::telemetry
