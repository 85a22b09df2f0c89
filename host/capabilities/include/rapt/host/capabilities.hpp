// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>

#include "rapt/host/services.hpp"

namespace rapt::host {

/// One service. Thread-safe.
class Capability {
 public:
  virtual ~Capability() = default;
  virtual Task<ServiceAnswer> call(ServiceRequest request) = 0;
};

/// The services of this host, by number; what is not in the table is not offered.
class Capabilities final : public ServiceHost {
 public:
  void add(sandbox::Service service, std::unique_ptr<Capability> capability);  ///< before the first module is started
  [[nodiscard]] bool offers(sandbox::Service service) const override;
  Task<ServiceAnswer> serve(ServiceRequest request) override;

 private:
  std::map<sandbox::Service, std::unique_ptr<Capability>> table_;
};

}  // namespace rapt::host
