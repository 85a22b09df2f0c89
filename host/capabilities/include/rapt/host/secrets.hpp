// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/host/capabilities.hpp"

namespace rapt::host {

/// A secret of a module's settings, for whom a call is about; nullopt: it is not set.
using SecretSource =
    std::function<Task<Result<std::optional<std::string>>>(std::string module, std::string name, ServiceScope about)>;
/// The secrets of a module's schema, and whether each is set for whom a call is about.
using SecretNames = std::function<Task<Result<std::map<std::string, bool>>>(std::string module, ServiceScope about)>;

/// rapt.secrets: what a module may do with secrets of its settings that it never sees. Thread-safe.
class SecretsCapability final : public Capability {
 public:
  SecretsCapability(SecretNames names, SecretSource secrets) : names_(std::move(names)), secrets_(std::move(secrets)) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  Task<ServiceAnswer> list(const ServiceRequest& request);
  Task<ServiceAnswer> sign(const ServiceRequest& request, bool verify);

  SecretNames names_;
  SecretSource secrets_;
};

}  // namespace rapt::host
