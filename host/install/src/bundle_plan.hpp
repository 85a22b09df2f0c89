// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "rapt/install/installer.hpp"

namespace rapt::install {

/// What is installed as a bundle's plan needs it.
struct Present {
  std::optional<InstalledRecord> record;
  std::optional<bundle::Manifest> manifest;
};

Result<Present> find_present(store::Transaction& tx, const std::string& name, const std::filesystem::path& var_dir);
InstallPlan make_plan(const bundle::Bundle& bundle, const Present& present);
/// kConflict when the plan comes to something that the options do not say that somebody has agreed to.
Result<void> check_granted(const InstallPlan& plan, const InstallOptions& options);

}  // namespace rapt::install
