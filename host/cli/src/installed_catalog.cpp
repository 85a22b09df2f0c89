// SPDX-License-Identifier: AGPL-3.0-or-later
#include "installed_catalog.hpp"

#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {

using runtime::run_blocking;

Result<InstalledCatalog> InstalledCatalog::load(Instance& instance) {
  const auto records = run_blocking(instance.installer->list());
  if (!records) return records.error();
  const auto manifests = run_blocking(instance.installer->manifests());
  if (!manifests) return manifests.error();
  InstalledCatalog out;
  for (const auto& record : *records) {
    if (!record.enabled || !manifests->contains(record.name)) continue;
    const auto schema = run_blocking(instance.installer->config_schema(record.name));
    if (!schema) return schema.error();
    const auto& manifest = manifests->at(record.name);
    out.modules_[record.name] = std::make_shared<const hooks::ModuleFacts>(
        hooks::ModuleFacts{record.name, record.version, manifest.title, manifest.description, *schema});
  }
  return out;
}

hooks::ModuleFactsPtr InstalledCatalog::facts(const std::string& module) const {
  const auto found = modules_.find(module);
  return found == modules_.end() ? nullptr : found->second;
}

std::vector<hooks::ModuleFactsPtr> InstalledCatalog::all_facts() const {
  std::vector<hooks::ModuleFactsPtr> all;
  for (const auto& [name, facts] : modules_) all.push_back(facts);
  return all;
}

}  // namespace rapt::cli
