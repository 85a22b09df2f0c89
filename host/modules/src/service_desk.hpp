// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "hook_figures.hpp"
#include "metric_figures.hpp"
#include "rapt/host/services.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/sandbox/service_frame.hpp"

namespace rapt::host {

/// Where the questions of one module to its host are decided and counted, over the lives of its processes. What was
/// not granted is refused. Thread-safe.
class ServiceDesk {
 public:
  /// `host` may be null: then nothing is offered but figures. It outlives this object.
  ServiceDesk(ServiceHost* host, std::string module, std::string version, std::vector<std::string> grants);

  /// What the module may have: bit_of() each.
  [[nodiscard]] std::uint32_t offered() const { return offered_; }
  /// Whether anything of it is asked over the wire.
  [[nodiscard]] bool serves() const;
  [[nodiscard]] bool offers(sandbox::Service service) const { return (offered_ & sandbox::bit_of(service)) != 0; }
  /// Counts a question for what it may not have; the sentence for the admin.
  std::string refuse(sandbox::Service service);

  /// For a service that is offered.
  [[nodiscard]] ServiceRequest request(sandbox::ServiceAsk ask, ServiceScope scope,
                                       std::chrono::steady_clock::time_point deadline) const;
  /// Throws operation_aborted when it was cancelled, and nothing else.
  Task<ServiceAnswer> serve(ServiceRequest request) const;
  /// What a question came to; nullopt: the process ended before it was answered.
  void answered(sandbox::Service service, std::optional<rapt_status> status, std::chrono::nanoseconds waited);

  /// Counts figures; a sentence for the admin when some were not taken.
  std::optional<std::string> count(const std::vector<sandbox::Metric>& metrics);

  /// Services that were granted or asked for, and figures.
  void describe(ModuleStatus& status) const;

 private:
  struct Counters {
    HookFigures figures;
    std::atomic<std::uint64_t> refused{0};
  };
  [[nodiscard]] Task<ServiceAnswer> ask_host(ServiceRequest request) const;
  [[nodiscard]] Task<ServiceAnswer> ask_host_traced(ServiceRequest request) const;
  Counters& of(sandbox::Service service) { return counters_.at(static_cast<std::size_t>(service)); }

  ServiceHost* const host_;
  const std::string module_, version_;
  const std::vector<std::string> grants_;
  const std::uint32_t offered_;
  std::array<Counters, sandbox::kServicePlaces> counters_;
  MetricFigures metrics_;
};

}  // namespace rapt::host
