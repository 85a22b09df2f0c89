// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "rapt/hooks/module_caller.hpp"

namespace rapt::host {

/// Counts the calls of one hook and how long their callers waited. Buckets are a sixteenth of an octave wide (about
/// 4%), so the memory is fixed; recording is a few relaxed increments. Thread-safe; a snapshot may miss calls that end
/// meanwhile.
class HookFigures {
 public:
  using Wait = std::chrono::nanoseconds;
  struct Snapshot {
    std::uint64_t calls = 0, failures = 0, answered = 0, findings_refused = 0;
    std::optional<std::chrono::microseconds> p50{}, p99{}, max{};  ///< of answered calls
    std::vector<std::uint64_t> within{};  ///< answered calls by hook_bounds(), each with those before it
    std::chrono::microseconds total{};    ///< of answered calls
  };

  /// A call that was never made (kNotRunning) leaves no trace.
  void record(hooks::Answer::Kind kind, Wait waited);
  void refused_findings(std::size_t count) { findings_refused_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] Snapshot snapshot() const;

  /// Whether a call of this kind failed: error, dead, late, lying.
  static bool is_failure(hooks::Answer::Kind kind);

 private:
  static constexpr unsigned kSteps = 16;    ///< in an octave
  static constexpr unsigned kOctaves = 36;  ///< of a quarter of a microsecond and more: some five hours
  static constexpr std::size_t kBuckets = kSteps * (kOctaves - 3);
  static std::size_t bucket_of(std::uint64_t quarters);
  static std::uint64_t middle_of(std::size_t bucket);

  std::atomic<std::uint64_t> calls_{0}, failures_{0}, longest_{0}, total_{0}, findings_refused_{0};
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
};

}  // namespace rapt::host
