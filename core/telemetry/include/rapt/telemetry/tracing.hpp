// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapt::telemetry {

/// A span of somebody's trace, as it goes over the wire (W3C Trace Context).
struct SpanContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  bool sampled = false;
};
/// Of the header `traceparent`; nullopt for any text that is none, also for ids that are all zeros.
std::optional<SpanContext> parse_traceparent(std::string_view header);

/// What took some time, once it is over. Names and attributes hold nothing that a person wrote, and no id of one.
struct Span {
  enum class Kind { kInternal = 1, kServer = 2, kClient = 3 };  ///< as OpenTelemetry numbers them
  std::string name;
  Kind kind = Kind::kServer;
  std::optional<SpanContext> parent{};  ///< none: the span begins a trace
  std::optional<SpanContext> self{};    ///< what its children are told; none: it has no children, and gets a fresh id
  std::chrono::system_clock::time_point began{}, ended{};
  bool failed = false;
  std::vector<std::pair<std::string, std::string>> texts{};
  std::vector<std::pair<std::string, std::int64_t>> numbers{};
};

/// Whether somebody collects spans: without, nothing needs to be put together. One atomic read.
bool is_tracing();
/// Puts the span into the queue of the Tracing that lives, and never waits: what does not fit is dropped and counted.
/// What its parent or itself says is not to be sampled is left out. Thread-safe.
void tell(Span span);

/// Sends the process's spans to a collector (OTLP over HTTP, JSON) while it lives, by a thread of its own. One at a
/// time.
class Tracing {
 public:
  struct Options {
    std::string endpoint;  ///< as OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318"; "/v1/traces" is added
    std::string service_name = "raptscallions";
    std::string service_version{};
    double ratio = 1;                          ///< of the traces that begin here, how many are kept: 0 to 1
    std::size_t queue = 4096;                  ///< spans that wait at most
    std::chrono::milliseconds pause{1000};     ///< between two sendings
    std::chrono::milliseconds patience{5000};  ///< for one sending; what fails is dropped and told in the log
  };
  explicit Tracing(Options options);
  /// Sends what waits, within the patience.
  ~Tracing();
  Tracing(const Tracing&) = delete;
  Tracing& operator=(const Tracing&) = delete;
  /// Spans that never reached the collector.
  [[nodiscard]] std::uint64_t dropped() const;

  struct Queue;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::telemetry
