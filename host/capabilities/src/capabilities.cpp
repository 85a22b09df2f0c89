// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/capabilities.hpp"

#include <utility>

namespace rapt::host {

void Capabilities::add(sandbox::Service service, std::unique_ptr<Capability> capability) {
  table_[service] = std::move(capability);
}

bool Capabilities::offers(sandbox::Service service) const {
  return table_.contains(service);
}

Task<ServiceAnswer> Capabilities::serve(ServiceRequest request) {
  const auto found = table_.find(request.service);
  if (found == table_.end()) {
    ServiceAnswer none{.status = RAPT_E_UNAVAILABLE};
    co_return none;
  }
  co_return co_await found->second->call(std::move(request));
}

}  // namespace rapt::host
