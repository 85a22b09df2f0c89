// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace rapt::hooks {

/// What an installed module says of itself.
struct ModuleFacts {
  std::string name, version, title, description;
  std::string config_schema_json{};  ///< JSON Schema of its configuration; "" when it has none
  std::string problem{};             ///< a sentence when its bundle was refused; nothing else is known then
};
using ModuleFactsPtr = std::shared_ptr<const ModuleFacts>;

/// Which modules there are. Thread-safe. The facts of a module are the same object until another version, or the same
/// one anew, takes its place.
class ModuleCatalog {
 public:
  virtual ~ModuleCatalog() = default;
  /// nullptr when the module is not installed, or switched off.
  [[nodiscard]] virtual ModuleFactsPtr facts(const std::string& module) const = 0;
  /// All of them, by name.
  [[nodiscard]] virtual std::vector<ModuleFactsPtr> all_facts() const = 0;
};

}  // namespace rapt::hooks
