// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::telemetry {

class Exposition;

/// How long something took, by a few labels: a histogram for each combination of their values that was seen. Recording
/// costs a short lock and no allocation once a combination is known. Thread-safe.
class Timings {
 public:
  /// `name` as the page shows it ("rapt_http_request_duration_seconds"); `labels` are the names of the labels.
  Timings(std::string name, std::string help, std::vector<std::string> labels);

  /// As many values as there are labels, none with a byte 0x1F. Beyond 2,000 combinations all values are "other": a
  /// stranger who could choose one fills no memory.
  void record(std::initializer_list<std::string_view> values, std::chrono::nanoseconds took);
  void write(Exposition& page) const;

 private:
  static constexpr std::array<std::int64_t, 13> kBounds{
      500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
  struct Series {
    std::array<std::uint64_t, kBounds.size()> within{};  ///< each alone, not with those before it
    std::uint64_t count = 0, microseconds = 0;
  };

  const std::string name_, help_;
  const std::vector<std::string> labels_;
  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> series_;  ///< by the values, joined
};

/// Of this process: answers by method, route ("/tools/:id") and status.
Timings& http_requests();
/// Of this process: questions to the gateway by kind ("chat", "embeddings") and outcome ("ok" or the failure's code).
Timings& gateway_calls();

}  // namespace rapt::telemetry
