// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/events.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/host/capabilities.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/jobs/module_jobs.hpp"
#include "rapt/jobs/worker.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::host {

/// What a running module declares; nullptr when it does not run.
using OfferSource = std::function<ModuleOfferPtr(const std::string& module)>;

/// How many publications led to what a module does just now, so that modules that answer each other come to an end.
/// Thread-safe; a host has one job or event of a module at a time.
class Causation {
 public:
  static constexpr int kMost = RAPT_EVENTS_MAX_DEPTH;
  class Mark {
   public:
    Mark(Causation& of, std::string module, int depth);
    ~Mark();
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    Causation& of_;
    const std::string module_;
  };
  /// Of a call that asks for a service: 0 unless it is a job or an event.
  [[nodiscard]] int depth(const ServiceRequest& request) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> depths_;
};

/// Where the orders of modules go (core/jobs). Functions rather than the database, so that a module can be tried out
/// without one.
struct WorkOrders {
  std::function<Task<Result<jobs::Ordered>>(jobs::NewModuleJob job)> order;
  std::function<Task<Result<bool>>(std::string module, std::string name, std::string key)> take_back;
  /// As jobs::open_jobs.
  std::function<Task<Result<std::vector<jobs::OpenJob>>>(std::string module, std::string name, std::int64_t after,
                                                         int limit)>
      open;
  std::function<Task<Result<std::int64_t>>(std::string type, std::string payload_json, jobs::About about, int depth)>
      publish;
};
/// One statement each. The database must outlive them.
WorkOrders work_orders(store::Database& database);

/// rapt.jobs: orders work of the module itself, takes it back, and tells what there is of it. All must outlive it.
class JobsCapability final : public Capability {
 public:
  JobsCapability(WorkOrders orders, OfferSource offers, const Causation& causation)
      : orders_(std::move(orders)), offers_(std::move(offers)), causation_(causation) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  Task<ServiceAnswer> enqueue(const ServiceRequest& request);
  Task<ServiceAnswer> cancel(const ServiceRequest& request);
  Task<ServiceAnswer> list(const ServiceRequest& request);

  const WorkOrders orders_;
  const OfferSource offers_;
  const Causation& causation_;
};

/// rapt.events: tells other modules. One order a call. All must outlive it.
class EventsCapability final : public Capability {
 public:
  EventsCapability(WorkOrders orders, OfferSource offers, const Causation& causation)
      : orders_(std::move(orders)), offers_(std::move(offers)), causation_(causation) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  const WorkOrders orders_;
  const OfferSource offers_;
  const Causation& causation_;
};

/// How modules are asked to do their work. Functions rather than the supervisor, for tests.
struct WorkParts {
  store::Database& database;
  const Clock& clock;
  Causation& causation;
  OfferSource offers;
  std::function<Task<Result<std::string>>(ModuleCall call)> ask;
  std::function<std::string(const std::string& module, const std::string& user_id)> pseudonym;
  /// The module's settings in a group ("" for none), a JSON object without secrets.
  std::function<Task<Result<std::string>>(std::string module, std::string group)> settings;
};
/// For jobs::kModuleJob and jobs::kModuleEvent of a worker that is for modules. All parts must outlive the worker.
jobs::Handler module_work_handler(WorkParts parts);

}  // namespace rapt::host
