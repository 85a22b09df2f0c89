// SPDX-License-Identifier: AGPL-3.0-or-later
#include "service_desk.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "rapt/base/log.hpp"
#include "rapt/telemetry/within.hpp"

namespace rapt::host {
namespace {

using sandbox::Service;
using Kind = hooks::Answer::Kind;

/// Deny by default: only what the manifest asked for, an admin granted and this host has.
std::uint32_t offered_by(const ServiceHost* host, const std::vector<std::string>& grants) {
  std::uint32_t offered = 0;
  for (const Service service : sandbox::kServices) {
    const bool granted = std::find(grants.begin(), grants.end(), sandbox::permission_of(service)) != grants.end();
    // Figures come with the reply and are counted here.
    const bool here = service == Service::kMetrics || (host != nullptr && host->offers(service));
    if (granted && here) offered |= sandbox::bit_of(service);
  }
  return offered;
}

}  // namespace

ServiceDesk::ServiceDesk(ServiceHost* host, std::string module, std::string version, std::vector<std::string> grants)
    : host_(host),
      module_(std::move(module)),
      version_(std::move(version)),
      grants_(std::move(grants)),
      offered_(offered_by(host, grants_)) {}

bool ServiceDesk::serves() const {
  return (offered_ & ~sandbox::bit_of(Service::kMetrics)) != 0;
}

std::string ServiceDesk::refuse(Service service) {
  of(service).refused.fetch_add(1, std::memory_order_relaxed);
  return "It was refused " + std::string(sandbox::permission_of(service)) +
         ": it has not been granted that permission, or this host does not offer it.";
}

ServiceRequest ServiceDesk::request(sandbox::ServiceAsk ask, ServiceScope scope,
                                    std::chrono::steady_clock::time_point deadline) const {
  return {.module = module_,
          .version = version_,
          .grants = grants_,
          .scope = std::move(scope),
          .service = ask.service,
          .method = ask.method,
          .texts = std::move(ask.texts),
          .numbers = std::move(ask.numbers),
          .deadline = deadline};
}

Task<ServiceAnswer> ServiceDesk::serve(ServiceRequest request) const {
  return telemetry::is_tracing() ? ask_host_traced(std::move(request)) : ask_host(std::move(request));
}

/// A child of the span of the call during which it is asked.
Task<ServiceAnswer> ServiceDesk::ask_host_traced(ServiceRequest request) const {
  const Executor executor = co_await boost::asio::this_coro::executor;
  const std::string name(sandbox::permission_of(request.service));
  auto span = telemetry::begin_span(executor, "service " + name, telemetry::Span::Kind::kInternal);
  auto asking = ask_host(std::move(request));
  auto answer = co_await telemetry::within(span, std::move(asking));
  if (span.is_kept()) {
    span.say("rapt.module", module_);
    span.say("rapt.service", name);
    span.say("rapt.status", answer.status);
    span.end(answer.status == RAPT_E_UNAVAILABLE);
  }
  co_return answer;
}

Task<ServiceAnswer> ServiceDesk::ask_host(ServiceRequest request) const {
  const Service service = request.service;
  std::string what = "it threw what is no exception";
  try {
    co_return co_await host_->serve(std::move(request));
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    what = error.what();
  } catch (const std::exception& error) {
    what = error.what();
  }
  const std::string name(sandbox::permission_of(service));
  log::error("service.failed", {{"module", module_}, {"service", name}, {"error", what}});
  ServiceAnswer failed{.status = RAPT_E_UNAVAILABLE};
  co_return failed;
}

void ServiceDesk::answered(Service service, std::optional<rapt_status> status, std::chrono::nanoseconds waited) {
  Counters& counters = of(service);
  if (status == RAPT_E_NOT_ALLOWED) counters.refused.fetch_add(1, std::memory_order_relaxed);
  const Kind kind = !status ? Kind::kDead : *status == RAPT_E_UNAVAILABLE ? Kind::kError : Kind::kContinue;
  counters.figures.record(kind, waited);
}

std::optional<std::string> ServiceDesk::count(const std::vector<sandbox::Metric>& metrics) {
  if (!offers(Service::kMetrics)) return refuse(Service::kMetrics);
  of(Service::kMetrics).figures.record(Kind::kContinue, {});
  const std::size_t dropped = metrics_.record(metrics);
  if (dropped == 0) return std::nullopt;
  return std::to_string(dropped) + " of its figures were dropped: a module may have " +
         std::to_string(MetricFigures::kNames) + " names.";
}

void ServiceDesk::describe(ModuleStatus& status) const {
  for (const Service service : sandbox::kServices) {
    const Counters& counters = counters_.at(static_cast<std::size_t>(service));
    const auto figures = counters.figures.snapshot();
    const std::uint64_t refused = counters.refused.load(std::memory_order_relaxed);
    if (!offers(service) && refused == 0) continue;
    status.services.push_back({std::string(sandbox::permission_of(service)), offers(service), figures.calls, refused,
                               figures.failures, figures.p50, figures.p99, figures.max});
  }
  status.metrics = metrics_.snapshot();
}

}  // namespace rapt::host
