// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "rapt/host/services.hpp"

namespace rapt::hostile {

/// Serves modules from memory. A question about the key "wait" is held until release(); about "never" or "end", until
/// it is cancelled. Other keys do as they are called (memory_services.cpp).
class MemoryServices final : public host::ServiceHost {
 public:
  [[nodiscard]] bool offers(sandbox::Service service) const override { return offered.contains(service); }
  Task<host::ServiceAnswer> serve(host::ServiceRequest request) override;

  std::vector<host::ServiceRequest> seen();
  void release() { released = true; }

  std::set<sandbox::Service> offered{sandbox::Service::kKv, sandbox::Service::kSql, sandbox::Service::kHttp};
  std::atomic<int> waiting{0}, cancelled{0};
  std::atomic<bool> released{false};

 private:
  host::ServiceAnswer kv(const host::ServiceRequest& request);
  Task<void> wait(bool for_ever);

  std::mutex mutex_;
  std::map<std::string, std::string> values_;
  std::vector<host::ServiceRequest> seen_;
};

}  // namespace rapt::hostile
