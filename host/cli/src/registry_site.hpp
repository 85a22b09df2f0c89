// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "instance.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/http/client.hpp"
#include "rapt/install/marketplace_installer.hpp"

namespace rapt::cli {

/// What commands need of a registry: its signed metadata, its word, and who installs from it.
struct RegistrySite {
  http::Client http;
  SystemClock clock;
  std::string url;
  std::unique_ptr<marketplace::TrustedRegistry> trusted;
  std::unique_ptr<marketplace::RegistryClient> word;  ///< nullptr for a mirror in a folder, and without a registry
  std::unique_ptr<install::MarketplaceInstaller> installer;
};
/// `folder`: of a mirror or snapshot that was carried here; "" for MARKETPLACE_URL. Without a registry `trusted` and
/// `word` are nullptr. `instance` outlives it.
std::unique_ptr<RegistrySite> open_registry(Instance& instance, const std::string& folder = "");
/// Without an instance: kInvalid when MARKETPLACE_URL is not set.
Result<std::unique_ptr<RegistrySite>> open_registry(const config::Settings& settings);
/// What this host runs.
marketplace::HostAbi host_abi();
/// Who works at this machine, for those who ask later.
std::string operator_name(const Console& console);

}  // namespace rapt::cli
