// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rapt/install/installer.hpp"
#include "rapt/install/policies.hpp"
#include "rapt/marketplace/resolver.hpp"

namespace rapt::updates {

/// An installed module with all that decides about its next version.
struct Installed {
  install::InstalledRecord record;
  std::map<std::string, std::string> dependencies;
  std::vector<bundle::ManifestHook> hooks;
  install::ModulePolicy policy;
  bool on_probation = false;
};
using Site = std::map<std::string, Installed>;

Task<Result<Site>> load_site(store::Database& database, install::Installer& installer);
std::vector<marketplace::Present> present_of(const Site& site);

}  // namespace rapt::updates
