// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_views.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/journal/module_journal.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

std::string name_of(hooks::FailPolicy policy) {
  return policy == hooks::FailPolicy::kClosed ? "closed" : "open";
}

/// A sentence of the host's, which may quote what a module said.
std::string sentence(const std::string& text) {
  return printable(text, 1000);
}

json window_of(const hooks::Window& window) {
  using Unit = hooks::Window::Unit;
  const char* unit = window.unit == Unit::kToken ? "token" : window.unit == Unit::kSize ? "size" : "sentence";
  return {{"unit", unit}, {"bytes", window.bytes}};
}

/// How many of the answered calls took at most so long, each with those before it.
json histogram_of(const host::HookStatus& hook) {
  json out = json::array();
  const auto bounds = host::hook_bounds();
  for (std::size_t i = 0; i < hook.within.size() && i < bounds.size(); ++i)
    out.push_back({{"within_us", bounds[i].count()}, {"calls", hook.within[i]}});
  return out;
}

json view(const bundle::Consent& consent) {
  return {{"permission", consent.permission}, {"gives", consent.gives}, {"offered", consent.offered}};
}

json circuit_of(host::Circuit circuit, const std::string& reason) {
  return {{"state", std::string(host::name(circuit))}, {"reason", sentence(reason)}};
}

json quarantine_of(host::ModuleState state, const host::ProcessHealth& health) {
  if (state != host::ModuleState::kQuarantined || !health.quarantined_at) return nullptr;
  return {{"since", to_rfc3339(*health.quarantined_at)}, {"reason", sentence(health.quarantine_reason)}};
}

json view(const host::RoomStatus& room) {
  return {{"name", room.name},
          {"state", std::string(host::name(room.state))},
          {"reason", sentence(room.reason)},
          {"last_failure", room.last_failure.empty() ? json(nullptr) : json(sentence(room.last_failure))},
          {"restarts", room.restarts},
          {"pid", room.pid},
          {"circuit", circuit_of(room.circuit, room.circuit_reason)},
          {"quarantine", quarantine_of(room.state, room.health)}};
}

json view(const host::HookStatus& hook) {
  const auto micros = [](const auto& time) { return time ? json(time->count()) : json(nullptr); };
  const bool streams = hook.declared.point == hooks::Point::kChatOnDelta;
  return {{"point", std::string(hooks::name(hook.declared.point))},
          {"window", streams ? window_of(hook.declared.window) : json(nullptr)},
          {"history", hook.declared.history ? json(*hook.declared.history) : json(nullptr)},
          {"priority", hook.declared.priority},
          {"timeout_ms", hook.time_limit.count()},
          {"manifest_timeout_ms", hook.declared.time_limit.count()},
          {"on_failure", name_of(hook.declared.on_failure)},
          {"async", hook.declared.asynchronous},
          {"calls", hook.calls},
          {"failures", hook.failures},
          {"findings_refused", hook.findings_refused},
          {"p50_us", micros(hook.p50)},
          {"p99_us", micros(hook.p99)},
          {"max_us", micros(hook.max)},
          {"total_us", hook.total.count()},
          {"histogram", histogram_of(hook)}};
}

json view(const host::ServiceStatus& service) {
  const auto micros = [](const auto& time) { return time ? json(time->count()) : json(nullptr); };
  return {{"name", service.name},          {"offered", service.offered},   {"calls", service.calls},
          {"refused", service.refused},    {"failures", service.failures}, {"p50_us", micros(service.p50)},
          {"p99_us", micros(service.p99)}, {"max_us", micros(service.max)}};
}

json view(const host::MetricStatus& metric) {
  json out{{"name", metric.name}, {"kind", metric.is_counter ? "counter" : "histogram"}, {"count", metric.count}};
  if (metric.is_counter) return out;
  out.update({{"sum", metric.sum}, {"min", metric.min}, {"max", metric.max}, {"p50", metric.p50}, {"p99", metric.p99}});
  return out;
}

template <class List>
json views_of(const List& list) {
  json out = json::array();
  for (const auto& one : list) out.push_back(view(one));
  return out;
}

}  // namespace

json view(const host::FindingType& type) {
  return {{"type", type.type},
          {"title", type.title},
          {"description", type.description},
          {"schema", stored_json(type.schema_json)}};
}

json view(const host::ModuleStatus& status) {
  json layers = json::array();
  for (const auto& layer : status.layers) {
    layers.push_back({{"name", layer.name}, {"on", layer.on}, {"detail", layer.detail}});
  }
  json last_failure = nullptr;
  if (status.last_failure_at)
    last_failure = {{"at", to_rfc3339(*status.last_failure_at)}, {"reason", sentence(status.last_failure)}};
  json findings = json::array(), upgrade = nullptr;
  for (const auto& type : status.findings) findings.push_back(view(type));
  if (status.upgrade)
    upgrade = {{"version", status.upgrade->version},
               {"failed", status.upgrade->failed},
               {"reason", sentence(status.upgrade->reason)}};
  return {{"name", status.name},
          {"version", status.version},
          {"publisher", status.publisher},
          {"signed", status.is_signed},
          {"state", std::string(host::name(status.state))},
          {"reason", sentence(status.reason)},
          {"pid", status.pid},
          {"restarts", status.restarts},
          {"last_failure", std::move(last_failure)},
          {"circuit", circuit_of(status.circuit, status.circuit_reason)},
          {"upgrade", std::move(upgrade)},
          {"quarantine", quarantine_of(status.state, status.health)},
          {"hooks", views_of(status.hooks)},
          {"services", views_of(status.services)},
          {"metrics", views_of(status.metrics)},
          {"rooms", views_of(status.companions)},
          {"permissions", status.permissions},
          {"consents", views_of(bundle::consents_of(status.permissions))},
          {"findings", std::move(findings)},
          {"sandbox", {{"layers", std::move(layers)}}}};
}

json view(const install::InstalledRecord& record, const host::ModuleStatus* status) {
  host::ModuleStatus absent;
  absent.name = record.name;
  absent.version = record.version;
  absent.publisher = record.publisher;
  absent.permissions = record.permissions;
  absent.reason = record.enabled ? "This host has not started it yet." : "An administrator has switched it off.";
  json out = view(status != nullptr ? *status : absent);
  if (status == nullptr) out["signed"] = nullptr;  // nobody has looked
  out["enabled"] = record.enabled;
  out["installed_version"] = record.version;
  out["previous_version"] = record.previous_version ? json(*record.previous_version) : json(nullptr);
  out["time_limits"] = json(record.time_limits_ms);
  return out;
}

json view(const bundle::Manifest& manifest) {
  json asked = json::array();
  for (const auto& one : manifest.permissions)
    asked.push_back({{"permission", one.name}, {"full_name", full_name(one)}, {"reason", one.reason}});
  json panels = json::array();
  for (const auto& one : manifest.panels)
    panels.push_back({{"id", one.id}, {"title", one.title}, {"place", one.place}, {"access", name(one.access)}});
  return {{"permissions", std::move(asked)},
          {"panels", std::move(panels)},
          {"title", manifest.title},
          {"description", manifest.description},
          {"license", manifest.license},
          {"abi", std::to_string(manifest.abi_major) + "." + std::to_string(manifest.abi_minor)}};
}

json view(const journal::Report& report) {
  return {{"host", report.host}, {"at", to_rfc3339(report.at)}, {"status", stored_json(report.status_json)}};
}

json view(const journal::Line& line) {
  return {{"id", line.id},       {"module", line.module}, {"host", line.host},
          {"level", line.level}, {"text", line.text},     {"at", to_rfc3339(line.at)}};
}

json view(const hooks::PlannedStep& step, hooks::Point point, bool installed, const host::ModuleStatus* status) {
  json out{{"module", step.module},      {"installed", installed}, {"known", step.installed},
           {"priority", nullptr},        {"timeout_ms", nullptr},  {"on_failure", name_of(step.on_failure)},
           {"async", step.asynchronous}, {"window", nullptr},      {"state", nullptr},
           {"circuit", nullptr}};
  if (step.installed && point == hooks::Point::kChatOnDelta) out["window"] = window_of(step.window);
  if (step.installed) {
    out["priority"] = step.priority;
    out["timeout_ms"] = step.time_limit.count();
  }
  if (status != nullptr) {
    out["state"] = std::string(host::name(status->state));
    out["circuit"] = std::string(host::name(status->circuit));
  }
  return out;
}

}  // namespace rapt::api
