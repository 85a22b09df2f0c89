// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/install/installer.hpp"

namespace rapt::install {

/// What a pool thread needs; by value, because the one who asked may be gone before it has finished.
struct Site {
  std::filesystem::path var_dir;
  bundle::TrustStore trust;
  bundle::SignaturePolicy policy;
  std::shared_ptr<const host::ModuleSchemas> schemas{};
};

/// The row of a bundle whose permissions the admin has granted, all of them; there is nothing before it yet.
InstalledRecord record_of(const bundle::Bundle& bundle, const Site& site, bool enabled);
/// kNotFound, with the way on, for a name that no installed module has.
Error not_installed(const std::string& name);
/// Removes superfluous archives after a change; a failure is logged.
Task<void> tidy_after(Installer& installer);

}  // namespace rapt::install
