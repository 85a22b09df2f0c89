// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/runtime/task.hpp"
#include "rapt/telemetry/tracing.hpp"

namespace rapt::telemetry {

/// A span that is under way. What is done within() it, and whatever that starts, finds it by the executor that it runs
/// on: nobody between a request and a module's question hands it on. Without a Tracing every function of this header is
/// one atomic read, and allocates nothing.
class OpenSpan {
 public:
  /// Nobody collects it, or its trace is not kept.
  OpenSpan() = default;
  OpenSpan(OpenSpan&&) = default;
  OpenSpan& operator=(OpenSpan&&) = default;

  /// Whether end() will tell of it: else its attributes need not be put together.
  [[nodiscard]] bool is_kept() const { return kept_; }
  /// Only where is_kept(). Nothing that a person wrote, and no id of one.
  void say(std::string name, std::string value) { span_.texts.emplace_back(std::move(name), std::move(value)); }
  void say(std::string name, std::int64_t value) { span_.numbers.emplace_back(std::move(name), value); }
  void rename(std::string name) { span_.name = std::move(name); }
  /// Tells of it, once.
  void end(bool failed);

  /// Whether tasks need within() at all: also those of a trace that is not kept, so that they begin none of their own.
  [[nodiscard]] bool is_carried() const { return trail_ != nullptr; }
  /// `executor`, for tasks that are done within this span.
  [[nodiscard]] Executor within(const Executor& executor) const;

 private:
  friend OpenSpan begin_trace(std::string_view, Span::Kind, const std::optional<SpanContext>&);
  friend OpenSpan begin_span(const Executor&, std::string_view, Span::Kind);
  struct Trail;
  OpenSpan(std::string_view name, Span::Kind kind, std::optional<SpanContext> parent,
           std::shared_ptr<const Trail> trail);

  bool kept_ = false;
  std::shared_ptr<const Trail> trail_{};
  Span span_{};
};

/// How many spans one trace has here at most. Those beyond are left out, and the first span says how many.
inline constexpr unsigned kMostSpans = 256;

/// The first span here: a child of what somebody told us of, who also says whether it is kept; else it begins a trace,
/// of which the Tracing keeps its ratio.
OpenSpan begin_trace(std::string_view name, Span::Kind kind, const std::optional<SpanContext>& told);
/// A child of the span within which tasks of `executor` work. Where there is none, it begins a trace.
OpenSpan begin_span(const Executor& executor, std::string_view name, Span::Kind kind);

}  // namespace rapt::telemetry
