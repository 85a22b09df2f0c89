// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rapt/install/installer.hpp"

namespace rapt::install {

/// VAR/modules/NAME/VERSION.rapt
std::filesystem::path archive_path(const std::filesystem::path& var_dir, const std::string& name,
                                   const std::string& version);
/// Puts the archive into the store unless it is there, whole.
Result<void> keep_archive(const InstalledRecord& record, const std::string& archive);
/// The archive of the version before. kConflict when this host's store has none, kForbidden when it has other bytes
/// than were installed.
Result<std::string> previous_archive(const InstalledRecord& record, const std::filesystem::path& var_dir);
/// Removes every archive that is neither the current nor the previous version of one of `records`, which are all
/// modules. Call it under lock_modules(): an installation writes its archive before its row.
Result<void> remove_other_archives(const std::vector<InstalledRecord>& records, const std::filesystem::path& var_dir);

}  // namespace rapt::install
