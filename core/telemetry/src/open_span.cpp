// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/telemetry/open_span.hpp"

#include <atomic>
#include <utility>

#include "fresh_id.hpp"
#include "rapt/runtime/carried.hpp"

namespace rapt::telemetry {
namespace {

/// Decided by the trace's own number, so that every host decides alike.
bool is_kept_by(double ratio, const SpanContext& trace) {
  constexpr double kAll = 18446744073709551616.0;  // 2^64
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8U | trace.trace_id[i];
  return static_cast<double>(number) < ratio * kAll;
}

}  // namespace

/// What tasks carry.
struct OpenSpan::Trail final : runtime::Carried {
  /// What all spans of a trace share.
  struct Count {
    std::atomic<unsigned> begun{1}, left_out{0};
  };
  SpanContext at{};
  std::shared_ptr<Count> count{};
  bool is_first = false;
};

OpenSpan::OpenSpan(std::string_view name, Span::Kind kind, std::optional<SpanContext> parent,
                   std::shared_ptr<const Trail> trail)
    : kept_(trail->at.sampled), trail_(std::move(trail)) {
  if (!kept_) return;
  span_.name = name;
  span_.kind = kind;
  span_.parent = parent;
  span_.self = trail_->at;
  span_.began = std::chrono::system_clock::now();
}

void OpenSpan::end(bool failed) {
  if (!std::exchange(kept_, false)) return;
  span_.ended = std::chrono::system_clock::now();
  span_.failed = failed;
  const auto left_out = trail_->count->left_out.load(std::memory_order_relaxed);
  if (trail_->is_first && left_out > 0) say("rapt.spans_left_out", static_cast<std::int64_t>(left_out));
  tell(std::move(span_));
}

Executor OpenSpan::within(const Executor& executor) const {
  return trail_ ? runtime::carrying(executor, trail_) : executor;
}

OpenSpan begin_trace(std::string_view name, Span::Kind kind, const std::optional<SpanContext>& told) {
  if (!is_tracing()) return {};
  auto trail = std::make_shared<OpenSpan::Trail>();
  trail->is_first = true;
  trail->count = std::make_shared<OpenSpan::Trail::Count>();
  auto& at = trail->at;
  at = told ? *told : SpanContext{.trace_id = fresh_id<16>()};
  at.span_id = fresh_id<8>();
  if (!told) at.sampled = is_kept_by(ratio_kept(), at);
  return {name, kind, told, std::move(trail)};
}

OpenSpan begin_span(const Executor& executor, std::string_view name, Span::Kind kind) {
  if (!is_tracing()) return {};
  const auto* parent = dynamic_cast<const OpenSpan::Trail*>(runtime::carried(executor));
  if (parent == nullptr) return begin_trace(name, kind, {});
  if (!parent->at.sampled) return {};
  if (parent->count->begun.fetch_add(1, std::memory_order_relaxed) >= kMostSpans) {
    parent->count->left_out.fetch_add(1, std::memory_order_relaxed);
    return {};
  }
  auto trail = std::make_shared<OpenSpan::Trail>(*parent);
  trail->is_first = false;
  trail->at.span_id = fresh_id<8>();
  return {name, kind, parent->at, std::move(trail)};
}

}  // namespace rapt::telemetry
