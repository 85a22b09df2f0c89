// SPDX-License-Identifier: AGPL-3.0-or-later
#include "hook_figures.hpp"

#include <algorithm>
#include <bit>

#include "rapt/host/supervisor.hpp"

namespace rapt::host {
namespace {

using Kind = hooks::Answer::Kind;
constexpr auto kRelaxed = std::memory_order_relaxed;
/// Waits are counted in quarters of a microsecond: a call may take only a few microseconds.
constexpr std::int64_t kQuarterNs = 250;
constexpr std::uint64_t kLongestCounted = std::uint64_t{1} << 36;  ///< five hours: the sum must not run over

using std::chrono::microseconds;
constexpr std::array kBounds{
    microseconds(50),     microseconds(100),     microseconds(250),     microseconds(500),
    microseconds(1000),   microseconds(2500),    microseconds(5000),    microseconds(10000),
    microseconds(25000),  microseconds(50000),   microseconds(100000),  microseconds(250000),
    microseconds(500000), microseconds(1000000), microseconds(2500000), microseconds(10000000)};

std::chrono::microseconds rounded(std::uint64_t quarters) {
  return std::chrono::microseconds((quarters + 2) / 4);
}

}  // namespace

std::span<const microseconds> hook_bounds() {
  return kBounds;
}

bool HookFigures::is_failure(Kind kind) {
  return kind == Kind::kError || kind == Kind::kDead || kind == Kind::kLate || kind == Kind::kLying;
}

/// The first sixteen buckets hold one value each; above, the four bits after the leading one choose the bucket.
std::size_t HookFigures::bucket_of(std::uint64_t quarters) {
  if (quarters < kSteps) return quarters;
  const unsigned exponent = static_cast<unsigned>(std::bit_width(quarters)) - 1;
  const std::size_t bucket = (exponent - 3) * kSteps + (quarters >> (exponent - 4) & (kSteps - 1));
  return std::min(bucket, kBuckets - 1);
}

std::uint64_t HookFigures::middle_of(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const auto shift = bucket / kSteps - 1;
  const std::uint64_t first = (kSteps + bucket % kSteps) << shift;
  return first + ((std::uint64_t{1} << shift) - 1) / 2;
}

void HookFigures::record(Kind kind, Wait waited) {
  if (kind == Kind::kNotRunning) return;
  calls_.fetch_add(1, kRelaxed);
  if (is_failure(kind)) failures_.fetch_add(1, kRelaxed);
  if (kind == Kind::kDead || kind == Kind::kLate || kind == Kind::kLying) return;
  const auto quarters = static_cast<std::uint64_t>(std::max<std::int64_t>(0, waited.count()) / kQuarterNs);
  buckets_[bucket_of(quarters)].fetch_add(1, kRelaxed);
  total_.fetch_add(std::min(quarters, kLongestCounted), kRelaxed);
  auto longest = longest_.load(kRelaxed);
  while (quarters > longest && !longest_.compare_exchange_weak(longest, quarters, kRelaxed)) {
  }
}

HookFigures::Snapshot HookFigures::snapshot() const {
  Snapshot snapshot{.calls = calls_.load(kRelaxed),
                    .failures = failures_.load(kRelaxed),
                    .findings_refused = findings_refused_.load(kRelaxed)};
  std::array<std::uint64_t, kBuckets> counts{};
  auto& answered = snapshot.answered;
  for (std::size_t i = 0; i < kBuckets; ++i) answered += counts[i] = buckets_[i].load(kRelaxed);
  snapshot.within.assign(kBounds.size(), 0);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts[i] == 0) continue;
    for (std::size_t k = kBounds.size(); k > 0 && rounded(middle_of(i)) <= kBounds[k - 1]; --k)
      snapshot.within[k - 1] += counts[i];
  }
  snapshot.total = rounded(total_.load(kRelaxed));
  if (answered == 0) return snapshot;
  const auto longest = longest_.load(kRelaxed);
  const auto quantile = [&](std::uint64_t percent) {
    const std::uint64_t rank = (answered * percent + 99) / 100;  // rounded up, from 1
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while ((seen += counts[bucket]) < rank) ++bucket;
    return rounded(std::min(middle_of(bucket), longest));
  };
  snapshot.p50 = quantile(50);
  snapshot.p99 = quantile(99);
  snapshot.max = rounded(longest);
  return snapshot;
}

}  // namespace rapt::host
