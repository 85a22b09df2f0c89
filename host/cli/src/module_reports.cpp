// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_reports.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

constexpr store::Statement kNow{"cli_now", "SELECT now() AS now"};

const json& member(const json& object, const char* name) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

std::string text(const json& object, const char* name) {
  const auto& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

std::optional<std::int64_t> number(const json& object, const char* name) {
  const auto& value = member(object, name);
  return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

bool flag(const json& object, const char* name) {
  const auto& value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}

std::optional<ModuleReport::Failure> failure(const json& value, const char* time) {
  if (!value.is_object()) return std::nullopt;
  return ModuleReport::Failure{text(value, time), text(value, "reason")};
}

void read_hooks(const json& list, std::vector<ModuleReport::Hook>& out) {
  if (!list.is_array()) return;
  for (const auto& hook : list) {
    out.push_back({text(hook, "point"), number(hook, "timeout_ms").value_or(0), number(hook, "calls").value_or(0),
                   number(hook, "failures").value_or(0), number(hook, "p50_us"), number(hook, "p99_us")});
  }
}

void read_services(const json& list, std::vector<ModuleReport::Service>& out) {
  if (!list.is_array()) return;
  for (const auto& service : list) {
    out.push_back({text(service, "name"), flag(service, "offered"), number(service, "calls").value_or(0),
                   number(service, "refused").value_or(0), number(service, "failures").value_or(0),
                   number(service, "p50_us"), number(service, "p99_us")});
  }
}

void read_metrics(const json& list, std::vector<ModuleReport::Metric>& out) {
  const auto real = [](const json& metric, const char* name) {
    const auto& value = member(metric, name);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  if (!list.is_array()) return;
  for (const auto& metric : list) {
    out.push_back({text(metric, "name"), number(metric, "count").value_or(0), real(metric, "p50"), real(metric, "p99"),
                   real(metric, "max")});
  }
}

void read_rooms(const json& list, std::vector<ModuleReport::Room>& out) {
  if (!list.is_array()) return;
  for (const auto& room : list) {
    const auto& circuit = member(room, "circuit");
    out.push_back({.name = text(room, "name"),
                   .state = text(room, "state"),
                   .reason = text(room, "reason").empty() ? text(circuit, "reason") : text(room, "reason"),
                   .circuit = text(circuit, "state"),
                   .restarts = number(room, "restarts").value_or(0),
                   .quarantine = failure(member(room, "quarantine"), "since")});
  }
}

void read_layers(const json& list, std::vector<std::string>& off) {
  if (!list.is_array()) return;
  for (const auto& layer : list) {
    const auto detail = text(layer, "detail");
    if (!flag(layer, "on")) off.push_back(text(layer, "name") + (detail.empty() ? "" : " (" + detail + ")"));
  }
}

}  // namespace

bool is_quarantined(const ModuleReport& report) {
  return report.quarantine || std::any_of(report.rooms.begin(), report.rooms.end(),
                                          [](const auto& room) { return room.quarantine.has_value(); });
}

ModuleReport read_report(const journal::Report& report, TimePoint now) {
  ModuleReport out;
  out.module = report.module;
  out.host = report.host;
  out.age = std::max(std::chrono::seconds(0), std::chrono::duration_cast<std::chrono::seconds>(now - report.at));
  out.stale = out.age > kStaleAfter;
  out.status_json = report.status_json;
  const auto status = json::parse(report.status_json, nullptr, false);
  out.version = text(status, "version");
  out.state = text(status, "state");
  out.reason = text(status, "reason");
  out.pid = number(status, "pid").value_or(0);
  out.restarts = number(status, "restarts").value_or(0);
  out.last_failure = failure(member(status, "last_failure"), "at");
  out.quarantine = failure(member(status, "quarantine"), "since");
  out.circuit = text(member(status, "circuit"), "state");
  out.circuit_reason = text(member(status, "circuit"), "reason");
  if (const auto& upgrade = member(status, "upgrade"); upgrade.is_object())
    out.upgrade = ModuleReport::Upgrade{text(upgrade, "version"), text(upgrade, "reason"), flag(upgrade, "failed")};
  read_hooks(member(status, "hooks"), out.hooks);
  read_services(member(status, "services"), out.services);
  read_metrics(member(status, "metrics"), out.metrics);
  read_rooms(member(status, "rooms"), out.rooms);
  read_layers(member(member(status, "sandbox"), "layers"), out.layers_off);
  return out;
}

Result<std::vector<ModuleReport>> load_reports(Instance& instance, const std::string& module) {
  const auto reports = runtime::run_blocking(journal::ModuleJournal(*instance.database).reports(module));
  if (!reports) return reports.error();
  const auto now = runtime::run_blocking(instance.database->query(kNow));
  if (!now) return now.error();
  std::vector<ModuleReport> out;
  for (const auto& report : *reports) out.push_back(read_report(report, (*now)[0].time("now")));
  return out;
}

const ModuleReport* newest_report(const std::vector<ModuleReport>& reports, const std::string& module) {
  const ModuleReport* newest = nullptr;
  for (const auto& report : reports) {
    if (report.module != module || report.stale) continue;
    if (newest == nullptr || report.age < newest->age) newest = &report;
  }
  return newest;
}

}  // namespace rapt::cli
