// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>

#include "metrics_handlers.hpp"
#include "rapt/api/version.hpp"
#include "rapt/config/telemetry_settings.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/telemetry/exposition.hpp"
#include "rapt/telemetry/timings.hpp"

namespace rapt::api {
namespace {

using telemetry::Exposition;
using telemetry::Labels;
using Modules = std::vector<host::ModuleStatus>;

/// A proxy on this machine that nobody has listed makes strangers look like neighbors: what was passed on is a
/// stranger's.
bool is_neighbor(const http::Request& request) {
  const auto& address = request.remote_address;
  const bool loopback = address.starts_with("127.") || address == "::1";
  constexpr std::array kPassedOn{"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"};
  return loopback && std::none_of(kPassedOn.begin(), kPassedOn.end(),
                                  [&](const char* name) { return request.headers.get(name).has_value(); });
}

bool may_read(const http::Request& request, const std::string& token) {
  if (token.empty()) return is_neighbor(request);
  constexpr std::string_view kBearer = "Bearer ";
  const auto said = request.headers.get("Authorization").value_or("");
  return said.starts_with(kBearer) && security::equal_constant_time(said.substr(kBearer.size()), token);
}

/// One of a module's processes.
struct Process {
  std::string_view module, room;
  host::ModuleState state;
  host::Circuit circuit;
  unsigned restarts;
};

std::vector<Process> processes_of(const Modules& modules) {
  std::vector<Process> all;
  for (const auto& one : modules) {
    all.push_back({one.name, one.room, one.state, one.circuit, one.restarts});
    for (const auto& room : one.companions)
      all.push_back({one.name, room.name, room.state, room.circuit, room.restarts});
  }
  return all;
}

void write_states(Exposition& page, const Modules& modules) {
  const auto processes = processes_of(modules);
  page.family("rapt_module_info", "gauge", "Installed modules, always 1.");
  for (const auto& one : modules)
    page.count("rapt_module_info", {{"module", one.name}, {"version", one.version}, {"publisher", one.publisher}}, 1);
  page.family("rapt_module_state", "gauge", "1 for the state that the module's process is in.");
  for (const auto& one : processes) {
    for (auto state = host::ModuleState::kStarting; state <= host::ModuleState::kStopped;
         state = static_cast<host::ModuleState>(static_cast<int>(state) + 1))
      page.count("rapt_module_state", {{"module", one.module}, {"room", one.room}, {"state", host::name(state)}},
                 one.state == state);
  }
  page.family("rapt_module_restarts_total", "counter", "How often its process was started again.");
  for (const auto& one : processes)
    page.count("rapt_module_restarts_total", {{"module", one.module}, {"room", one.room}}, one.restarts);
  page.family("rapt_module_circuit_open", "gauge", "1 while it is not asked because its answers failed.");
  for (const auto& one : processes)
    page.count("rapt_module_circuit_open", {{"module", one.module}, {"room", one.room}},
               one.circuit != host::Circuit::kClosed);
}

template <class Number>
void write_hook_figure(Exposition& page, const Modules& modules, const char* name, const char* help, Number number) {
  page.family(name, "counter", help);
  for (const auto& one : modules) {
    for (const auto& hook : one.hooks)
      page.count(name, {{"module", one.name}, {"hook", hooks::name(hook.declared.point)}}, number(hook));
  }
}

void write_hooks(Exposition& page, const Modules& modules) {
  using Hook = host::HookStatus;
  write_hook_figure(page, modules, "rapt_hook_calls_total", "How often the module was asked.",
                    [](const Hook& hook) { return hook.calls; });
  write_hook_figure(page, modules, "rapt_hook_failures_total", "Errors, deaths, late answers and lies.",
                    [](const Hook& hook) { return hook.failures; });
  write_hook_figure(page, modules, "rapt_hook_findings_refused_total", "Findings that its manifest does not declare.",
                    [](const Hook& hook) { return hook.findings_refused; });
  page.family("rapt_hook_duration_seconds", "histogram", "Answered calls, as the caller waited.");
  for (const auto& one : modules) {
    for (const auto& hook : one.hooks)
      page.histogram("rapt_hook_duration_seconds", {{"module", one.name}, {"hook", hooks::name(hook.declared.point)}},
                     host::hook_bounds(), hook.within, hook.answered, hook.total);
  }
}

template <class Number>
void write_service_figure(Exposition& page, const Modules& modules, const char* name, const char* help, Number number) {
  page.family(name, "counter", help);
  for (const auto& one : modules) {
    for (const auto& service : one.services)
      page.count(name, {{"module", one.name}, {"service", service.name}}, number(service));
  }
}

void write_services(Exposition& page, const Modules& modules) {
  using Service = host::ServiceStatus;
  write_service_figure(page, modules, "rapt_module_service_calls_total", "What modules asked the host for.",
                       [](const Service& service) { return service.calls; });
  write_service_figure(page, modules, "rapt_module_service_refused_total", "Not granted, or not allowed in that call.",
                       [](const Service& service) { return service.refused; });
  write_service_figure(page, modules, "rapt_module_service_failures_total", "What the host could not serve.",
                       [](const Service& service) { return service.failures; });
}

/// What modules count themselves; their names are theirs, so they stand in a label.
void write_own_figures(Exposition& page, const Modules& modules) {
  page.family("rapt_module_figure_total", "counter", "Counters and observations of the module's own.");
  for (const auto& one : modules) {
    for (const auto& metric : one.metrics)
      page.count("rapt_module_figure_total", {{"module", one.name}, {"name", metric.name}}, metric.count);
  }
}

std::string page_of(const Modules& modules) {
  Exposition page;
  page.family("rapt_build_info", "gauge", "This host, always 1.");
  page.count("rapt_build_info", {{"version", version()}}, 1);
  telemetry::http_requests().write(page);
  telemetry::gateway_calls().write(page);
  write_states(page, modules);
  write_hooks(page, modules);
  write_services(page, modules);
  write_own_figures(page, modules);
  return page.take();
}

}  // namespace

Task<Result<Answer>> get_metrics(Call& call) {
  const auto settings = config::load_telemetry(config::process_environment());
  if (!settings) co_return Error::internal("METRICS_TOKEN cannot be used");
  if (!may_read(call.request, settings->metrics_token))
    co_return Error::forbidden("The metrics are for this machine alone, or for whoever sends METRICS_TOKEN.");
  http::Response response;
  response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.body = page_of(call.services.modules.status());
  co_return Answer(std::move(response));
}

}  // namespace rapt::api
