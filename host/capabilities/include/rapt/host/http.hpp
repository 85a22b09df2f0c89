// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "rapt/host/capabilities.hpp"
#include "rapt/host/secrets.hpp"

namespace rapt::host {

/// A module's settings as administrators have made them for whom a call is about: a JSON object without secrets.
using SettingsSource = std::function<Task<Result<std::string>>(std::string module, ServiceScope about)>;

/// rapt.http: requests that the host makes for modules. HTTPS to granted hosts at public addresses; the address is
/// looked at when it is connected to, and again after each redirect. The grant "http:@settings" stands for the hosts of
/// the settings' addresses, with the port that they name; "http:private" lets private addresses count. Thread-safe.
class HttpCapability final : public Capability {
 public:
  struct Options {
    std::filesystem::path ca_file{};  ///< PEM; authorities that are trusted beside the system's
    bool private_addresses = false;   ///< true: loopback, private networks and other ports, too (development, tests)
    SecretSource secrets{};           ///< empty: no module has secrets here
    SettingsSource settings{};        ///< empty: no module has settings here
  };
  explicit HttpCapability(Options options);
  ~HttpCapability() override;
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::host
