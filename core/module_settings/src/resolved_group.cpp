// SPDX-License-Identifier: AGPL-3.0-or-later
#include "resolved_group.hpp"

#include <utility>

namespace rapt::module_settings {
namespace {

using nlohmann::json;

constexpr std::size_t kMostKept = 512;  // configurations of one module in one group

}  // namespace

ResolvedGroup::ResolvedGroup(Loaded loaded) : version_(loaded.version) {
  for (const auto& [module, layers] : loaded.modules) modules_.emplace(module, inherited(layers));
}

const Inherited& ResolvedGroup::of(const std::string& module) const {
  static const Inherited kNothing;
  const auto found = modules_.find(module);
  return found == modules_.end() ? kNothing : found->second;
}

std::shared_ptr<const std::string> ResolvedGroup::at_hand(const hooks::ModuleFacts* facts, const std::string& module,
                                                          const std::string& own_json) const {
  const std::shared_lock lock(mutex_);
  const auto of_module = kept_.find(module);
  if (of_module == kept_.end()) return nullptr;
  const auto found = of_module->second.find(own_json);
  return found == of_module->second.end() || found->second.facts.get() != facts ? nullptr : found->second.text;
}

Effective ResolvedGroup::merge(const KnownSchemaPtr& schema, const std::string& module, const std::string& own_json) {
  auto result = merged(schema->schema, of(module), json::parse(own_json, nullptr, false));
  Effective out{std::make_shared<const std::string>(result.config.dump()), {}};
  for (auto& widening : result.widenings) out.warnings.push_back(std::move(widening.warning));
  const std::lock_guard lock(mutex_);
  auto& of_module = kept_[module];
  if (of_module.size() >= kMostKept) of_module.clear();
  of_module[own_json] = {schema->facts, out.config_json};
  return out;
}

}  // namespace rapt::module_settings
