// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>

#include "instance.hpp"
#include "rapt/hooks/module_catalog.hpp"

namespace rapt::cli {

/// The installed modules as their bundles describe them. Disabled modules are not there, as on a host.
class InstalledCatalog final : public hooks::ModuleCatalog {
 public:
  static Result<InstalledCatalog> load(Instance& instance);
  [[nodiscard]] hooks::ModuleFactsPtr facts(const std::string& module) const override;
  [[nodiscard]] std::vector<hooks::ModuleFactsPtr> all_facts() const override;

 private:
  std::map<std::string, hooks::ModuleFactsPtr> modules_;
};

}  // namespace rapt::cli
