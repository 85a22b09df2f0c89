// SPDX-License-Identifier: AGPL-3.0-or-later
// What is installed, and how it fares on every host.
#include <algorithm>
#include <cstdio>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "module_market.hpp"
#include "module_reports.hpp"
#include "module_standing.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kLongestSentence = 500;
constexpr std::string_view kNoHost = "No host is running, so nobody knows how the modules fare.\n";

std::string status_text(const std::string& text) {
  return printable(text, kLongestSentence);
}

bool anyone_runs(const std::vector<ModuleReport>& reports) {
  return std::any_of(reports.begin(), reports.end(), [](const auto& report) { return !report.stale; });
}

std::string state_with(const std::string& state, const std::string& circuit) {
  return state != "running" || circuit.empty() || circuit == "closed" ? state : state + ", not asked";
}

/// Of its first process, and of the others where something is the matter with them.
std::string state_in_list(const ModuleReport* report) {
  if (report == nullptr) return "-";
  auto out = state_with(report->state, report->circuit);
  for (const auto& room : report->rooms) {
    const auto state = state_with(room.state, room.circuit);
    if (state != "running" && !room.name.empty() && report->state == "running")
      out += "; " + status_text(room.name) + ": " + status_text(state);
  }
  return out;
}

std::string quarantine_in_list(const ModuleReport* report) {
  if (report == nullptr) return "-";
  if (report->quarantine) return "since " + report->quarantine->at;
  for (const auto& room : report->rooms)
    if (room.quarantine) return status_text(room.name) + ", since " + status_text(room.quarantine->at);
  return "-";
}

void show_list(std::ostream& out, const std::vector<install::InstalledRecord>& records,
               const std::vector<ModuleReport>& reports) {
  Table table({"NAME", "VERSION", "PUBLISHER", "ENABLED", "STATE", "QUARANTINE"});
  for (const auto& record : records) {
    const auto* report = newest_report(reports, record.name);
    table.add({record.name, record.version, record.publisher, record.enabled ? "yes" : "no", state_in_list(report),
               quarantine_in_list(report)});
  }
  table.print(out);
  if (!anyone_runs(reports)) out << "\n" << kNoHost;
}

/// What is known of the module's versions; nothing of one that has been removed meanwhile.
void add_standing(json& out, const Standings& standings, const std::string& module) {
  const auto found = standings.find(module);
  if (found != standings.end()) out.update(to_json(found->second));
}

void show_standing_of(std::ostream& out, const Standings& standings, const std::string& module, const char* indent) {
  const auto found = standings.find(module);
  if (found != standings.end()) show_standing(out, found->second, indent);
}

json list_entry(const install::InstalledRecord& record, const std::vector<ModuleReport>& reports) {
  const auto* report = newest_report(reports, record.name);
  auto out = to_json(record);
  out["state"] = report == nullptr ? json(nullptr) : json(report->state);
  out["quarantined"] = report != nullptr && is_quarantined(*report);
  return out;
}

std::string milliseconds(const std::optional<std::int64_t>& micros) {
  if (!micros) return "-";
  char text[48];
  std::snprintf(text, sizeof(text), "%.2f ms", static_cast<double>(*micros) / 1000);
  return text;
}

void show_hooks(std::ostream& out, const ModuleReport& report) {
  if (report.hooks.empty()) return;
  Table table({"HOOK", "LIMIT", "CALLS", "FAILURES", "P50", "P99"});
  for (const auto& hook : report.hooks) {
    table.add({hook.point, std::to_string(hook.limit_ms) + " ms", std::to_string(hook.calls),
               std::to_string(hook.failures), milliseconds(hook.p50_us), milliseconds(hook.p99_us)});
  }
  table.print(out, 4);
}

void show_services(std::ostream& out, const ModuleReport& report) {
  if (report.services.empty()) return;
  Table table({"SERVICE", "GRANTED", "CALLS", "REFUSED", "FAILURES", "P50", "P99"});
  for (const auto& service : report.services) {
    table.add({status_text(service.name), service.offered ? "yes" : "no", std::to_string(service.calls),
               std::to_string(service.refused), std::to_string(service.failures), milliseconds(service.p50_us),
               milliseconds(service.p99_us)});
  }
  table.print(out, 4);
}

std::string figure(const std::optional<double>& value) {
  if (!value) return "-";
  char text[48];
  std::snprintf(text, sizeof(text), "%.4g", *value);
  return text;
}

void show_metrics(std::ostream& out, const ModuleReport& report) {
  if (report.metrics.empty()) return;
  Table table({"FIGURE", "COUNT", "P50", "P99", "MAX"});
  for (const auto& metric : report.metrics) {
    table.add({status_text(metric.name), std::to_string(metric.count), figure(metric.p50), figure(metric.p99),
               figure(metric.max)});
  }
  table.print(out, 4);
}

void show_rooms(std::ostream& out, const ModuleReport& report) {
  if (report.rooms.empty()) return;
  Table table({"PROCESS FOR", "STATE", "RESTARTS", "REASON"});
  for (const auto& room : report.rooms)
    table.add({status_text(room.name), status_text(state_with(room.state, room.circuit)), std::to_string(room.restarts),
               room.reason.empty() ? "-" : status_text(room.reason)});
  table.print(out, 4);
}

/// What it was granted, in words.
void show_consents(std::ostream& out, const install::InstalledRecord& record) {
  const auto consents = bundle::consents_of(record.permissions);
  out << (consents.empty() ? "  It was granted nothing beyond its hooks.\n" : "  What it was granted:\n");
  for (const auto& consent : consents)
    out << "    " << status_text(consent.permission) << "  " << consent.gives << "\n";
}

void show_trouble(std::ostream& out, const ModuleReport& report) {
  if (report.last_failure)
    out << "    last failure  " << status_text(report.last_failure->at) << ": "
        << status_text(report.last_failure->reason) << "\n";
  // Of one that does not run, the state has said already why it is not asked.
  if (report.state == "running" && !report.circuit.empty() && report.circuit != "closed")
    out << "    circuit       " << status_text(report.circuit) << ": " << status_text(report.circuit_reason) << "\n";
  if (report.upgrade)
    out << "    upgrade       " << status_text(report.upgrade->version)
        << (report.upgrade->failed ? " could not take over: " + status_text(report.upgrade->reason) : " is being tried")
        << "\n";
  if (report.quarantine)
    out << "    quarantine    since " << status_text(report.quarantine->at)
        << (report.quarantine->reason == report.reason ? "" : ": " + status_text(report.quarantine->reason))
        << "\n                  Install another version, go back (`rapt module rollback " << report.module
        << "`), or let it out: `rapt module release " << report.module << "`.\n";
}

void show_report(std::ostream& out, const ModuleReport& report) {
  out << "  " << status_text(report.host) << ": "
      << (report.state.empty() ? "says nothing of it" : status_text(report.state));
  if (!report.version.empty()) out << ", version " << status_text(report.version);
  if (report.pid != 0) out << ", pid " << report.pid;
  out << ", " << report.restarts << (report.restarts == 1 ? " restart" : " restarts") << ", told " << report.age.count()
      << " s ago" << (report.stale ? " (STALE: that host may be gone)" : "") << "\n";
  if (!report.reason.empty()) out << "    " << status_text(report.reason) << "\n";
  show_trouble(out, report);
  if (!report.layers_off.empty()) {
    out << "    layers off    ";
    for (std::size_t i = 0; i < report.layers_off.size(); ++i)
      out << (i == 0 ? "" : ", ") << status_text(report.layers_off[i]);
    out << "\n";
  }
  show_rooms(out, report);
  show_hooks(out, report);
  show_services(out, report);
  show_metrics(out, report);
}

void show_status(std::ostream& out, const install::InstalledRecord& record, const std::vector<ModuleReport>& reports) {
  out << record.name << " " << record.version << ", by " << record.publisher << (record.enabled ? "" : ", disabled");
  if (record.previous_version) out << ", before it " << *record.previous_version;
  out << "\n";
  bool told = false;
  for (const auto& report : reports) {
    if (report.module != record.name) continue;
    told = true;
    show_report(out, report);
  }
  if (!told) out << "  No host says anything of it" << (record.enabled ? ".\n" : ", as it is disabled.\n");
}

json status_entry(const install::InstalledRecord& record, const std::vector<ModuleReport>& reports) {
  auto out = to_json(record);
  out["hosts"] = json::array();
  for (const auto& report : reports) {
    if (report.module != record.name) continue;
    auto status = json::parse(report.status_json, nullptr, false);
    out["hosts"].push_back({{"host", report.host},
                            {"age_seconds", report.age.count()},
                            {"stale", report.stale},
                            {"status", status.is_discarded() ? json(nullptr) : std::move(status)}});
  }
  return out;
}

}  // namespace

int run_module_list(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto records = chosen_modules(*instance, arguments);
  if (!records) return report(console, records.error());
  const auto reports = load_reports(*instance);
  if (!reports) return report(console, reports.error());
  const auto standings = load_standings(*instance);
  if (!standings) return report(console, standings.error());
  if (console.json) {
    json list = json::array();
    for (const auto& record : *records) {
      list.push_back(list_entry(record, *reports));
      add_standing(list.back(), *standings, record.name);
    }
    print_json(console.out, list);
  } else if (records->empty()) {
    console.out << "No module is installed.\n";
  } else {
    show_list(console.out, *records, *reports);
    for (const auto& record : *records) show_standing_of(console.out, *standings, record.name, "");
  }
  return kOk;
}

int run_module_show(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto record = find_installed(*instance, arguments.positional[0]);
  const bool may_be_offered = !record && record.error().kind == ErrorKind::kNotFound;
  if (may_be_offered && !instance->settings.marketplace_url.empty())
    return show_offered(console, instance->settings, arguments.positional[0]);
  if (!record) return report(console, record.error());
  const auto reports = load_reports(*instance, record->name);
  if (!reports) return report(console, reports.error());
  const auto standings = load_standings(*instance);
  if (!standings) return report(console, standings.error());
  if (!console.json) {
    show_status(console.out, *record, *reports);
    show_standing_of(console.out, *standings, record->name, "  ");
    show_consents(console.out, *record);
    return kOk;
  }
  auto out = status_entry(*record, *reports);
  add_standing(out, *standings, record->name);
  out["consents"] = json::array();
  for (const auto& consent : bundle::consents_of(record->permissions))
    out["consents"].push_back(
        {{"permission", consent.permission}, {"gives", consent.gives}, {"offered", consent.offered}});
  print_json(console.out, out);
  return kOk;
}

int run_module_status(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto records = chosen_modules(*instance, arguments);
  if (!records) return report(console, records.error());
  const auto reports = load_reports(*instance);
  if (!reports) return report(console, reports.error());
  const auto standings = load_standings(*instance);
  if (!standings) return report(console, standings.error());
  if (console.json) {
    json list = json::array();
    for (const auto& record : *records) {
      list.push_back(status_entry(record, *reports));
      add_standing(list.back(), *standings, record.name);
    }
    print_json(console.out, list);
    return kOk;
  }
  if (!anyone_runs(*reports)) console.out << kNoHost << (records->empty() ? "" : "\n");
  for (std::size_t i = 0; i < records->size(); ++i) {
    if (i > 0) console.out << "\n";
    show_status(console.out, (*records)[i], *reports);
    show_standing_of(console.out, *standings, (*records)[i].name, "  ");
  }
  if (records->empty()) console.out << "No module is installed.\n";
  return kOk;
}

}  // namespace rapt::cli
