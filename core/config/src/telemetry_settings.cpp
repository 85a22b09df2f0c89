// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/config/telemetry_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "declaration.hpp"

namespace rapt::config {
namespace {

constexpr const char* kServiceName = "raptscallions";
constexpr std::size_t kLeastToken = 16, kMostToken = 512, kMostAddress = 2000, kMostName = 100;

bool is_visible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// A ratio of traces; nullopt when it is none.
std::optional<double> ratio_of(const std::string& text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && value <= 1 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::span<const Declaration> telemetry_declarations() {
  static const std::array all{
      Declaration{"METRICS_TOKEN", "text", "", "", "16 to 512 visible characters",
                  "who sends it as a bearer token may read GET /metrics; empty: this machine alone", true, nullptr},
      Declaration{"OTEL_EXPORTER_OTLP_ENDPOINT", "url", "", "", "",
                  "collector of traces (OTLP over HTTP); empty: nothing is traced", false, nullptr},
      Declaration{"OTEL_SERVICE_NAME", "text", "", kServiceName, "", "the name under which traces are sent", false,
                  nullptr},
      Declaration{"OTEL_TRACES_SAMPLER_ARG", "number", "", "1", "0 to 1",
                  "how many of the traces that begin here are kept", false, nullptr},
  };
  return all;
}

Result<TelemetrySettings> load_telemetry(const Environment& environment) {
  TelemetrySettings out;
  out.metrics_token = environment("METRICS_TOKEN").value_or("");
  out.otlp_endpoint = environment("OTEL_EXPORTER_OTLP_ENDPOINT").value_or("");
  out.service_name = environment("OTEL_SERVICE_NAME").value_or("");
  if (out.service_name.empty()) out.service_name = kServiceName;
  const auto& token = out.metrics_token;
  if (!token.empty() && (token.size() < kLeastToken || token.size() > kMostToken || !is_visible(token)))
    return Error::invalid("METRICS_TOKEN", "must be 16 to 512 visible characters without spaces, or unset");
  const auto& endpoint = out.otlp_endpoint;
  const bool web = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!endpoint.empty() && (!web || endpoint.size() > kMostAddress || !is_visible(endpoint)))
    return Error::invalid("OTEL_EXPORTER_OTLP_ENDPOINT", "must be an http or https address, or unset");
  if (out.service_name.size() > kMostName || !is_visible(out.service_name))
    return Error::invalid("OTEL_SERVICE_NAME", "must be at most 100 visible characters without spaces, or unset");
  if (const auto ratio = environment("OTEL_TRACES_SAMPLER_ARG").value_or(""); !ratio.empty()) {
    const auto read = ratio_of(ratio);
    if (!read) return Error::invalid("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1, or unset");
    out.trace_ratio = *read;
  }
  return out;
}

}  // namespace rapt::config
