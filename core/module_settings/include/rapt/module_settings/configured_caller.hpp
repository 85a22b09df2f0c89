// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/hooks/module_caller.hpp"
#include "rapt/module_settings/live_settings.hpp"

namespace rapt::module_settings {

/// Asks modules as another caller does, with the configuration that the settings of the context's group make of the
/// tool's. When the settings cannot be read, the module is not asked, and its fail policy decides: it must not run with
/// less than an administrator has set.
class ConfiguredCaller final : public hooks::ModuleCaller {
 public:
  /// Both must outlive it.
  ConfiguredCaller(hooks::ModuleCaller& inner, LiveSettings& settings) : inner_(inner), settings_(settings) {}

  [[nodiscard]] Result<std::optional<hooks::HookDeclaration>> declaration(const std::string& module,
                                                                          hooks::Point point) const override {
    return inner_.declaration(module, point);
  }
  [[nodiscard]] bool installed(const std::string& module) const override { return inner_.installed(module); }
  Task<hooks::Answer> call(const std::string& module, hooks::Point point, const hooks::Context& context,
                           const std::string& config_json, std::chrono::milliseconds time_limit) override;

 private:
  hooks::ModuleCaller& inner_;
  LiveSettings& settings_;
};

}  // namespace rapt::module_settings
