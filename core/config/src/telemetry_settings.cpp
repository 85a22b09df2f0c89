// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/config/telemetry_settings.hpp"

#include <algorithm>

namespace rapt::config {
namespace {

constexpr std::size_t kLeastToken = 16, kMostToken = 512, kMostAddress = 2000, kMostName = 100;

bool is_visible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<TelemetrySettings> load_telemetry(const Environment& environment) {
  TelemetrySettings out;
  out.metrics_token = environment("METRICS_TOKEN").value_or("");
  out.otlp_endpoint = environment("OTEL_EXPORTER_OTLP_ENDPOINT").value_or("");
  out.service_name = environment("OTEL_SERVICE_NAME").value_or("");
  if (out.service_name.empty()) out.service_name = "raptscallions";
  const auto& token = out.metrics_token;
  if (!token.empty() && (token.size() < kLeastToken || token.size() > kMostToken || !is_visible(token)))
    return Error::invalid("METRICS_TOKEN", "must be 16 to 512 visible characters without spaces, or unset");
  const auto& endpoint = out.otlp_endpoint;
  const bool web = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!endpoint.empty() && (!web || endpoint.size() > kMostAddress || !is_visible(endpoint)))
    return Error::invalid("OTEL_EXPORTER_OTLP_ENDPOINT", "must be an http or https address, or unset");
  if (out.service_name.size() > kMostName || !is_visible(out.service_name))
    return Error::invalid("OTEL_SERVICE_NAME", "must be at most 100 visible characters without spaces, or unset");
  return out;
}

}  // namespace rapt::config
