// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/result.hpp"
#include "rapt/config/settings.hpp"

namespace rapt::config {

/// Who may read this host's figures, and where its traces go (docs/metrics.md).
struct TelemetrySettings {
  std::string metrics_token;  ///< METRICS_TOKEN (secret); empty: this machine alone reads GET /metrics
  std::string otlp_endpoint;  ///< OTEL_EXPORTER_OTLP_ENDPOINT: http(s)://HOST:PORT; empty: nothing is traced
  std::string service_name;   ///< OTEL_SERVICE_NAME, default raptscallions
  double trace_ratio = 1;     ///< OTEL_TRACES_SAMPLER_ARG: 0 to 1 of the traces that begin here
};

/// kInvalid with the variable's name as path.
Result<TelemetrySettings> load_telemetry(const Environment& environment);

}  // namespace rapt::config
