// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rapt/hooks/module_caller.hpp"
#include "rapt/install/installer.hpp"

namespace rapt::cli {

/// The installed modules as their manifests and an administrator's limits describe them: enough for a plan. Nobody can
/// be asked through it. Disabled modules are not there, as on a host.
class PlannedModules final : public hooks::ModuleCaller {
 public:
  PlannedModules(std::vector<install::InstalledRecord> records, std::map<std::string, bundle::Manifest> manifests);
  [[nodiscard]] Result<std::optional<hooks::HookDeclaration>> declaration(const std::string& module,
                                                                          hooks::Point point) const override;
  [[nodiscard]] bool installed(const std::string& module) const override;
  /// Always kNotRunning.
  Task<hooks::Answer> call(const std::string& module, hooks::Point point, const hooks::Context& context,
                           const std::string& config_json, std::chrono::milliseconds time_limit) override;

  /// "disabled" or "not installed".
  [[nodiscard]] std::string why_missing(const std::string& module) const;

 private:
  std::map<std::string, install::InstalledRecord> records_;
  std::map<std::string, bundle::Manifest> manifests_;
};

}  // namespace rapt::cli
