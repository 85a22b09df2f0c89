// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/install/installer.hpp"

namespace rapt::install {

/// The table modules, and nothing but it.
Result<void> lock_modules(store::Transaction& tx);  ///< until the transaction ends
Result<std::optional<InstalledRecord>> find_record(store::Transaction& tx, const std::string& name,
                                                   const std::filesystem::path& var_dir);
Result<std::vector<InstalledRecord>> all_records(store::Transaction& tx, const std::filesystem::path& var_dir);
Result<void> put_record(store::Transaction& tx, const InstalledRecord& record, const bundle::Bundle& bundle);
/// Enabled or not, and an admin's limits.
Result<void> put_settings(store::Transaction& tx, const InstalledRecord& record);
/// Of all modules, or of one.
Result<std::map<std::string, bundle::Manifest>> some_manifests(store::Transaction& tx, const std::string& name = "");
Result<bool> delete_record(store::Transaction& tx, const std::string& name);  ///< false when there was none

}  // namespace rapt::install
