// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "rapt/telemetry/tracing.hpp"

namespace rapt::telemetry {

/// The body of a request to /v1/traces (OTLP 1.x, JSON). Each span gets an id of its own, and where it has no parent, a
/// trace of its own.
std::string otlp_body(std::span<const Span> spans, const Tracing::Options& service);

}  // namespace rapt::telemetry
