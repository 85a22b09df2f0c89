// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "merge.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "store.hpp"

namespace rapt::module_settings {

/// A module's schema as it was compiled for these facts.
struct KnownSchema {
  hooks::ModuleFactsPtr facts;
  ConfigSchema schema;
};
using KnownSchemaPtr = std::shared_ptr<const KnownSchema>;

/// What holds in one group under one version, and what has been merged with it. Thread-safe.
class ResolvedGroup {
 public:
  explicit ResolvedGroup(Loaded loaded);

  [[nodiscard]] std::int64_t version() const { return version_; }
  [[nodiscard]] const Inherited& of(const std::string& module) const;
  /// nullptr when it has not been merged, or for another version of the module.
  [[nodiscard]] std::shared_ptr<const std::string> at_hand(const hooks::ModuleFacts* facts, const std::string& module,
                                                           const std::string& own_json) const;
  Effective merge(const KnownSchemaPtr& schema, const std::string& module, const std::string& own_json);

 private:
  struct Kept {
    hooks::ModuleFactsPtr facts;
    std::shared_ptr<const std::string> text;
  };
  const std::int64_t version_;
  std::map<std::string, Inherited> modules_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::unordered_map<std::string, Kept>> kept_;  ///< by module, then own configuration
};

}  // namespace rapt::module_settings
