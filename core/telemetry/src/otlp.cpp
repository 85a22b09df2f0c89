// SPDX-License-Identifier: AGPL-3.0-or-later
#include "otlp.hpp"

#include <nlohmann/json.hpp>

#include "fresh_id.hpp"

namespace rapt::telemetry {
namespace {

using nlohmann::json;

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const auto byte : bytes) out += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  return out;
}

std::string nanoseconds(std::chrono::system_clock::time_point time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

json text(const std::string& key, const std::string& value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}

json view(const Span& span) {
  json attributes = json::array();
  for (const auto& [key, value] : span.texts) attributes.push_back(text(key, value));
  for (const auto& [key, value] : span.numbers)
    attributes.push_back({{"key", key}, {"value", {{"intValue", std::to_string(value)}}}});
  const auto& known = span.self ? span.self : span.parent;
  json out{{"traceId", hex(known ? known->trace_id : fresh_id<16>())},
           {"spanId", hex(span.self ? span.self->span_id : fresh_id<8>())},
           {"name", span.name},
           {"kind", static_cast<int>(span.kind)},
           {"startTimeUnixNano", nanoseconds(span.began)},
           {"endTimeUnixNano", nanoseconds(span.ended)},
           {"attributes", std::move(attributes)},
           {"status", {{"code", span.failed ? 2 : 0}}}};
  if (span.parent) out["parentSpanId"] = hex(span.parent->span_id);
  return out;
}

}  // namespace

std::string otlp_body(std::span<const Span> spans, const Tracing::Options& service) {
  json list = json::array();
  for (const auto& span : spans) list.push_back(view(span));
  json about = json::array({text("service.name", service.service_name)});
  if (!service.service_version.empty()) about.push_back(text("service.version", service.service_version));
  json scope{{"scope", {{"name", "raptscallions"}}}, {"spans", std::move(list)}};
  json resource{{"resource", {{"attributes", std::move(about)}}}, {"scopeSpans", json::array({std::move(scope)})}};
  const json body{{"resourceSpans", json::array({std::move(resource)})}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::telemetry
